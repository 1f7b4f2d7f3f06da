#include "summaries/resolution/graph/components.h"

#include <algorithm>

namespace coppice {
namespace {

constexpr uint32_t kNone = UINT32_MAX;

// Tarjan's algorithm with a stack of its own.
class ComponentFinder {
 public:
  ComponentFinder(std::span<const uint32_t> first, std::span<const uint32_t> targets)
      : first_(first), targets_(targets), nodes_(first.size() - 1) {}

  std::vector<std::vector<uint32_t>> Find() {
    for (uint32_t start = 0; start < nodes_.size(); ++start) {
      if (nodes_[start].index != kNone) continue;
      Open(start);
      while (!calls_.empty()) Step();
    }
    for (auto& component : components_) std::sort(component.begin(), component.end());
    std::sort(components_.begin(), components_.end(), [](const auto& a, const auto& b) {
      return a.size() != b.size() ? a.size() > b.size() : a.front() < b.front();
    });
    return std::move(components_);
  }

 private:
  struct Node {
    uint32_t index = kNone;  // order of discovery
    uint32_t low = kNone;    // the least index that is reached from it and still open
    bool open = false;       // on path_
  };
  struct Call {
    uint32_t node;
    uint32_t next_edge;
  };

  void Open(uint32_t node) {
    nodes_[node] = {discovered_, discovered_, true};
    ++discovered_;
    path_.push_back(node);
    calls_.push_back({node, first_[node]});
  }

  void Step() {
    Call& call = calls_.back();
    Node& node = nodes_[call.node];
    while (call.next_edge < first_[call.node + 1]) {
      const uint32_t target = targets_[call.next_edge++];
      if (nodes_[target].index == kNone) return Open(target);
      if (nodes_[target].open) node.low = std::min(node.low, nodes_[target].index);
    }
    Close(call.node);
  }

  void Close(uint32_t number) {
    const Node& node = nodes_[number];
    calls_.pop_back();
    if (!calls_.empty()) {
      Node& caller = nodes_[calls_.back().node];
      caller.low = std::min(caller.low, node.low);
    }
    if (node.low != node.index) return;
    auto first = path_.end();
    do {
      --first;
      nodes_[*first].open = false;
    } while (*first != number);
    if (path_.end() - first > 1) components_.emplace_back(first, path_.end());
    path_.erase(first, path_.end());
  }

  const std::span<const uint32_t> first_;
  const std::span<const uint32_t> targets_;
  std::vector<Node> nodes_;
  std::vector<Call> calls_;
  std::vector<uint32_t> path_;
  uint32_t discovered_ = 0;
  std::vector<std::vector<uint32_t>> components_;
};

}  // namespace

std::vector<std::vector<uint32_t>> StronglyConnected(std::span<const uint32_t> first,
                                                     std::span<const uint32_t> targets) {
  if (first.empty()) return {};
  return ComponentFinder(first, targets).Find();
}

}  // namespace coppice
