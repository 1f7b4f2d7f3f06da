// How the modules of an index import each other: importers, transitive ones, and cycles.

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "clients/cli/graph_picture.h"
#include "clients/cli/import_match.h"
#include "clients/cli/module_json.h"
#include "clients/cli/near_names.h"
#include "clients/cli/query.h"
#include "clients/cli/query_results.h"
#include "clients/cli/symbol_text.h"
#include "summaries/resolution/graph/import_graph.h"
#include "summaries/resolution/graph/import_sites.h"
#include "summaries/resolution/names/live_code.h"
#include "summaries/try.h"
#include "summaries/unicode.h"

namespace coppice::cli {
namespace {

class ImportQuery {
 public:
  ImportQuery(const Query& query, const ModuleFinder& finder, const RootDirectories& roots)
      : query_(query),
        name_(NormalFormKc(query.name).value_or(query.name)),
        finder_(finder),
        index_(finder.index()),
        results_(query, roots),
        json_(results_.json()) {}

  int Run() { return results_.Finish(Ask()); }

 private:
  Result<void> Ask() {
    if (query_.what == "cycles") return Cycles();
    return query_.transitive ? TransitiveImporters() : Importers();
  }

  ImportLabels Allowed() const {
    ImportLabels allowed;
    if (query_.type_checking) allowed = allowed.With(ImportLabel::kTypeChecking);
    if (query_.deferred) allowed = allowed.With(ImportLabel::kDeferred);
    return allowed;
  }

  // The statements, by what they import; where the index has no such module, by their text.
  Result<void> Importers() {
    const ModuleRef module = finder_.Find(name_);
    Result<ImportSites> sites = ImportSites::Make(finder_);
    if (!sites) return sites.error();
    uint32_t first = 0;
    for (const auto& pack : index_.packs()) {
      const auto candidates = CandidateImporters(*pack, name_);
      if (!candidates) return candidates.error();
      for (const ModuleId id : *candidates) {
        const ModuleRef importer{first + static_cast<uint32_t>(id)};
        const Result<bool> live = IsLive(finder_, importer);
        if (!live) return live.error();
        if (!*live) continue;
        COPPICE_TRY(ImportersIn(importer, module, *sites));
      }
      first += pack->module_count();
    }
    results_.why_nothing =
        fmt::format("nothing in {} imports '{}'{}", Printable(query_.index), Printable(name_),
                    module == kNoModule ? ProposeModules() : "");
    return {};
  }

  Result<void> ImportersIn(ModuleRef importer, ModuleRef module, ImportSites& sites) {
    const Result<ModuleInfo> info = index_.file(importer);
    if (!info) return info.error();
    const Result<SummaryView> view = index_.summary(importer);
    if (!view) return view.error();
    const std::string importer_name = finder_.name(importer);
    sites.Enter(importer, *view);
    for (uint32_t row = 0; row < view->import_count(); ++row) {
      const Import import = view->import(row);
      if (module == kNoModule ? !ImportsModule(*info, importer_name, import, name_)
                              : !sites.Imports(row, module)) {
        continue;
      }
      results_.found = true;
      if (results_.as_json()) {
        results_.BeginElement();
        results_.WriteModuleFields("importer", finder_.name(importer), *info);
        WriteImportFields(json_, *view, import);
        json_.EndObject();
      } else {
        results_.AddLine(results_.PlaceOf(*info, import.line), ImportText(import));
      }
    }
    return {};
  }

  Result<void> TransitiveImporters() {
    const ModuleRef module = finder_.Find(name_);
    if (module == kNoModule) {
      results_.why_nothing = NoModule();
      return {};
    }
    const Result<ImportGraph> graph = ImportGraph::Make(finder_);
    if (!graph) return graph.error();
    Result<ImportSites> sites = ImportSites::Make(finder_);
    if (!sites) return sites.error();
    const ImportLabels allowed = Allowed().With(ImportLabel::kPackage);
    for (const ImportDistance& each : graph->TransitiveImporters(module, allowed)) {
      // Packages without file import nothing but their packages.
      if (static_cast<uint32_t>(each.module) >= index_.file_count()) continue;
      COPPICE_TRY(PrintImporter(each, allowed, *sites));
    }
    results_.why_nothing = fmt::format("nothing in {} imports '{}'{}", Printable(query_.index),
                                       Printable(name_), ImportsLeftOut());
    return {};
  }

  // Which imports do not count as the query was asked, and what makes them count.
  std::string ImportsLeftOut() const {
    if (query_.deferred && query_.type_checking) return {};
    if (query_.deferred) return "; --type-checking counts imports under TYPE_CHECKING, too";
    if (query_.type_checking) return "; --deferred counts imports in functions, too";
    return " when it is imported itself; --deferred counts imports in functions, too, "
           "--type-checking those under TYPE_CHECKING";
  }

  Result<void> PrintImporter(const ImportDistance& each, ImportLabels allowed, ImportSites& sites) {
    const Result<ModuleInfo> info = index_.file(each.module);
    if (!info) return info.error();
    const Result<std::optional<Import>> import =
        ImportBetween(each.module, each.next, allowed, sites);
    if (!import) return import.error();
    results_.found = true;
    const std::string next = ShownName(finder_, each.next);
    if (results_.as_json()) {
      results_.BeginElement();
      results_.WriteModuleFields("importer", finder_.name(each.module), *info);
      json_.Key("distance").Number(each.distance);
      json_.Key("imports").Bytes(next);
      json_.Key("line");
      if (*import) {
        json_.Number((*import)->line);
      } else {
        json_.Null();
      }
      json_.EndObject();
      return {};
    }
    results_.AddLine(results_.PlaceOf(*info, *import ? (*import)->line : 1),
                     *import ? fmt::format("{}  {}", each.distance, ImportText(**import))
                             : fmt::format("{}  is in {}", each.distance, Printable(next)));
    return {};
  }

  // A statement of `importer` that imports `module`; none if that is its package.
  Result<std::optional<Import>> ImportBetween(ModuleRef importer, ModuleRef module,
                                              ImportLabels allowed, ImportSites& sites) {
    const Result<SummaryView> view = index_.summary(importer);
    if (!view) return view.error();
    sites.Enter(importer, *view);
    for (uint32_t row = 0; row < view->import_count(); ++row) {
      const ImportSite site = sites.At(row);
      if (site.module == module && site.labels.IsWithin(allowed)) {
        return std::optional(view->import(row));
      }
    }
    return std::optional<Import>();
  }

  Result<void> Cycles() {
    const ModuleRef module = name_.empty() ? kNoModule : finder_.Find(name_);
    if (!name_.empty() && module == kNoModule) {
      results_.why_nothing = NoModule();
      return {};
    }
    const Result<ImportGraph> graph = ImportGraph::Make(finder_);
    if (!graph) return graph.error();
    Result<ImportSites> sites = ImportSites::Make(finder_);
    if (!sites) return sites.error();
    for (const std::vector<ModuleRef>& cycle : graph->Cycles(Allowed())) {
      const auto asked_for = [&](ModuleRef member) { return IsIn(member, module); };
      const auto member = std::ranges::find_if(cycle, asked_for);
      if (member == cycle.end()) continue;
      COPPICE_TRY(PrintCycle(cycle, graph->ShortestCycle(cycle, *member, Allowed()), *sites));
    }
    results_.why_nothing = name_.empty()
                               ? fmt::format("no import cycle in {}", Printable(query_.index))
                               : fmt::format("'{}' is in no import cycle", Printable(name_));
    return {};
  }

  // Whether a module is `package` or below it; always if that is none.
  bool IsIn(ModuleRef module, ModuleRef package) const {
    for (; module != package && module != kNoModule; module = finder_.parent(module)) {
    }
    return module == package;
  }

  Result<void> PrintCycle(const std::vector<ModuleRef>& members,
                          const std::vector<ModuleRef>& shortest, ImportSites& sites) {
    results_.found = true;
    if (results_.as_json()) {
      results_.BeginElement();
      json_.Key("modules").BeginArray();
      for (const ModuleRef member : members) json_.Bytes(ShownName(finder_, member));
      json_.EndArray();
      json_.Key("shortest").BeginArray();
    } else {
      std::string names;
      constexpr std::size_t kShown = 8;
      for (std::size_t i = 0; i < std::min(kShown, members.size()); ++i) {
        names += (i == 0 ? "" : ", ") + Printable(ShownName(finder_, members[i]));
      }
      if (members.size() > kShown) {
        names += fmt::format(" and {} more", Grouped(members.size() - kShown));
      }
      results_.AddLine(fmt::format("{} modules", Grouped(members.size())), names);
    }
    for (std::size_t i = 0; i < shortest.size(); ++i) {
      COPPICE_TRY(PrintCycleStep(shortest[i], shortest[(i + 1) % shortest.size()], sites));
    }
    if (results_.as_json()) {
      json_.EndArray();
      json_.EndObject();
    }
    return {};
  }

  Result<void> PrintCycleStep(ModuleRef from, ModuleRef to, ImportSites& sites) {
    const Result<ModuleInfo> info = index_.file(from);
    if (!info) return info.error();
    const Result<std::optional<Import>> import = ImportBetween(from, to, Allowed(), sites);
    if (!import) return import.error();
    const uint32_t line = *import ? (*import)->line : 0;
    if (results_.as_json()) {
      json_.BeginObject();
      results_.WriteModuleFields("module", finder_.name(from), *info);
      json_.Key("line").Number(line);
      json_.Key("imports").Bytes(ShownName(finder_, to));
      json_.EndObject();
      return {};
    }
    results_.AddLine("  " + results_.PlaceOf(*info, line),
                     fmt::format("  {}", *import ? ImportText(**import) : ""));
    return {};
  }

  std::string NoModule() const {
    return fmt::format("no module '{}' in {}{}", Printable(name_), Printable(query_.index),
                       ProposeModules());
  }
  std::string ProposeModules() const { return Proposal(NearModules(finder_, name_)); }

  const Query& query_;
  const std::string name_;  // in normal form
  const ModuleFinder& finder_;
  const Index& index_;
  QueryResults results_;
  Json& json_;
};

}  // namespace

int RunImportQuery(const Query& query, const std::shared_ptr<const ModuleFinder>& finder,
                   const RootDirectories& roots) {
  return ImportQuery(query, *finder, roots).Run();
}

}  // namespace coppice::cli
