#include "clients/cli/layered_layout.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace coppice::cli {
namespace {

constexpr uint32_t kNone = UINT32_MAX;
// Edges that cross layers are bent around nodes there, unless there are too many bends.
constexpr std::size_t kMaxBends = 200000;
// Width of the widest layer to the height of all, if all layers were as wide; and what is never too
// wide, in gaps.
constexpr double kAspect = 3;
constexpr double kLeastWidest = 75;
constexpr int kOrderSweeps = 12;
constexpr int kMoveSweeps = 12;

// What lies in layers: the nodes, then the bends of edges.
struct Item {
  uint32_t layer = 0;
  double width = 0;
  double x = 0;      // of the middle
  double place = 0;  // in its layer's order
  std::vector<uint32_t> above{};
  std::vector<uint32_t> below{};
};

class Layouter {
 public:
  explicit Layouter(const LayoutInput& input) : input_(input), items_(input.widths.size()) {}

  Layout LayOut() {
    for (std::size_t node = 0; node < items_.size(); ++node) {
      items_[node].width = input_.widths[node];
    }
    TurnEdges();
    FindLayers();
    SplitWideLayers();
    AddBends();
    FillLayers();
    for (int sweep = 0; sweep < kOrderSweeps; ++sweep) Order(sweep % 2 == 0);
    Pack();
    for (int sweep = 0; sweep < kMoveSweeps; ++sweep) Move(sweep % 2 == 0);
    return Finish();
  }

 private:
  // Leaves the edges without cycles in down_: those that lead back to where a depth-first walk is
  // are turned.
  void TurnEdges() {
    std::vector<std::vector<uint32_t>> edges_of(items_.size());
    for (uint32_t edge = 0; edge < input_.edges.size(); ++edge) {
      edges_of[input_.edges[edge].first].push_back(edge);
    }
    down_ = input_.edges;
    enum class State : uint8_t { kNew, kOpen, kDone };
    std::vector<State> states(items_.size(), State::kNew);
    std::vector<std::pair<uint32_t, std::size_t>> stack;
    for (uint32_t start = 0; start < items_.size(); ++start) {
      if (states[start] != State::kNew) continue;
      states[start] = State::kOpen;
      stack.emplace_back(start, 0);
      while (!stack.empty()) {
        auto& [node, next] = stack.back();
        if (next == edges_of[node].size()) {
          states[node] = State::kDone;
          stack.pop_back();
          continue;
        }
        const uint32_t edge = edges_of[node][next++];
        const uint32_t target = input_.edges[edge].second;
        if (states[target] == State::kOpen) {
          std::swap(down_[edge].first, down_[edge].second);
        } else if (states[target] == State::kNew) {
          states[target] = State::kOpen;
          stack.emplace_back(target, 0);
        }
      }
    }
  }

  // Each node one below the lowest of those above it; then as low as those below it let it, if
  // nothing is above it.
  void FindLayers() {
    std::vector<std::vector<uint32_t>> below(items_.size());
    std::vector<uint32_t> waits_for(items_.size());
    for (const auto& [from, to] : down_) {
      below[from].push_back(to);
      ++waits_for[to];
    }
    std::vector<uint32_t> order;
    for (uint32_t node = 0; node < items_.size(); ++node) {
      if (waits_for[node] == 0) order.push_back(node);
    }
    const std::vector<uint32_t> tops = order;
    for (std::size_t i = 0; i < order.size(); ++i) {
      for (const uint32_t target : below[order[i]]) {
        items_[target].layer = std::max(items_[target].layer, items_[order[i]].layer + 1);
        if (--waits_for[target] == 0) order.push_back(target);
      }
    }
    uint32_t lowest = 0;
    for (const Item& item : items_) lowest = std::max(lowest, item.layer);
    for (const uint32_t top : tops) {
      uint32_t highest_below = kNone;
      for (const uint32_t target : below[top]) {
        highest_below = std::min(highest_below, items_[target].layer);
      }
      if (highest_below != kNone) items_[top].layer = highest_below - 1;
    }
    PlaceLonely(lowest);
  }

  // Nodes without edges: below all others.
  void PlaceLonely(uint32_t lowest) {
    std::vector<bool> linked(items_.size());
    for (const auto& [from, to] : down_) linked[from] = linked[to] = true;
    const bool all = std::ranges::find(linked, true) == linked.end();
    for (std::size_t node = 0; node < linked.size(); ++node) {
      if (!linked[node]) items_[node].layer = all ? 0 : lowest + 1;
    }
  }

  // Into several, so that the whole is not much wider than high: nodes of one layer are not linked.
  void SplitWideLayers() {
    double area = 0;
    std::vector<std::vector<uint32_t>> layers;
    for (uint32_t node = 0; node < items_.size(); ++node) {
      area += (items_[node].width + input_.gap) * input_.layer_distance;
      if (items_[node].layer >= layers.size()) layers.resize(items_[node].layer + 1);
      layers[items_[node].layer].push_back(node);
    }
    const double widest = std::max(kLeastWidest * input_.gap, std::sqrt(area * kAspect));
    uint32_t number = 0;
    for (const std::vector<uint32_t>& layer : layers) {
      double width = 0;
      for (const uint32_t node : layer) {
        if (width != 0 && width + items_[node].width > widest) {
          ++number;
          width = 0;
        }
        width += items_[node].width + input_.gap;
        items_[node].layer = number;
      }
      ++number;
    }
  }

  void AddBends() {
    std::size_t bends = 0;
    for (const auto& [from, to] : down_) bends += items_[to].layer - items_[from].layer - 1;
    const bool bent = bends <= kMaxBends;
    bends_.resize(down_.size());
    for (std::size_t edge = 0; edge < down_.size(); ++edge) {
      auto [at, to] = down_[edge];
      for (uint32_t layer = items_[at].layer + 1; bent && layer < items_[to].layer; ++layer) {
        const auto bend = static_cast<uint32_t>(items_.size());
        items_.push_back({layer});
        Link(at, bend);
        bends_[edge].push_back(bend);
        at = bend;
      }
      Link(at, to);
    }
  }
  void Link(uint32_t above, uint32_t below) {
    items_[above].below.push_back(below);
    items_[below].above.push_back(above);
  }

  void FillLayers() {
    for (uint32_t item = 0; item < items_.size(); ++item) {
      if (items_[item].layer >= layers_.size()) layers_.resize(items_[item].layer + 1);
      std::vector<uint32_t>& layer = layers_[items_[item].layer];
      items_[item].place = static_cast<double>(layer.size());
      layer.push_back(item);
    }
  }

  void Order(bool downwards) {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      std::vector<uint32_t>& layer = layers_[downwards ? i : layers_.size() - 1 - i];
      std::vector<std::pair<double, uint32_t>> keyed;
      for (const uint32_t item : layer) {
        const std::vector<uint32_t>& links = downwards ? items_[item].above : items_[item].below;
        double sum = 0;
        for (const uint32_t link : links) {
          sum +=
              (items_[link].place + 0.5) / static_cast<double>(layers_[items_[link].layer].size());
        }
        const double own = (items_[item].place + 0.5) / static_cast<double>(layer.size());
        keyed.emplace_back(links.empty() ? own : sum / static_cast<double>(links.size()), item);
      }
      std::ranges::stable_sort(keyed, {}, &std::pair<double, uint32_t>::first);
      for (std::size_t place = 0; place < keyed.size(); ++place) {
        layer[place] = keyed[place].second;
        items_[layer[place]].place = static_cast<double>(place);
      }
    }
  }

  // How far apart the middles of neighbours are at least.
  double Distance(uint32_t left, uint32_t right) const {
    const bool bends = items_[left].width == 0 && items_[right].width == 0;
    return (items_[left].width + items_[right].width) / 2 + (bends ? input_.gap / 2 : input_.gap);
  }

  void Pack() {
    for (const std::vector<uint32_t>& layer : layers_) {
      for (std::size_t i = 1; i < layer.size(); ++i) {
        items_[layer[i]].x = items_[layer[i - 1]].x + Distance(layer[i - 1], layer[i]);
      }
      // Around the middle.
      const double half = layer.empty() ? 0 : items_[layer.back()].x / 2;
      for (const uint32_t item : layer) items_[item].x -= half;
    }
  }

  // Each layer as near as can be to the means of what its items are linked with, in least squares:
  // isotonic regression by pooling adjacent violators.
  void Move(bool downwards) {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      const std::vector<uint32_t>& layer = layers_[downwards ? i : layers_.size() - 1 - i];
      struct Pool {
        double sum;
        std::size_t size;
        double Mean() const { return sum / static_cast<double>(size); }
      };
      std::vector<Pool> pools;
      double offset = 0;
      std::vector<double> offsets;
      for (std::size_t k = 0; k < layer.size(); ++k) {
        if (k != 0) offset += Distance(layer[k - 1], layer[k]);
        offsets.push_back(offset);
        pools.push_back({Wanted(layer[k], downwards) - offset, 1});
        while (pools.size() > 1 && pools[pools.size() - 2].Mean() > pools.back().Mean()) {
          const Pool last = pools.back();
          pools.pop_back();
          pools.back().sum += last.sum;
          pools.back().size += last.size;
        }
      }
      std::size_t k = 0;
      for (const Pool& pool : pools) {
        for (std::size_t n = 0; n < pool.size; ++n, ++k) {
          items_[layer[k]].x = pool.Mean() + offsets[k];
        }
      }
    }
  }
  double Wanted(uint32_t item, bool downwards) const {
    const std::vector<uint32_t>& first = downwards ? items_[item].above : items_[item].below;
    const std::vector<uint32_t>& second = downwards ? items_[item].below : items_[item].above;
    const std::vector<uint32_t>& links = first.empty() ? second : first;
    if (links.empty()) return items_[item].x;
    double sum = 0;
    for (const uint32_t link : links) sum += items_[link].x;
    return sum / static_cast<double>(links.size());
  }

  Layout Finish() const {
    Layout layout;
    double left = 0;
    double right = 0;
    for (const Item& item : items_) {
      left = std::min(left, item.x - item.width / 2);
      right = std::max(right, item.x + item.width / 2);
    }
    const auto point = [&](uint32_t item) {
      return Point{items_[item].x - left, (items_[item].layer + 0.5) * input_.layer_distance};
    };
    for (uint32_t node = 0; node < input_.widths.size(); ++node) {
      layout.centres.push_back(point(node));
    }
    for (std::size_t edge = 0; edge < down_.size(); ++edge) {
      std::vector<Point>& route = layout.routes.emplace_back();
      route.push_back(point(down_[edge].first));
      for (const uint32_t bend : bends_[edge]) route.push_back(point(bend));
      route.push_back(point(down_[edge].second));
      if (down_[edge] != input_.edges[edge]) std::ranges::reverse(route);
    }
    layout.size = {right - left, static_cast<double>(layers_.size()) * input_.layer_distance};
    return layout;
  }

  const LayoutInput& input_;
  std::vector<Item> items_;
  std::vector<std::pair<uint32_t, uint32_t>> down_;
  std::vector<std::vector<uint32_t>> bends_;   // of each edge, downwards
  std::vector<std::vector<uint32_t>> layers_;  // in their order
};

}  // namespace

Layout LayOut(const LayoutInput& input) { return Layouter(input).LayOut(); }

}  // namespace coppice::cli
