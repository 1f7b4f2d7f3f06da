#include "summaries/resolution/graph/import_graph.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "summaries/resolution/graph/components.h"
#include "summaries/resolution/graph/import_sites.h"
#include "summaries/resolution/names/live_code.h"
#include "summaries/try.h"

namespace coppice {
namespace {

constexpr uint32_t kNone = UINT32_MAX;

// Appends what a file imports, and counts what is missing of that.
Result<void> AddImportsOf(ModuleRef file, const ModuleFinder& finder, ImportSites& sites,
                          std::vector<ImportEdge>& edges, uint32_t& missing) {
  const Result<SummaryView> view = finder.index().summary(file);
  if (!view) return view.error();
  sites.Enter(file, *view);
  for (uint32_t row = 0; row < view->import_count(); ++row) {
    const ImportSite site = sites.At(row);
    if (site.missing) ++missing;
    if (site.module != kNoModule && site.module != file) {
      edges.emplace_back(site.module, site.labels);
    }
  }
  return {};
}

}  // namespace

Result<ImportGraph> ImportGraph::Make(const ModuleFinder& finder) {
  const uint32_t module_count = finder.module_count();
  if (module_count > ImportEdge::kMaxModules) {
    return Error{ErrorCode::kTooLarge,
                 "an import graph of " + std::to_string(module_count) + " modules"};
  }
  Result<ImportSites> sites = ImportSites::Make(finder);
  if (!sites) return sites.error();

  ImportGraph graph;
  graph.first_import_.reserve(std::size_t{module_count} + 1);
  graph.first_import_.push_back(0);
  std::vector<ImportEdge> of_module;
  for (uint32_t number = 0; number < module_count; ++number) {
    const ModuleRef module{number};
    of_module.clear();
    const bool is_file = number < finder.index().file_count();
    const Result<bool> live = is_file ? IsLive(finder, module) : Result<bool>(true);
    if (!live) return live.error();
    if (is_file && *live) {
      COPPICE_TRY(AddImportsOf(module, finder, *sites, of_module, graph.missing_));
    }
    if (const ModuleRef parent = finder.parent(module); *live && parent != kNoModule) {
      of_module.emplace_back(parent, ImportLabels().With(ImportLabel::kPackage));
    }
    std::sort(of_module.begin(), of_module.end());
    of_module.erase(std::unique(of_module.begin(), of_module.end()), of_module.end());
    if (of_module.size() > UINT32_MAX - graph.imports_.size()) {
      return Error{ErrorCode::kTooLarge, "an import graph of more than 2^32 edges"};
    }
    graph.imports_.insert(graph.imports_.end(), of_module.begin(), of_module.end());
    graph.first_import_.push_back(static_cast<uint32_t>(graph.imports_.size()));
  }
  graph.AddImporters();
  return graph;
}

// The same edges by their other end: a counting sort, which leaves each module's importers
// ascending.
void ImportGraph::AddImporters() {
  first_importer_.assign(first_import_.size(), 0);
  for (const ImportEdge edge : imports_) {
    ++first_importer_[static_cast<std::size_t>(edge.module()) + 1];
  }
  std::partial_sum(first_importer_.begin(), first_importer_.end(), first_importer_.begin());
  importers_.assign(imports_.size(), ImportEdge(ModuleRef{0}, ImportLabels()));
  std::vector<uint32_t> next(first_importer_.begin(), first_importer_.end() - 1);
  for (uint32_t module = 0; module < module_count(); ++module) {
    for (const ImportEdge edge : imports(ModuleRef{module})) {
      importers_[next[static_cast<uint32_t>(edge.module())]++] =
          ImportEdge(ModuleRef{module}, edge.labels());
    }
  }
}

// Breadth first.
std::vector<ImportDistance> ImportGraph::Reach(ModuleRef module, ImportLabels allowed,
                                               const std::vector<ImportEdge>& edges,
                                               const std::vector<uint32_t>& first) const {
  std::vector<ImportDistance> reached;
  std::vector<bool> seen(module_count());
  seen[static_cast<uint32_t>(module)] = true;
  const auto expand = [&](ModuleRef from, uint32_t distance) {
    for (const ImportEdge edge : Run(edges, first, from)) {
      if (!edge.labels().IsWithin(allowed) || seen[static_cast<uint32_t>(edge.module())]) continue;
      seen[static_cast<uint32_t>(edge.module())] = true;
      reached.push_back({edge.module(), distance, from});
    }
  };
  expand(module, 1);
  for (std::size_t i = 0; i < reached.size(); ++i) {
    const ImportDistance at = reached[i];
    expand(at.module, at.distance + 1);
  }
  return reached;
}

std::vector<ImportDistance> ImportGraph::TransitiveImporters(ModuleRef module,
                                                             ImportLabels allowed) const {
  return Reach(module, allowed, importers_, first_importer_);
}

std::vector<ImportDistance> ImportGraph::TransitiveImports(ModuleRef module,
                                                           ImportLabels allowed) const {
  return Reach(module, allowed, imports_, first_import_);
}

std::vector<std::vector<ModuleRef>> ImportGraph::Cycles(ImportLabels allowed) const {
  std::vector<uint32_t> first = {0};
  std::vector<uint32_t> targets;
  first.reserve(first_import_.size());
  for (uint32_t module = 0; module < module_count(); ++module) {
    for (const ImportEdge edge : imports(ModuleRef{module})) {
      if (edge.labels().IsWithin(allowed)) {
        targets.push_back(static_cast<uint32_t>(edge.module()));
      }
    }
    first.push_back(static_cast<uint32_t>(targets.size()));
  }
  std::vector<std::vector<ModuleRef>> cycles;
  for (const std::vector<uint32_t>& component : StronglyConnected(first, targets)) {
    auto& cycle = cycles.emplace_back();
    for (const uint32_t member : component) cycle.push_back(ModuleRef{member});
  }
  return cycles;
}

std::vector<ModuleRef> ImportGraph::ShortestCycle(std::span<const ModuleRef> cycle,
                                                  ModuleRef member, ImportLabels allowed) const {
  const auto place_of = [&](ModuleRef module) {
    const auto found = std::lower_bound(cycle.begin(), cycle.end(), module);
    return found == cycle.end() || *found != module ? kNone
                                                    : static_cast<uint32_t>(found - cycle.begin());
  };
  const uint32_t start = place_of(member);
  std::vector<uint32_t> before(cycle.size(), kNone);  // the place that imports it, breadth first
  std::vector<uint32_t> queue = {start};
  for (std::size_t i = 0; i < queue.size(); ++i) {
    for (const ImportEdge edge : imports(cycle[queue[i]])) {
      if (!edge.labels().IsWithin(allowed)) continue;
      const uint32_t target = place_of(edge.module());
      if (target == start) {
        std::vector<ModuleRef> way;
        for (uint32_t at = queue[i]; at != kNone; at = before[at]) way.push_back(cycle[at]);
        std::reverse(way.begin(), way.end());
        return way;
      }
      if (target == kNone || before[target] != kNone) continue;
      before[target] = queue[i];
      queue.push_back(target);
    }
  }
  return {};
}

}  // namespace coppice
