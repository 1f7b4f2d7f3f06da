// coppice query: looks up modules, symbols, names and imports.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cli/arguments.h"
#include "clients/cli/command.h"
#include "clients/cli/console.h"
#include "clients/cli/open_pack.h"
#include "clients/cli/profile_option.h"
#include "clients/cli/query.h"
#include "clients/cli/root_directories.h"

namespace coppice::cli {
namespace {

constexpr const char* kHelp =
    R"(Usage: coppice query PACK|INDEX WHAT NAME [OPTION...]

  coppice query PACK module NAME     what the modules of that dotted name define
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

INDEX is a pack, or what `coppice index --env` wrote (its directory, or the index.json in it).

Options:
  --json                an array, empty if nothing is found. module: the objects of `coppice
                        export`; symbols: their "symbols" with module, root and path; imports and
                        importers: their "imports" with importer, root and path; search: name,
                        defined_in (objects of module, root and path) and mentioned_in (how many
                        modules); subclasses: definitions (module, qualname, kind, path, line, col)
                        with base and distance; cycles: modules and shortest (the steps of a
                        shortest one); reexports, mentions, importers --transitive: objects with
                        module (or importer), root, path and what was asked.
                        resolve, members, mro, signature: no array but an object a NAME, with
                        definitions (or class, or definition) and what else is known
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
found, standard error names what may have been meant (not with a NAME of -).

Examples:
  coppice query python3.pack module json.decoder
  coppice query python3.pack symbols JSONDecoder.decode
  coppice query python3.pack search urlopen --ignore-case
  coppice query python3.pack importers asyncio.events --json
  coppice query .coppice resolve requests.Session --explain
  coppice query .coppice signature json.JSONDecoder.decode --bound
  coppice query .coppice subclasses collections.abc.Mapping
  coppice query src.pack cycles --deferred

Exit codes: 0 found, 1 nothing found (with a NAME of -: for some name), 2 wrong call, 3 PACK or
INDEX is not there, unreadable, damaged or neither; what a name may mean cannot be read.
)";

// Of one pack, by its own tables.
constexpr std::array<std::string_view, 5> kPackQueries = {"module", "symbols", "search", "imports",
                                                          "importers"};
// Of a whole index.
constexpr std::array<std::string_view, 4> kNameQueries = {"resolve", "members", "mro", "signature"};
constexpr std::array<std::string_view, 2> kImportQueries = {"importers", "cycles"};
constexpr std::array<std::string_view, 3> kReferenceQueries = {"subclasses", "reexports",
                                                               "mentions"};

bool IsOneOf(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::vector<std::string_view> AllQueries() {
  std::vector<std::string_view> all(kPackQueries.begin(), kPackQueries.end());
  all.insert(all.end(), kNameQueries.begin(), kNameQueries.end());
  all.push_back("cycles");
  all.insert(all.end(), kReferenceQueries.begin(), kReferenceQueries.end());
  return all;
}

bool IsQuery(std::string_view word) { return IsOneOf(AllQueries(), word); }

// `importers` is a query of both kinds.
bool AsksWholeIndex(const Query& query) {
  if (query.what != "importers") return !IsOneOf(kPackQueries, query.what);
  return query.transitive || NamesManifest(query.index);
}

// The option among those given that says nothing about what is asked, with what it is for.
std::string StrayOption(const Query& query) {
  struct Option {
    bool given;
    bool used;
    const char* text;
  };
  const std::string_view what = query.what;
  const bool counts_imports = what == "cycles" || query.transitive;
  const Option options[] = {
      {query.limit != 0, what == "search", "--limit is for search"},
      {query.ignore_case, what == "search", "--ignore-case is for search"},
      {query.columns.has_value(), what == "module" || what == "symbols",
       "--columns is for module and symbols"},
      {query.explain, what == "resolve", "--explain is for resolve"},
      {query.bound, what == "signature", "--bound is for signature"},
      {query.transitive, what == "importers", "--transitive is for importers"},
      {query.all, what == "reexports", "--all is for reexports"},
      {query.deferred, counts_imports, "--deferred is for cycles and importers --transitive"},
      {query.type_checking, counts_imports,
       "--type-checking is for cycles and importers --transitive"},
      {query.profile.has_value(), AsksWholeIndex(query),
       "--profile is for the queries of an index"},
  };
  for (const Option& option : options) {
    if (option.given && !option.used) {
      return fmt::format("{}, not for {}", option.text, Printable(what));
    }
  }
  return {};
}

// What is wrong with PACK WHAT NAME, and what to write instead; empty if nothing is.
std::string Mistake(const Query& query) {
  if (query.index.empty()) return "no PACK given, as in coppice query python3.pack module json";
  const std::string pack = Printable(query.index);
  const std::string what = Printable(query.what);
  if (IsQuery(query.index) && !IsQuery(query.what)) {
    return fmt::format(
        "no PACK given: it comes before {0}, as in coppice query python3.pack {0} {1}", pack,
        what.empty() ? "NAME" : what);
  }
  if (query.what.empty()) {
    return fmt::format("what to look up is missing, as in coppice query {} module NAME", pack);
  }
  if (!IsQuery(query.what)) {
    std::string message = "no such query: " + NoneOf(query.what, AllQueries());
    if (!query.name.empty()) return message;
    return fmt::format("{}; names come after one: coppice query {} module {}", message, pack, what);
  }
  if (query.name.empty() && query.what != "cycles") {
    return fmt::format("no {2} given, as in coppice query {0} {1} {2}", pack, what,
                       what == "search" ? "TEXT" : "NAME");
  }
  return StrayOption(query);
}

// Says what is wrong with an index where a pack is needed, and which packs it has.
int RefuseIndex(const Query& query) {
  const Result<std::vector<std::string>> packs = PacksOf(query.index);
  if (!packs) return Fail(packs.error());
  PrintError(Printable(fmt::format("{}: {} asks one pack, not an index: {}", query.index,
                                   query.what, fmt::join(*packs, ", "))));
  return kWrongCall;
}

int RunOnPack(const Query& query) {
  if (NamesManifest(query.index)) return RefuseIndex(query);
  const Result<std::shared_ptr<const Pack>> pack = OpenPack(query.index);
  if (!pack) return Fail(pack.error());
  const Result<RootDirectories> roots = RootDirectories::Parse(query.roots, **pack);
  if (!roots) return Misuse(kHelp, Printable(roots.error().message));
  return RunPackQuery(query, **pack, *roots);
}

int RunOnIndex(const Query& query) {
  const Result<std::shared_ptr<const Index>> index = OpenIndex(query.index);
  if (!index) return Fail(index.error());
  const Result<RootDirectories> roots = RootDirectories::Parse(query.roots, **index);
  if (!roots) return Misuse(kHelp, Printable(roots.error().message));
  const auto finder = ModuleFinder::Make(*index, query.profile.value_or(SearchProfile::kRuntime));
  if (!finder) return Fail(finder.error());
  if (IsOneOf(kNameQueries, query.what)) return RunNameQuery(query, *finder, *roots);
  if (IsOneOf(kImportQueries, query.what)) return RunImportQuery(query, *finder, *roots);
  return RunReferenceQuery(query, *finder, *roots);
}

int Run(const Query& query) {
  if (const std::string mistake = Mistake(query); !mistake.empty()) return Misuse(kHelp, mistake);
  return AsksWholeIndex(query) ? RunOnIndex(query) : RunOnPack(query);
}

}  // namespace

Action DeclareQuery(CLI::App& app) {
  SetHelp(app, kHelp);
  const auto query = std::make_shared<Query>();
  // Not required here: Mistake says more about what is missing.
  app.add_option("PACK", query->index);
  app.add_option("WHAT", query->what);
  app.add_option("NAME", query->name);
  app.add_flag("--json", query->json);
  app.add_option("--limit", query->limit)->check(WholeNumber(1, 1000000));
  app.add_flag("--ignore-case,-i", query->ignore_case);
  app.add_option("--root", query->roots)->allow_extra_args(false);
  app.add_option_function<std::string>("--columns",
                                       [query](const std::string& word) {
                                         query->columns = word == "utf16" ? ColumnUnit::kUtf16
                                                                          : ColumnUnit::kUtf8;
                                       })
      ->check(OneOf({"utf8", "utf16"}));
  app.add_flag("--explain", query->explain);
  app.add_flag("--bound", query->bound);
  app.add_flag("--transitive", query->transitive);
  app.add_flag("--all", query->all);
  app.add_flag("--type-checking", query->type_checking);
  app.add_flag("--deferred", query->deferred);
  AddProfileOption(app, query->profile);
  return [query] { return Run(*query); };
}

}  // namespace coppice::cli
