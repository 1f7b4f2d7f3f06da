#include "summaries/resolution/names/reexports.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "summaries/resolution/graph/import_sites.h"
#include "summaries/resolution/names/live_code.h"
#include "summaries/try.h"

namespace coppice {
namespace {

std::string_view LastComponent(std::string_view dotted) {
  return dotted.substr(dotted.rfind('.') + 1);
}

// A statement that gives a name to something.
struct Binding {
  std::string_view name;
  Reexport::How how;
  uint32_t line;
  bool redundant = false;            // `import x as x`
  std::optional<uint32_t> import{};  // its row
};

class ReexportFinder {
 public:
  ReexportFinder(NameResolver& resolver, ImportSites sites, std::span<const Definition> wanted)
      : resolver_(resolver),
        finder_(resolver.finder()),
        index_(finder_.index()),
        sites_(std::move(sites)),
        wanted_(wanted) {}

  Result<std::vector<Reexport>> Find() {
    COPPICE_TRY(FindStarImports());
    for (const Definition definition : wanted_) COPPICE_TRY(Start(definition));
    // Names lead to modules, in which there may be other names for it.
    while (!names_left_.empty() || !places_left_.empty()) {
      if (!places_left_.empty()) {
        const auto [module, name] = places_left_.back();
        places_left_.pop_back();
        COPPICE_TRY(LookInStarImporters(module, name));
      } else {
        COPPICE_TRY(LookForNames(std::exchange(names_left_, {})));
      }
    }
    std::sort(found_.begin(), found_.end(), [](const Reexport& a, const Reexport& b) {
      return std::tie(a.module, a.name) < std::tie(b.module, b.name);
    });
    return std::move(found_);
  }

 private:
  using Place = std::pair<ModuleRef, std::string>;
  using BindingsByName = boost::unordered_flat_map<std::string_view, std::vector<Binding>>;
  using NameSet = boost::unordered_flat_set<std::string_view>;
  // A module's `__all__`.
  struct Exports {
    NameSet names;
    bool others = false;  // all that some other module exports, too
  };

  Result<void> FindStarImports() {
    for (uint32_t number = 0; number < index_.file_count(); ++number) {
      const ModuleRef module{number};
      const Result<bool> live = IsLive(finder_, module);
      if (!live) return live.error();
      if (!*live) continue;
      const Result<SummaryView> view = index_.summary(module);
      if (!view) return view.error();
      bool entered = false;
      for (uint32_t row = 0; row < view->import_count(); ++row) {
        const Import import = view->import(row);
        if (import.binds != "*" || import.scope != ImportScope::kModule) continue;
        if (!std::exchange(entered, true)) sites_.Enter(module, *view);
        const ImportSite site = sites_.At(row);
        if (!site.missing) star_importers_[site.module].emplace_back(module, row);
      }
    }
    return {};
  }

  Result<void> Start(Definition definition) {
    if (definition.is_module()) {
      const std::string name = finder_.name(definition.module);
      AddName(LastComponent(name));
      const ModuleRef package = finder_.parent(definition.module);
      if (package != kNoModule) AddPlace(package, LastComponent(name));
      return {};
    }
    const Result<SummaryView> view = index_.summary(definition.module);
    if (!view) return view.error();
    const Symbol symbol = view->symbol(definition.row);
    if (symbol.owner()) return {};  // of a class: nobody can pass that on
    AddName(symbol.name());
    AddPlace(definition.module, symbol.name());
    return {};
  }

  void AddName(std::string_view name) {
    if (names_.insert(std::string(name)).second) names_left_.emplace_back(name);
  }
  bool AddPlace(ModuleRef module, std::string_view name) {
    const auto [place, fresh] = places_.emplace(module, name);
    if (fresh) places_left_.push_back(*place);
    return fresh;
  }

  // All at once: no module is read again for each of them.
  Result<void> LookForNames(const std::vector<std::string>& list) {
    const NameSet names(list.begin(), list.end());
    std::set<ModuleRef> modules;
    uint32_t first = 0;
    for (const auto& pack : index_.packs()) {
      for (const std::string_view name : names) {
        const Result<NamePostings> postings = pack->FindName(name);
        if (!postings) return postings.error();
        for (const NamePosting& posting : *postings) {
          modules.insert(ModuleRef{first + static_cast<uint32_t>(posting.module)});
        }
      }
      first += pack->module_count();
    }
    for (const ModuleRef module : modules) {
      const Result<bool> live = IsLive(finder_, module);
      if (!live) return live.error();
      if (*live) COPPICE_TRY(LookInModule(module, names));
    }
    return {};
  }

  // Bindings of something that is called so there, or as such.
  Result<void> LookInModule(ModuleRef module, const NameSet& names) {
    const Result<SummaryView> view = index_.summary(module);
    if (!view) return view.error();
    const BindingsByName& bindings = BindingsOf(module, *view);
    for (const std::string_view name : names) {
      const auto found = bindings.find(name);
      if (found == bindings.end()) continue;
      for (const Binding& binding : found->second) Consider(module, *view, binding);
    }
    return {};
  }

  // Names may come one at a time, from the module itself.
  const BindingsByName& BindingsOf(ModuleRef module, const SummaryView& view) {
    const auto [entry, fresh] = bindings_.try_emplace(module);
    BindingsByName& bindings = entry->second;
    if (!fresh) return bindings;
    for (uint32_t row = 0; row < view.import_count(); ++row) {
      const Import import = view.import(row);
      if (import.scope != ImportScope::kModule || import.binds == "*") continue;
      const std::string_view taken = import.name.value_or(LastComponent(import.module));
      const Binding binding{import.binds, Reexport::How::kImport, import.line,
                            import.alias && taken == import.binds, row};
      bindings[taken].push_back(binding);
      if (taken != import.binds) bindings[import.binds].push_back(binding);
    }
    const RowRange symbols = view.ModuleSymbols();
    for (uint32_t row = symbols.first; row < symbols.last; ++row) {
      const Symbol symbol = view.symbol(row);
      if (symbol.kind() != SymbolKind::kVariable) continue;
      const SymbolDetails details = symbol.details();
      if (details.value_form != ValueForm::kText) continue;
      bindings[LastComponent(details.value)].push_back(
          {symbol.name(), Reexport::How::kAlias, symbol.line()});
    }
    return bindings;
  }

  Result<void> LookInStarImporters(ModuleRef exporter, std::string_view name) {
    const auto importers = star_importers_.find(exporter);
    if (importers == star_importers_.end()) return {};
    for (const auto& [module, row] : importers->second) {
      const Result<SummaryView> view = index_.summary(module);
      if (!view) return view.error();
      Consider(module, *view, {name, Reexport::How::kStar, view->import(row).line, false, row});
    }
    return {};
  }

  void Consider(ModuleRef module, const SummaryView& view, const Binding& binding) {
    if (places_.contains(Place(module, binding.name))) return;
    if (!IsWanted(resolver_.Resolve(module, binding.name))) return;
    AddPlace(module, binding.name);
    AddName(binding.name);
    const bool own = std::any_of(wanted_.begin(), wanted_.end(), [&](Definition definition) {
      return definition.module == module;
    });
    if (own) return;
    found_.push_back({module, std::string(binding.name), binding.how,
                      IsPublic(module, view, binding), binding.line});
  }

  bool IsWanted(const Answer& answer) const {
    return std::find_first_of(answer.definitions.begin(), answer.definitions.end(), wanted_.begin(),
                              wanted_.end()) != answer.definitions.end();
  }

  bool IsPublic(ModuleRef module, const SummaryView& view, const Binding& binding) {
    if (view.has_all()) {
      const Exports& exports = ExportsOf(module, view);
      return exports.names.contains(binding.name) ||
             (exports.others && binding.how == Reexport::How::kStar);
    }
    if (binding.name.starts_with('_')) return false;
    if (binding.how != Reexport::How::kImport || binding.redundant) return true;
    if (!binding.import || !finder_.is_package(module)) return false;
    sites_.Enter(module, view);
    return sites_.Imports(*binding.import, module);
  }

  const Exports& ExportsOf(ModuleRef module, const SummaryView& view) {
    const auto [found, fresh] = exports_.try_emplace(module);
    if (!fresh) return found->second;
    for (uint32_t i = 0; i < view.export_count(); ++i) {
      const Export entry = view.exported(i);
      found->second.others = found->second.others || entry.from_module;
      if (!entry.from_module) found->second.names.insert(entry.text);
    }
    return found->second;
  }

  NameResolver& resolver_;
  const ModuleFinder& finder_;
  const Index& index_;
  ImportSites sites_;
  const std::span<const Definition> wanted_;

  boost::unordered_flat_map<ModuleRef, std::vector<std::pair<ModuleRef, uint32_t>>> star_importers_;
  std::map<ModuleRef, BindingsByName>
      bindings_;  // by what they take, and imports by what they bind
  std::map<ModuleRef, Exports> exports_;
  std::set<std::string> names_;  // by which it goes somewhere
  std::set<Place> places_;       // where a name stands for it
  std::vector<std::string> names_left_;
  std::vector<Place> places_left_;
  std::vector<Reexport> found_;
};

}  // namespace

Result<std::vector<Reexport>> FindReexports(NameResolver& resolver,
                                            std::span<const Definition> definitions) {
  Result<ImportSites> sites = ImportSites::Make(resolver.finder());
  if (!sites) return sites.error();
  return ReexportFinder(resolver, *std::move(sites), definitions).Find();
}

}  // namespace coppice
