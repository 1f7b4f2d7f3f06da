#include "clients/cli/graph_queries.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "clients/cli/aligned_lines.h"
#include "clients/cli/console.h"
#include "clients/cli/graph_picture.h"
#include "clients/cli/import_match.h"
#include "clients/cli/json.h"
#include "clients/cli/module_json.h"
#include "clients/cli/near_names.h"
#include "clients/cli/open_pack.h"
#include "clients/cli/root_directories.h"
#include "clients/cli/symbol_text.h"
#include "summaries/resolution/import_graph.h"
#include "summaries/resolution/import_sites.h"
#include "summaries/resolution/live_code.h"
#include "summaries/resolution/reexports.h"
#include "summaries/resolution/subclasses.h"
#include "summaries/try.h"
#include "summaries/unicode.h"

namespace coppice::cli {
namespace {

std::string_view Word(Reexport::How how) {
  switch (how) {
    case Reexport::How::kStar:
      return "star";
    case Reexport::How::kAlias:
      return "alias";
    case Reexport::How::kImport:
      break;
  }
  return "import";
}

class Runner {
 public:
  Runner(const GraphQuery& query, std::shared_ptr<const ModuleFinder> finder,
         const RootDirectories& roots)
      : query_(query),
        name_(NormalFormKc(query.name).value_or(query.name)),
        finder_(std::move(finder)),
        index_(finder_->index()),
        roots_(roots),
        json_(output_) {}

  int Run() {
    const Result<void> result = Ask();
    if (!result) {
      output_.Finish();
      return Fail(result.error());
    }
    if (query_.json) {
      BeginArrayOnce();
      json_.EndArray();
      output_.Put('\n');
    } else {
      lines_.Print(output_);
    }
    const int code = output_.Finish(found_ ? kDone : kNothingFound);
    if (code == kNothingFound) PrintNote("nothing found: " + why_nothing_);
    return code;
  }

 private:
  Result<void> Ask() {
    if (query_.what == "subclasses") return Subclasses();
    if (query_.what == "cycles") return Cycles();
    if (query_.what == "mentions") return Mentions();
    if (query_.what == "reexports") return Reexports();
    return query_.transitive ? TransitiveImporters() : Importers();
  }

  ImportLabels Allowed() const {
    ImportLabels allowed;
    if (query_.type_checking) allowed = allowed.With(ImportLabel::kTypeChecking);
    if (query_.deferred) allowed = allowed.With(ImportLabel::kDeferred);
    return allowed;
  }

  // --- subclasses, reexports -----------------------------------------------------------------

  Result<void> Subclasses() {
    NameResolver resolver(finder_);
    const Answer meant = resolver.Resolve(name_);
    std::vector<Definition> classes;
    for (const Definition definition : meant.definitions) {
      if (!definition.is_module() && KindOf(definition) == SymbolKind::kClass) {
        classes.push_back(definition);
      }
    }
    if (classes.empty()) {
      why_nothing_ = meant.definitions.empty()
                         ? fmt::format("no class '{}' in {}{}", Printable(name_),
                                       Printable(query_.index), ProposeSymbols())
                         : fmt::format("'{}' is no class", Printable(name_));
      return {};
    }
    const Result<SubclassTable> table = SubclassTable::Make(resolver);
    if (!table) return table.error();
    std::vector<Subclass> all;
    for (const Definition each : classes) {
      for (const Subclass& subclass : table->All(each)) {
        const auto same = [&](const Subclass& other) {
          return other.definition == subclass.definition;
        };
        // Alternatives of one name have few subclasses in common, if any.
        if (classes.size() > 1 && std::ranges::any_of(all, same)) continue;
        all.push_back(subclass);
      }
    }
    why_nothing_ =
        fmt::format("nothing in {} derives from '{}'", Printable(query_.index), Printable(name_));
    for (const Subclass& subclass : all) COPPICE_TRY(PrintSubclass(subclass));
    return {};
  }

  Result<void> PrintSubclass(const Subclass& subclass) {
    const Result<ModuleInfo> info = index_.file(subclass.definition.module);
    if (!info) return info.error();
    const Result<SummaryView> view = index_.summary(subclass.definition.module);
    if (!view) return view.error();
    const Symbol symbol = view->symbol(subclass.definition.row);
    found_ = true;
    const std::string base = FullName(subclass.base);
    if (query_.json) {
      BeginElement();
      WriteDefinition(subclass.definition.module, *info, symbol);
      json_.Key("base").Bytes(base);
      json_.Key("distance").Number(subclass.distance);
      json_.EndObject();
      return {};
    }
    lines_.Add(Place(*info, symbol),
               fmt::format("{}  derives from {}", Printable(FullName(subclass.definition)),
                           Printable(base)));
    return {};
  }

  Result<void> Reexports() {
    NameResolver resolver(finder_);
    const Answer meant = resolver.Resolve(name_);
    if (meant.definitions.empty()) {
      why_nothing_ = fmt::format("no '{}' in {}{}", Printable(name_), Printable(query_.index),
                                 ProposeSymbols());
      return {};
    }
    const Result<std::vector<Reexport>> reexports = FindReexports(resolver, meant.definitions);
    if (!reexports) return reexports.error();
    std::size_t hidden = 0;
    for (const Reexport& reexport : *reexports) {
      if (!reexport.is_public && !query_.all) {
        ++hidden;
        continue;
      }
      const Result<ModuleInfo> info = index_.file(reexport.module);
      if (!info) return info.error();
      found_ = true;
      if (query_.json) {
        BeginElement();
        WritePlace("module", reexport.module, *info);
        json_.Key("name").String(reexport.name);
        json_.Key("how").String(Word(reexport.how));
        json_.Key("public").Bool(reexport.is_public);
        json_.Key("line").Number(reexport.line);
        json_.EndObject();
      } else {
        lines_.Add(
            fmt::format("{}:{}", Printable(roots_.Path(*info)), reexport.line),
            fmt::format("{}.{}  {}{}", Printable(ShownName(*finder_, reexport.module)),
                        reexport.name, Word(reexport.how), reexport.is_public ? "" : ", private"));
      }
    }
    why_nothing_ = fmt::format("no other module of {} passes on '{}'", Printable(query_.index),
                               Printable(name_));
    if (hidden != 0) {
      const std::string note =
          fmt::format("{} modules import it for themselves: --all shows them", Grouped(hidden));
      if (found_) PrintNote(note);
      why_nothing_ += "; " + note;
    }
    return {};
  }

  // --- importers, cycles ---------------------------------------------------------------------

  // The statements, by what they import; where the index has no such module, by their text.
  Result<void> Importers() {
    const ModuleRef module = finder_->Find(name_);
    Result<ImportSites> sites = ImportSites::Make(*finder_);
    if (!sites) return sites.error();
    uint32_t first = 0;
    for (const auto& pack : index_.packs()) {
      const auto candidates = CandidateImporters(*pack, name_);
      if (!candidates) return candidates.error();
      for (const ModuleId id : *candidates) {
        const ModuleRef importer{first + static_cast<uint32_t>(id)};
        if (index_.shadowed(importer)) continue;
        COPPICE_TRY(ImportersIn(importer, module, *sites));
      }
      first += pack->module_count();
    }
    why_nothing_ = fmt::format("nothing in {} imports '{}'{}", Printable(query_.index),
                               Printable(name_), module == kNoModule ? ProposeModules() : "");
    return {};
  }

  Result<void> ImportersIn(ModuleRef importer, ModuleRef module, ImportSites& sites) {
    const Result<ModuleInfo> info = index_.file(importer);
    if (!info) return info.error();
    const Result<SummaryView> view = index_.summary(importer);
    if (!view) return view.error();
    const std::string importer_name = finder_->name(importer);
    sites.Enter(importer, *view);
    for (uint32_t row = 0; row < view->import_count(); ++row) {
      const Import import = view->import(row);
      if (module == kNoModule ? !ImportsModule(*info, importer_name, import, name_)
                              : !sites.Imports(row, module)) {
        continue;
      }
      found_ = true;
      if (query_.json) {
        BeginElement();
        WritePlace("importer", importer, *info);
        WriteImportFields(json_, *view, import);
        json_.EndObject();
      } else {
        lines_.Add(fmt::format("{}:{}", Printable(roots_.Path(*info)), import.line),
                   ImportText(import));
      }
    }
    return {};
  }

  Result<void> TransitiveImporters() {
    const ModuleRef module = finder_->Find(name_);
    if (module == kNoModule) {
      why_nothing_ = NoModule();
      return {};
    }
    const Result<ImportGraph> graph = ImportGraph::Make(*finder_);
    if (!graph) return graph.error();
    Result<ImportSites> sites = ImportSites::Make(*finder_);
    if (!sites) return sites.error();
    const ImportLabels allowed = Allowed().With(ImportLabel::kPackage);
    for (const ImportDistance& each : graph->TransitiveImporters(module, allowed)) {
      // Packages without file import nothing but their packages.
      if (static_cast<uint32_t>(each.module) >= index_.file_count()) continue;
      COPPICE_TRY(PrintImporter(each, allowed, *sites));
    }
    why_nothing_ =
        fmt::format("nothing in {} imports '{}'", Printable(query_.index), Printable(name_));
    return {};
  }

  Result<void> PrintImporter(const ImportDistance& each, ImportLabels allowed, ImportSites& sites) {
    const Result<ModuleInfo> info = index_.file(each.module);
    if (!info) return info.error();
    const Result<std::optional<Import>> import =
        ImportBetween(each.module, each.next, allowed, sites);
    if (!import) return import.error();
    found_ = true;
    const std::string next = ShownName(*finder_, each.next);
    if (query_.json) {
      BeginElement();
      WritePlace("importer", each.module, *info);
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
    lines_.Add(fmt::format("{}:{}", Printable(roots_.Path(*info)), *import ? (*import)->line : 1),
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
    const ModuleRef module = name_.empty() ? kNoModule : finder_->Find(name_);
    if (!name_.empty() && module == kNoModule) {
      why_nothing_ = NoModule();
      return {};
    }
    const Result<ImportGraph> graph = ImportGraph::Make(*finder_);
    if (!graph) return graph.error();
    Result<ImportSites> sites = ImportSites::Make(*finder_);
    if (!sites) return sites.error();
    for (const std::vector<ModuleRef>& cycle : graph->Cycles(Allowed())) {
      const auto asked_for = [&](ModuleRef member) { return IsIn(member, module); };
      const auto member = std::ranges::find_if(cycle, asked_for);
      if (member == cycle.end()) continue;
      COPPICE_TRY(PrintCycle(cycle, graph->ShortestCycle(cycle, *member, Allowed()), *sites));
    }
    why_nothing_ = name_.empty() ? fmt::format("no import cycle in {}", Printable(query_.index))
                                 : fmt::format("'{}' is in no import cycle", Printable(name_));
    return {};
  }

  // Whether a module is `package` or below it; always if that is none.
  bool IsIn(ModuleRef module, ModuleRef package) const {
    for (; module != package && module != kNoModule; module = finder_->parent(module)) {
    }
    return module == package;
  }

  Result<void> PrintCycle(const std::vector<ModuleRef>& members,
                          const std::vector<ModuleRef>& shortest, ImportSites& sites) {
    found_ = true;
    if (query_.json) {
      BeginElement();
      json_.Key("modules").BeginArray();
      for (const ModuleRef member : members) json_.Bytes(ShownName(*finder_, member));
      json_.EndArray();
      json_.Key("shortest").BeginArray();
    } else {
      std::string names;
      constexpr std::size_t kShown = 8;
      for (std::size_t i = 0; i < std::min(kShown, members.size()); ++i) {
        names += (i == 0 ? "" : ", ") + Printable(ShownName(*finder_, members[i]));
      }
      if (members.size() > kShown) {
        names += fmt::format(" and {} more", Grouped(members.size() - kShown));
      }
      lines_.Add(fmt::format("{} modules", Grouped(members.size())), names);
    }
    for (std::size_t i = 0; i < shortest.size(); ++i) {
      COPPICE_TRY(PrintCycleStep(shortest[i], shortest[(i + 1) % shortest.size()], sites));
    }
    if (query_.json) {
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
    if (query_.json) {
      json_.BeginObject();
      WritePlace("module", from, *info);
      json_.Key("line").Number(line);
      json_.Key("imports").Bytes(ShownName(*finder_, to));
      json_.EndObject();
      return {};
    }
    lines_.Add(fmt::format("  {}:{}", Printable(roots_.Path(*info)), line),
               fmt::format("  {}", *import ? ImportText(**import) : ""));
    return {};
  }

  // --- mentions ------------------------------------------------------------------------------

  Result<void> Mentions() {
    uint32_t first = 0;
    for (const auto& pack : index_.packs()) {
      const Result<NamePostings> postings = pack->FindName(name_);
      if (!postings) return postings.error();
      for (const NamePosting& posting : *postings) {
        const ModuleRef module{first + static_cast<uint32_t>(posting.module)};
        if (index_.shadowed(module)) continue;
        const Result<ModuleInfo> info = index_.file(module);
        if (!info) return info.error();
        found_ = true;
        if (query_.json) {
          BeginElement();
          WritePlace("module", module, *info);
          json_.Key("defined").Bool(posting.defined);
          json_.EndObject();
        } else {
          lines_.Add(Printable(roots_.Path(*info)), posting.defined ? "defines it" : "");
        }
      }
      first += pack->module_count();
    }
    why_nothing_ = fmt::format("no module of {} mentions '{}'{}", Printable(query_.index),
                               Printable(name_), ProposeSymbols());
    return {};
  }

  // --- what all of them print ----------------------------------------------------------------

  // Not before there is something to put into it: an error must not leave a lone bracket.
  void BeginArrayOnce() {
    if (!std::exchange(array_begun_, true)) json_.BeginArray();
  }
  void BeginElement() {
    BeginArrayOnce();
    json_.BeginObject();
  }

  void WritePlace(std::string_view key, ModuleRef module, const ModuleInfo& info) {
    json_.Key(key).Bytes(finder_->name(module));
    json_.Key("root").Bytes(roots_.Directory(info.root));
    json_.Key("path").Bytes(info.path);
  }

  void WriteDefinition(ModuleRef module, const ModuleInfo& info, const Symbol& symbol) {
    WritePlace("module", module, info);
    json_.Key("qualname").String(symbol.qualname());
    json_.Key("kind").String(KindName(symbol.kind()));
    json_.Key("line").Number(symbol.line());
    json_.Key("col").Number(symbol.column());
  }

  std::string Place(const ModuleInfo& info, const Symbol& symbol) const {
    return fmt::format("{}:{}:{}", Printable(roots_.Path(info)), symbol.line(), symbol.column());
  }

  std::string FullName(Definition definition) const {
    const Result<SummaryView> view = index_.summary(definition.module);
    if (!view) return {};
    return ShownName(*finder_, definition.module) + '.' + view->symbol(definition.row).qualname();
  }
  SymbolKind KindOf(Definition definition) const {
    const Result<SummaryView> view = index_.summary(definition.module);
    return view ? view->symbol(definition.row).kind() : SymbolKind::kVariable;
  }

  std::string NoModule() const {
    return fmt::format("no module '{}' in {}{}", Printable(name_), Printable(query_.index),
                       ProposeModules());
  }
  std::string ProposeModules() const {
    for (const auto& pack : index_.packs()) {
      const std::vector<std::string> names = NearModules(*pack, name_);
      if (!names.empty()) return Proposal(names);
    }
    return {};
  }
  // Where something of that simple name is defined, else names that are spelled alike.
  std::string ProposeSymbols() const {
    const std::string_view simple = std::string_view(name_).substr(name_.rfind('.') + 1);
    std::vector<std::string> names;
    uint32_t first = 0;
    for (const auto& pack : index_.packs()) {
      const Result<NamePostings> postings = pack->FindName(simple);
      if (!postings) return {};
      for (const NamePosting& posting : *postings) {
        if (names.size() == kMaxProposals) break;
        const ModuleRef module{first + static_cast<uint32_t>(posting.module)};
        if (posting.defined && finder_->reachable(module)) AddNamesakes(module, simple, names);
      }
      first += pack->module_count();
    }
    for (const auto& pack : index_.packs()) {
      if (names.empty()) names = NearSymbols(*pack, simple);
    }
    return Proposal(names);
  }
  void AddNamesakes(ModuleRef module, std::string_view simple,
                    std::vector<std::string>& names) const {
    const Result<SummaryView> view = index_.summary(module);
    if (!view) return;
    for (uint32_t row = 0; row < view->symbol_count(); ++row) {
      const Symbol symbol = view->symbol(row);
      if (symbol.name() != simple || names.size() == kMaxProposals) continue;
      std::string name = finder_->name(module) + '.' + symbol.qualname();
      if (name != name_ && std::ranges::find(names, name) == names.end()) {
        names.push_back(std::move(name));
      }
    }
  }

  const GraphQuery& query_;
  const std::string name_;  // in normal form
  const std::shared_ptr<const ModuleFinder> finder_;
  const Index& index_;
  const RootDirectories& roots_;
  Output output_;
  Json json_;
  AlignedLines lines_;
  bool array_begun_ = false;
  bool found_ = false;
  std::string why_nothing_;
};

}  // namespace

std::string OptionMistake(const GraphQuery& query) {
  const std::string what = Printable(query.what);
  if (query.transitive && query.what != "importers") {
    return "--transitive is for importers, not for " + what;
  }
  if (query.all && query.what != "reexports") return "--all is for reexports, not for " + what;
  if ((query.deferred || query.type_checking) && query.what != "cycles" && !query.transitive) {
    return fmt::format("{} is for cycles and importers --transitive",
                       query.deferred ? "--deferred" : "--type-checking");
  }
  return {};
}

int RunGraphQuery(const GraphQuery& query, std::string_view help) {
  const Result<std::shared_ptr<const Index>> index = OpenIndex(query.index);
  if (!index) return Fail(index.error());
  const Result<RootDirectories> roots = RootDirectories::Parse(query.roots, **index);
  if (!roots) return Misuse(help, Printable(roots.error().message));
  const auto finder = ModuleFinder::Make(*index, query.profile);
  if (!finder) return Fail(finder.error());
  return Runner(query, *finder, *roots).Run();
}

SearchProfile ProfileOf(std::string_view word) {
  if (word == "mypy") return SearchProfile::kMypy;
  if (word == "pyright") return SearchProfile::kPyright;
  return SearchProfile::kRuntime;
}

}  // namespace coppice::cli
