// coppice query: looks up modules, symbols, names and imports.

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "clients/cli/aligned_lines.h"
#include "clients/cli/arguments.h"
#include "clients/cli/command.h"
#include "clients/cli/console.h"
#include "clients/cli/graph_queries.h"
#include "clients/cli/import_match.h"
#include "clients/cli/json.h"
#include "clients/cli/module_json.h"
#include "clients/cli/module_names.h"
#include "clients/cli/near_names.h"
#include "clients/cli/open_pack.h"
#include "clients/cli/resolution_query.h"
#include "clients/cli/root_directories.h"
#include "clients/cli/symbol_text.h"
#include "summaries/try.h"
#include "summaries/unicode.h"

namespace coppice::cli {
namespace {

constexpr const char* kHelp =
    R"(Usage: coppice query PACK module NAME     what the modules of that dotted name define
       coppice query PACK symbols NAME    where classes, functions, variables, ... are defined
       coppice query PACK search TEXT     identifiers that contain TEXT
       coppice query PACK imports NAME    what a module imports
       coppice query INDEX importers NAME [--transitive]
                                          which modules import a module
       coppice query INDEX cycles [NAME]  which modules import each other in circles
       coppice query INDEX subclasses NAME
                                          which classes derive from a class
       coppice query INDEX reexports NAME which modules pass on what another defines
       coppice query INDEX mentions NAME  which modules mention an identifier
       coppice query INDEX resolve NAME   all that a dotted name can mean
       coppice query INDEX members NAME   what a class has, its own and what it inherits
       coppice query INDEX mro NAME       the order of a class's bases
       coppice query INDEX signature NAME
                                          how a function, method or class is called

  module      the dotted name, written out: json.decoder. Or root/path, which also finds files that
              no import statement reaches: src/__init__.py, src/run-me.py
  symbols     the full name of a symbol is its module's dotted name, the names of its classes and
              its own, with dots between: json.decoder.JSONDecoder.decode. NAME finds those whose
              full name it is, or ends in after a dot: decode, JSONDecoder.decode. Case counts
  imports     as for module
  importers   the dotted name, written out: `import a.b.c` counts for a, a.b and a.b.c, `from a
              import b` for a and a.b; relative imports for the package that they start from and
              what is below it. Of a pack, and where INDEX has no such module, by the text of the
              imports; else by what they find
  cycles      all, or those that hold a module of that name or one below it
  subclasses  the class's full name, under which it can be imported: json.JSONDecoder
  reexports   likewise, of anything that a module defines, or of a module
  mentions    one identifier
  resolve, members, mro, signature
              a module's dotted name, and names of attributes after it: json.JSONDecoder.decode. A
              NAME of - reads them from standard input, one a line

INDEX is a pack, or an index (its directory or its index.json).

Options:
  --json                an array, empty if nothing is found. module: the objects of `coppice
                        export`; symbols: their "symbols" with module, root and path; imports and
                        importers: their "imports" with importer, root and path; search: name,
                        defined_in (objects of module, root and path) and mentioned_in (how many
                        modules); the others: docs/command.md
  --transitive          importers: those of importers too, nearest first, each with the import that
                        leads on from it. What imports a module imports its package
  --deferred            cycles, importers --transitive: imports in functions count
  --type-checking       likewise: imports under TYPE_CHECKING count
  --all                 reexports: also names that modules import for themselves
  --explain             resolve: the steps that lead to each definition
  --bound               signature: of a method as an instance has it, without its first parameter
  --profile runtime|mypy|pyright
                        the queries of an INDEX: by whose rules modules are found; the
                        interpreter's if not given
  --limit N             search: at most N names; default 50. Standard error tells if there are more
  -i, --ignore-case     search: ASCII letters match in either case
  --root NAME=DIRECTORY print DIRECTORY for the root NAME; may be repeated
  --columns utf8|utf16  module, symbols: unit of columns: bytes of UTF-8, the default, or UTF-16
                        code units

Names are compared in normal form NFKC, as Python compares them.

Lines for people are path:line:column kind name; lines count from 1, columns from 0. If nothing is
found, standard error names what may have been meant.

Examples:
  coppice query python3.pack module json.decoder
  coppice query python3.pack symbols JSONDecoder.decode
  coppice query python3.pack search urlopen --ignore-case
  coppice query python3.pack importers asyncio.events --json
  coppice query env/ subclasses collections.abc.Mapping
  coppice query src.pack cycles --deferred

Exit codes: 0 found, 1 nothing found, 2 wrong call, 3 PACK is not there, unreadable, damaged
or no pack.
)";

struct Call {
  std::string pack;
  std::string what;
  std::string name;
  bool json = false;
  bool ignore_case = false;
  std::size_t limit = 0;  // 0: not given
  std::vector<std::string> roots;
  std::string columns;  // empty: not given
  bool explain = false;
  bool bound = false;
  std::string profile;  // empty: not given
  GraphQuery graph;     // its own options
};

constexpr std::array<std::string_view, 13> kQueries = {
    "module", "symbols",   "search",     "imports", "importers", "resolve",   "members",
    "mro",    "signature", "subclasses", "cycles",  "mentions",  "reexports",
};

constexpr std::size_t kDefaultLimit = 50;

bool IsQuery(std::string_view word) { return std::ranges::find(kQueries, word) != kQueries.end(); }

// Whether the whole index is looked at: several packs, or what one alone has no table for.
bool NeedsIndex(const Call& call) {
  if (std::ranges::find(kQueries, call.what) >= std::ranges::find(kQueries, "subclasses")) {
    return true;
  }
  if (call.what != "importers") return false;
  std::error_code ignored;
  return call.graph.transitive || call.pack.ends_with(".json") ||
         std::filesystem::is_directory(call.pack, ignored);
}

// What is wrong with PACK WHAT NAME, and what to write instead; empty if nothing is.
std::string Mistake(const Call& call) {
  if (call.pack.empty()) return "no PACK given, as in coppice query python3.pack module json";
  const std::string pack = Printable(call.pack);
  const std::string what = Printable(call.what);
  if (IsQuery(call.pack) && !IsQuery(call.what)) {
    return fmt::format(
        "no PACK given: it comes before {0}, as in coppice query python3.pack {0} {1}", pack,
        what.empty() ? "NAME" : what);
  }
  if (call.what.empty()) {
    return fmt::format("what to look up is missing, as in coppice query {} module NAME", pack);
  }
  if (!IsQuery(call.what)) {
    std::string message = "no such query: " + NoneOf(call.what, {kQueries.begin(), kQueries.end()});
    if (!call.name.empty()) return message;
    return fmt::format("{}; names come after one: coppice query {} module {}", message, pack, what);
  }
  if (call.name.empty() && call.what != "cycles") {
    return fmt::format("no {2} given, as in coppice query {0} {1} {2}", pack, what,
                       what == "search" ? "TEXT" : "NAME");
  }
  if (call.what != "search" && (call.limit != 0 || call.ignore_case)) {
    return fmt::format("{} is for search, not for {}",
                       call.limit != 0 ? "--limit" : "--ignore-case", what);
  }
  if (call.what != "module" && call.what != "symbols" && !call.columns.empty()) {
    return fmt::format("--columns is for module and symbols: {} prints no columns", what);
  }
  if (call.what != "resolve" && call.explain) {
    return fmt::format("--explain is for resolve, not for {}", what);
  }
  if (call.what != "signature" && call.bound) {
    return fmt::format("--bound is for signature, not for {}", what);
  }
  if (!IsResolutionQuery(call.what) && !NeedsIndex(call) && !call.profile.empty()) {
    return fmt::format("--profile is for the queries of an index: {} asks no finder", what);
  }
  if (IsResolutionQuery(call.what) && !call.roots.empty()) {
    return fmt::format("--root is for packs: {} takes the directories that the index names", what);
  }
  GraphQuery query = call.graph;
  query.what = call.what;
  return OptionMistake(query);
}

// One query on one pack.
class Query {
 public:
  Query(const Pack& pack, const RootDirectories& roots, const Call& call)
      : pack_(pack),
        roots_(roots),
        call_(call),
        name_(NormalFormKc(call.name).value_or(call.name)),
        docs_(pack),
        json_(output_) {
    if (call.columns == "utf16") options_.columns = ColumnUnit::kUtf16;
  }

  int Run() {
    const Result<void> result = Answer();
    if (!result) {
      output_.Finish();
      return Fail(result.error());
    }
    if (call_.json) {
      BeginArrayOnce();
      json_.EndArray();
      output_.Put('\n');
    } else {
      lines_.Print(output_);
    }
    const int code = output_.Finish(found_ ? kDone : kNothingFound);
    if (code == kNothingFound) PrintNote("nothing found: " + WhyNothing());
    return code;
  }

 private:
  Result<void> Answer() {
    if (call_.what == "module") return Modules();
    if (call_.what == "symbols") return Symbols();
    if (call_.what == "search") return Search();
    if (call_.what == "imports") return Imports();
    return Importers();
  }

  // Not before there is something to put into it: an error must not leave a lone bracket.
  void BeginArrayOnce() {
    if (!array_begun_) json_.BeginArray();
    array_begun_ = true;
  }
  void BeginElement() {
    BeginArrayOnce();
    json_.BeginObject();
  }

  // Also what is there that might have been meant.
  std::string WhyNothing() const {
    const std::string name = Printable(name_);
    const std::string pack = Printable(call_.pack);
    if (call_.what == "search") {
      return fmt::format("no name in {} holds '{}'{}", pack, name, InOtherCase());
    }
    if (call_.what == "symbols") {
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
    if (call_.what == "importers") {
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
    if (call_.ignore_case) return {};
    const auto matches = pack_.SearchNames(name_, kMaxProposals, CaseMatch::kIgnoreAscii);
    if (!matches || matches->empty()) return {};
    std::string names;
    for (const NameMatch& match : *matches)
      names.append(names.empty() ? "" : ", ").append(match.name);
    return "; with --ignore-case there is " + names;
  }

  // By dotted name or, as PrintedName has it, by root and path: no other name holds a '/'.
  Result<std::vector<ModuleId>> FindModules() const {
    const std::string_view place = call_.name;
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
      found_ = true;
      if (call_.json) {
        BeginArrayOnce();
        WriteModule(json_, *module, roots_.Directory(module->info.root), options_);
        continue;
      }
      const std::string_view doc = module->module_doc();
      lines_.Add(Printable(roots_.Path(module->info)) + ":1:0",
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
        call_.json ? &docs_ : nullptr,
        [this](const LoadedModule& module, const std::vector<std::uint32_t>& rows) {
          std::vector<std::int32_t> doc_indexes;
          if (call_.json) doc_indexes = DocIndexes(module.summary);
          for (const std::uint32_t row : rows) {
            const Symbol symbol = module.summary.symbol(row);
            if (!HasName(module, symbol)) {
              NoteNear(module, symbol);
              continue;
            }
            found_ = true;
            if (call_.json) {
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
    BeginElement();
    WritePlace("module", module.name, module.info);
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
    const std::size_t limit = call_.limit != 0 ? call_.limit : kDefaultLimit;
    const Result<std::vector<NameMatch>> matches = pack_.SearchNames(
        name_, limit + 1, call_.ignore_case ? CaseMatch::kIgnoreAscii : CaseMatch::kExact);
    if (!matches) return matches.error();
    if (matches->size() > limit) {
      PrintNote(fmt::format("only the first {} names: there are more, which --limit N shows",
                            Grouped(limit)));
    }
    for (const NameMatch& match : std::span(*matches).first(std::min(limit, matches->size()))) {
      found_ = true;
      std::vector<ModuleInfo> definers;
      std::uint64_t mentions = 0;
      for (const NamePosting& posting : match.postings) {
        ++mentions;
        if (!posting.defined) continue;
        const Result<ModuleInfo> module = pack_.module(posting.module);
        if (!module) return module.error();
        definers.push_back(*module);
      }
      if (call_.json) {
        BeginElement();
        json_.Key("name").String(match.name);
        json_.Key("defined_in").BeginArray();
        for (const ModuleInfo& definer : definers) {
          json_.BeginObject();
          WritePlace("module", definer.name(), definer);
          json_.EndObject();
        }
        json_.EndArray();
        json_.Key("mentioned_in").Number(mentions);
        json_.EndObject();
        continue;
      }
      lines_.Add(std::string(match.name),
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
    found_ = !matches->empty();
    if (found_ && !any) PrintNote(Printable(name_) + " imports nothing");
    return {};
  }

  Result<void> Importers() {
    const Result<std::vector<ModuleId>> candidates = CandidateImporters(pack_, name_);
    if (!candidates) return candidates.error();
    for (const ModuleId id : *candidates) {
      COPPICE_TRY(ImportsOf(id, [this](const LoadedModule& module, const Import& import) {
        const bool matches = ImportsModule(module.info, module.name, import, name_);
        found_ = found_ || matches;
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
      if (call_.json) {
        BeginElement();
        WritePlace("importer", module->name, module->info);
        WriteImportFields(json_, summary, import);
        json_.EndObject();
      } else {
        lines_.Add(fmt::format("{}:{}", Printable(roots_.Path(module->info)), import.line),
                   ImportText(import));
      }
    }
    return {};
  }

  void WritePlace(std::string_view key, std::string_view name, const ModuleInfo& module) {
    json_.Key(key).Bytes(name);
    json_.Key("root").Bytes(roots_.Directory(module.root));
    json_.Key("path").Bytes(module.path);
  }

  void AddSymbolLine(const LoadedModule& module, const Symbol& symbol) {
    const std::uint32_t column =
        options_.columns == ColumnUnit::kUtf16 ? symbol.utf16_column() : symbol.column();
    lines_.Add(fmt::format("{}:{}:{}", Printable(roots_.Path(module.info)), symbol.line(), column),
               fmt::format("{:<10} {}{}", KindName(symbol.kind()), symbol.qualname(),
                           Printable(Signature(symbol))));
  }

  const Pack& pack_;
  const RootDirectories& roots_;
  const Call& call_;
  const std::string name_;  // what is looked up: in normal form, as Python and packs have names
  DocsReader docs_;
  Output output_;
  Json json_;
  JsonOptions options_;
  AlignedLines lines_;
  bool array_begun_ = false;
  bool found_ = false;
  std::vector<std::string> near_;  // full names of symbols of which only the last part fits
};

int RunOnIndex(const Call& call) {
  GraphQuery query = call.graph;
  query.index = call.pack;
  query.what = call.what;
  query.name = call.name;
  query.json = call.json;
  query.roots = call.roots;
  query.profile = ProfileOf(call.profile);
  return RunGraphQuery(query, kHelp);
}

int Run(const Call& call) {
  if (const std::string mistake = Mistake(call); !mistake.empty()) return Misuse(kHelp, mistake);
  if (IsResolutionQuery(call.what)) {
    return RunResolutionQuery(
        {call.pack, call.what, call.name, call.profile, call.json, call.explain, call.bound});
  }
  if (NeedsIndex(call)) return RunOnIndex(call);
  const Result<std::shared_ptr<const Pack>> pack = OpenPack(call.pack);
  if (!pack) return Fail(pack.error());
  const Result<RootDirectories> roots = RootDirectories::Parse(call.roots, **pack);
  if (!roots) return Misuse(kHelp, Printable(roots.error().message));
  return Query(**pack, *roots, call).Run();
}

}  // namespace

Action DeclareQuery(CLI::App& app) {
  SetHelp(app, kHelp);
  const auto call = std::make_shared<Call>();
  // Not required here: Mistake says more about what is missing.
  app.add_option("PACK", call->pack);
  app.add_option("WHAT", call->what);
  app.add_option("NAME", call->name);
  app.add_flag("--json", call->json);
  app.add_option("--limit", call->limit)->check(WholeNumber(1, 1000000));
  app.add_flag("--ignore-case,-i", call->ignore_case);
  app.add_option("--root", call->roots)->allow_extra_args(false);
  app.add_option("--columns", call->columns)->check(OneOf({"utf8", "utf16"}));
  app.add_flag("--explain", call->explain);
  app.add_flag("--bound", call->bound);
  app.add_flag("--transitive", call->graph.transitive);
  app.add_flag("--all", call->graph.all);
  app.add_flag("--type-checking", call->graph.type_checking);
  app.add_flag("--deferred", call->graph.deferred);
  app.add_option("--profile", call->profile)->check(OneOf({"runtime", "mypy", "pyright"}));
  return [call] { return Run(*call); };
}

}  // namespace coppice::cli
