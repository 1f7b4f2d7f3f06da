#include "clients/cli/graph_picture.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "summaries/resolution/graph/components.h"
#include "summaries/resolution/names/live_code.h"

namespace coppice::cli {
namespace {

// The first `depth` components. Files without a dotted name are folded into their root.
std::string Folded(const std::string& name, uint32_t depth) {
  if (depth == UINT32_MAX) return name;
  if (const std::size_t slash = name.find('/'); slash != std::string::npos) {
    return name.substr(0, slash + 1);
  }
  std::size_t end = 0;
  for (uint32_t components = 0; components < depth; ++components) {
    end = name.find('.', end == 0 ? 0 : end + 1);
    if (end == std::string::npos) return name;
  }
  return name.substr(0, end);
}

// The sooner an import is run, the less: at once, when a function is called, never.
uint32_t Rank(ImportLabels labels) {
  return (labels.has(ImportLabel::kDeferred) ? 1U : 0U) |
         (labels.has(ImportLabel::kTypeChecking) ? 2U : 0U) |
         (labels.has(ImportLabel::kUnreachable) ? 4U : 0U);
}

class PictureMaker {
 public:
  PictureMaker(const ModuleFinder& finder, const ImportGraph& graph, const PictureOptions& options)
      : finder_(finder), graph_(graph), options_(options) {}

  Picture Make() {
    FindShown();
    AddNodes();
    AddEdges();
    MarkCycles();
    return std::move(picture_);
  }

 private:
  // Whether a module is what is asked for, not only a neighbour of that.
  bool IsCore(ModuleRef module) const {
    if (options_.of == kNoModule) return true;
    while (module != options_.of && module != kNoModule) module = finder_.parent(module);
    return module != kNoModule;
  }
  bool IsDrawn(ImportEdge edge) const { return edge.labels().IsWithin(options_.allowed); }

  void FindShown() {
    core_.resize(graph_.module_count());
    shown_.resize(graph_.module_count());
    for (uint32_t number = 0; number < graph_.module_count(); ++number) {
      core_[number] = IsCore(ModuleRef{number});
    }
    for (uint32_t number = 0; number < graph_.module_count(); ++number) {
      const ModuleRef module{number};
      if (core_[number] && number < finder_.index().file_count()) {
        const Result<bool> live = IsLive(finder_, module);
        shown_[number] = shown_[number] || (live && *live);
      }
      for (const ImportEdge edge : graph_.imports(module)) {
        const auto target = static_cast<uint32_t>(edge.module());
        if (!IsDrawn(edge) || (!core_[number] && !core_[target])) continue;
        shown_[number] = shown_[target] = true;
      }
    }
  }

  void AddNodes() {
    std::map<std::string, uint32_t> counts;  // of modules, by name
    std::vector<std::map<std::string, uint32_t>::iterator> places(graph_.module_count());
    for (uint32_t number = 0; number < graph_.module_count(); ++number) {
      if (!shown_[number]) continue;
      const std::string name = Folded(ShownName(finder_, ModuleRef{number}), options_.depth);
      places[number] = counts.try_emplace(name, 0).first;
      ++places[number]->second;
    }
    std::map<std::string_view, uint32_t> numbers;
    for (const auto& [name, modules] : counts) {
      numbers.emplace(name, static_cast<uint32_t>(picture_.nodes.size()));
      picture_.nodes.push_back({name, modules, false});
    }
    node_of_.resize(graph_.module_count());
    for (uint32_t number = 0; number < graph_.module_count(); ++number) {
      if (shown_[number]) node_of_[number] = numbers.at(places[number]->first);
    }
  }

  void AddEdges() {
    std::vector<PictureEdge>& edges = picture_.edges;
    for (uint32_t number = 0; number < graph_.module_count(); ++number) {
      for (const ImportEdge edge : graph_.imports(ModuleRef{number})) {
        const auto target = static_cast<uint32_t>(edge.module());
        if (!IsDrawn(edge) || (!core_[number] && !core_[target])) continue;
        if (node_of_[number] == node_of_[target]) continue;
        edges.push_back({node_of_[number], node_of_[target], edge.labels(), false});
      }
    }
    const auto pair = [](const PictureEdge& edge) { return uint64_t{edge.from} << 32 | edge.to; };
    const auto key = [&](const PictureEdge& edge) {
      return std::pair(pair(edge), Rank(edge.labels));
    };
    std::ranges::sort(edges, {}, key);
    const auto same = [&](const PictureEdge& a, const PictureEdge& b) {
      return options_.every_label ? key(a) == key(b) : pair(a) == pair(b);
    };
    edges.erase(std::unique(edges.begin(), edges.end(), same), edges.end());
  }

  void MarkCycles() {
    std::vector<uint32_t> first(picture_.nodes.size() + 1);
    std::vector<uint32_t> targets;
    for (const PictureEdge& edge : picture_.edges) {
      ++first[edge.from + 1];
      targets.push_back(edge.to);
    }
    for (std::size_t node = 1; node < first.size(); ++node) first[node] += first[node - 1];
    std::vector<uint32_t> cycle_of(picture_.nodes.size(), 0);
    uint32_t cycle = 0;
    for (const std::vector<uint32_t>& members : StronglyConnected(first, targets)) {
      ++cycle;
      for (const uint32_t member : members) {
        cycle_of[member] = cycle;
        picture_.nodes[member].in_cycle = true;
      }
    }
    for (PictureEdge& edge : picture_.edges) {
      edge.in_cycle = cycle_of[edge.from] != 0 && cycle_of[edge.from] == cycle_of[edge.to];
    }
  }

  const ModuleFinder& finder_;
  const ImportGraph& graph_;
  const PictureOptions& options_;
  std::vector<bool> core_;
  std::vector<bool> shown_;
  std::vector<uint32_t> node_of_;  // of each module that is shown
  Picture picture_;
};

}  // namespace

std::string ShownName(const ModuleFinder& finder, ModuleRef module) {
  if (finder.reachable(module)) return finder.name(module);
  const Result<ModuleInfo> info = finder.index().file(module);
  return info ? std::string(info->root) + '/' + std::string(info->path) : std::string();
}

Picture MakePicture(const ModuleFinder& finder, const ImportGraph& graph,
                    const PictureOptions& options) {
  return PictureMaker(finder, graph, options).Make();
}

}  // namespace coppice::cli
