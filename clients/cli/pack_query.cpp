// What one pack's own tables answer: modules, symbols, names, and imports by their text.

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cli/import_match.h"
#include "clients/cli/module_json.h"
#include "clients/cli/module_names.h"
#include "clients/cli/near_names.h"
#include "clients/cli/query.h"
#include "clients/cli/query_results.h"
#include "clients/cli/symbol_text.h"
#include "summaries/docs_reader.h"
#include "summaries/try.h"
#include "summaries/unicode.h"

namespace coppice::cli {
namespace {

constexpr std::size_t kDefaultLimit = 50;

class PackQuery {
 public:
  PackQuery(const Query& query, const Pack& pack, const RootDirectories& roots)
      : query_(query),
        name_(NormalFormKc(query.name).value_or(query.name)),
        pack_(pack),
        roots_(roots),
        docs_(pack),
        results_(query, roots),
        json_(results_.json()) {
    if (query.columns) options_.columns = *query.columns;
  }

  int Run() {
    const Result<void> result = Ask();
    if (result && !results_.found) results_.why_nothing = WhyNothing();
    return results_.Finish(result);
  }

 private:
  Result<void> Ask() {
    if (query_.what == "module") return Modules();
    if (query_.what == "symbols") return Symbols();
    if (query_.what == "search") return Search();
    if (query_.what == "imports") return Imports();
    return Importers();
  }

  // Also what is there that might have been meant.
  std::string WhyNothing() const {
    const std::string name = Printable(name_);
    const std::string pack = Printable(query_.index);
    if (query_.what == "search") {
      return fmt::format("no name in {} holds '{}'{}", pack, name, InOtherCase());
    }
    if (query_.what == "symbols") {
      const std::string other =
          IsModule() ? fmt::format("; it is a module: coppice query {} module {}", pack, name)
                     : Proposal(near_.empty() ? NearSymbols(pack_, SimpleName()) : near_);
      return fmt::format("no symbol '{}' in {}{}", name, pack, other);
    }
    std::string other;
    if (!IsModule()) {
      if (IsSymbol()) {
        other = fmt::format("; it is a symbol: coppice query {} symbols {}", pack, name);
      }
      other += Proposal(NearModules(pack_, name_));
    }
    if (query_.what == "importers") {
      return fmt::format("nothing in {} imports '{}'{}", pack, name, other);
    }
    return fmt::format("no module '{}' in {}{}", name, pack, other);
  }

  bool IsModule() const {
    const auto modules = pack_.FindModules(name_);
    return modules && !modules->empty();
  }

  // Whether `symbols` would find it.
  bool IsSymbol() const {
    bool found = false;
    const auto look = [&](const LoadedModule& module, const std::vector<std::uint32_t>& rows) {
      found = std::ranges::any_of(
          rows, [&](std::uint32_t row) { return HasName(module, module.summary.symbol(row)); });
      return !found;
    };
    return VisitNamesakes(nullptr, look).has_value() && found;
  }

  std::string InOtherCase() const {
    if (query_.ignore_case) return {};
    const auto matches = pack_.SearchNames(name_, kMaxProposals, CaseMatch::kIgnoreAscii);
    if (!matches || matches->empty()) return {};
    std::string names;
    for (const NameMatch& match : *matches)
      names.append(names.empty() ? "" : ", ").append(match.name);
    return "; with --ignore-case there is " + names;
  }

  // By dotted name or, as PrintedName has it, by root and path: no other name holds a '/'.
  Result<std::vector<ModuleId>> FindModules() const {
    const std::string_view place = query_.name;
    const std::size_t slash = place.find('/');
    if (slash != std::string_view::npos) {
      const auto file = pack_.FindFile(place.substr(0, slash), place.substr(slash + 1));
      if (!file) return file.error();
      return *file ? std::vector{**file} : std::vector<ModuleId>();
    }
    const Result<ModuleMatches> matches = pack_.FindModules(name_);
    if (!matches) return matches.error();
    return std::vector<ModuleId>(matches->begin(), matches->end());
  }

  Result<void> Modules() {
    const Result<std::vector<ModuleId>> matches = FindModules();
    if (!matches) return matches.error();
    for (const ModuleId id : *matches) {
      const Result<LoadedModule> module = LoadModule(pack_, id, &docs_);
      if (!module) return module.error();
      results_.found = true;
      if (query_.json) {
        results_.BeginArrayOnce();
        WriteModule(json_, *module, roots_.Directory(module->info.root), options_);
        continue;
      }
      const std::string_view doc = module->module_doc();
      results_.AddLine(results_.PlaceOf(module->info, 1, 0),
                       "module " + Printable(PrintedName(module->info)) +
                           (doc.empty() ? "" : "  " + Printable(doc)));
      for (const std::uint32_t row : module->summary.RowsByPosition()) {
        AddSymbolLine(*module, module->summary.symbol(row));
      }
    }
    return {};
  }

  std::string_view SimpleName() const {
    return std::string_view(name_).substr(name_.rfind('.') + 1);
  }

  // Gives `visit` each module that defines symbols whose own name is SimpleName, with their rows in
  // the order of the text, until it returns false.
  template <class Visit>
  Result<void> VisitNamesakes(DocsReader* docs, const Visit& visit) const {
    const std::string_view simple = SimpleName();
    const Result<NamePostings> postings = pack_.FindName(simple);
    if (!postings) return postings.error();
    // Within classes private names are mangled: the module defines another name then.
    const bool is_private = simple.starts_with("__") && !simple.ends_with("__");
    for (const NamePosting& posting : *postings) {
      if (!posting.defined && !is_private) continue;
      const Result<LoadedModule> module = LoadModule(pack_, posting.module, docs);
      if (!module) return module.error();
      const SummaryView& summary = module->summary;
      std::vector<std::uint32_t> rows = summary.RowsByPosition();
      std::erase_if(rows, [&](std::uint32_t row) {
        const Symbol symbol = summary.symbol(row);
        return symbol.name() != simple && WrittenName(summary, symbol) != simple;
      });
      if (!rows.empty() && !visit(*module, rows)) break;
    }
    return {};
  }

  Result<void> Symbols() {
    return VisitNamesakes(
        query_.json ? &docs_ : nullptr,
        [this](const LoadedModule& module, const std::vector<std::uint32_t>& rows) {
          std::vector<std::int32_t> doc_indexes;
          if (query_.json) doc_indexes = DocIndexes(module.summary);
          for (const std::uint32_t row : rows) {
            const Symbol symbol = module.summary.symbol(row);
            if (!HasName(module, symbol)) {
              NoteNear(module, symbol);
              continue;
            }
            results_.found = true;
            if (query_.json) {
              WriteSymbol(module, symbol, doc_indexes[row]);
            } else {
              AddSymbolLine(module, symbol);
            }
          }
          return true;
        });
  }

  void NoteNear(const LoadedModule& module, const Symbol& symbol) {
    std::string name =
        (module.name.empty() ? "" : module.name + '.') + std::string(symbol.qualname());
    // Several definitions may bear one name.
    if (near_.size() == kMaxProposals || std::ranges::find(near_, name) != near_.end()) return;
    near_.push_back(std::move(name));
  }

  // `doc`: its index in LoadedModule::docs, or -1.
  void WriteSymbol(const LoadedModule& module, const Symbol& symbol, std::int32_t doc) {
    results_.BeginElement();
    results_.WriteModuleFields("module", module.name, module.info);
    WriteSymbolFields(json_, module.summary, symbol,
                      doc < 0 ? std::string_view() : module.docs[static_cast<std::size_t>(doc)],
                      options_);
    json_.EndObject();
  }

  // Whether the name that was asked for, whose last component fits, fits as a whole.
  bool HasName(const LoadedModule& module, const Symbol& symbol) const {
    const std::size_t dot = name_.rfind('.');
    if (dot == std::string::npos) return true;
    const std::string_view qualifier = std::string_view(name_).substr(0, dot);
    std::string owner = module.name;
    if (const std::optional<std::uint32_t> row = symbol.owner()) {
      owner += '.' + module.summary.symbol(*row).qualname();
    }
    return owner == qualifier || owner.ends_with('.' + std::string(qualifier));
  }

  Result<void> Search() {
    const std::size_t limit = query_.limit != 0 ? query_.limit : kDefaultLimit;
    const Result<std::vector<NameMatch>> matches = pack_.SearchNames(
        name_, limit + 1, query_.ignore_case ? CaseMatch::kIgnoreAscii : CaseMatch::kExact);
    if (!matches) return matches.error();
    if (matches->size() > limit) {
      PrintNote(fmt::format("only the first {} names: there are more, which --limit N shows",
                            Grouped(limit)));
    }
    for (const NameMatch& match : std::span(*matches).first(std::min(limit, matches->size()))) {
      results_.found = true;
      std::vector<ModuleInfo> definers;
      std::uint64_t mentions = 0;
      for (const NamePosting& posting : match.postings) {
        ++mentions;
        if (!posting.defined) continue;
        const Result<ModuleInfo> module = pack_.module(posting.module);
        if (!module) return module.error();
        definers.push_back(*module);
      }
      if (query_.json) {
        results_.BeginElement();
        json_.Key("name").String(match.name);
        json_.Key("defined_in").BeginArray();
        for (const ModuleInfo& definer : definers) {
          json_.BeginObject();
          results_.WriteModuleFields("module", definer.name(), definer);
          json_.EndObject();
        }
        json_.EndArray();
        json_.Key("mentioned_in").Number(mentions);
        json_.EndObject();
        continue;
      }
      results_.AddLine(std::string(match.name),
                       "mentioned in " + Grouped(mentions) + DefinersText(definers));
    }
    return {};
  }

  // The shortest names first: what tests and private modules define under a name is seldom meant.
  static std::string DefinersText(const std::vector<ModuleInfo>& definers) {
    constexpr std::size_t kShown = 3;
    std::vector<std::string> names;
    names.reserve(definers.size());
    for (const ModuleInfo& definer : definers) names.push_back(PrintedName(definer));
    std::ranges::stable_sort(names, {}, &std::string::size);
    names.resize(std::min(names.size(), kShown));
    std::string text;
    for (const std::string& name : names) {
      text += (text.empty() ? ", defined in " : ", ") + Printable(name);
    }
    if (definers.size() > kShown) {
      text += fmt::format(" and {} more", Grouped(definers.size() - kShown));
    }
    return text;
  }

  Result<void> Imports() {
    const Result<std::vector<ModuleId>> matches = FindModules();
    if (!matches) return matches.error();
    bool any = false;
    for (const ModuleId id : *matches) {
      COPPICE_TRY(ImportsOf(id, [&any](const LoadedModule&, const Import&) { return any = true; }));
    }
    // That a module imports nothing is an answer too.
    results_.found = !matches->empty();
    if (results_.found && !any) PrintNote(Printable(name_) + " imports nothing");
    return {};
  }

  Result<void> Importers() {
    const Result<std::vector<ModuleId>> candidates = CandidateImporters(pack_, name_);
    if (!candidates) return candidates.error();
    for (const ModuleId id : *candidates) {
      COPPICE_TRY(ImportsOf(id, [this](const LoadedModule& module, const Import& import) {
        const bool matches = ImportsModule(module.info, module.name, import, name_);
        results_.found = results_.found || matches;
        return matches;
      }));
    }
    return {};
  }

  template <class Wanted>
  Result<void> ImportsOf(ModuleId id, const Wanted& wanted) {
    const Result<LoadedModule> module = LoadModule(pack_, id, nullptr);
    if (!module) return module.error();
    const SummaryView& summary = module->summary;
    for (std::uint32_t row = 0; row < summary.import_count(); ++row) {
      const Import import = summary.import(row);
      if (!wanted(*module, import)) continue;
      if (query_.json) {
        results_.BeginElement();
        results_.WriteModuleFields("importer", module->name, module->info);
        WriteImportFields(json_, summary, import);
        json_.EndObject();
      } else {
        results_.AddLine(results_.PlaceOf(module->info, import.line), ImportText(import));
      }
    }
    return {};
  }

  void AddSymbolLine(const LoadedModule& module, const Symbol& symbol) {
    const std::uint32_t column =
        options_.columns == ColumnUnit::kUtf16 ? symbol.utf16_column() : symbol.column();
    results_.AddLine(results_.PlaceOf(module.info, symbol.line(), column),
                     fmt::format("{:<10} {}{}", KindName(symbol.kind()), symbol.qualname(),
                                 Printable(SignatureText(symbol))));
  }

  const Query& query_;
  const std::string name_;  // what is looked up: in normal form, as Python and packs have names
  const Pack& pack_;
  const RootDirectories& roots_;
  DocsReader docs_;
  QueryResults results_;
  Json& json_;
  JsonOptions options_;
  std::vector<std::string> near_;  // full names of symbols of which only the last part fits
};

}  // namespace

int RunPackQuery(const Query& query, const Pack& pack, const RootDirectories& roots) {
  return PackQuery(query, pack, roots).Run();
}

}  // namespace coppice::cli
