// coppice export: a pack's contents as JSON lines or as tags.

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cli/arguments.h"
#include "clients/cli/command.h"
#include "clients/cli/console.h"
#include "clients/cli/json.h"
#include "clients/cli/module_json.h"
#include "clients/cli/module_names.h"
#include "clients/cli/open_pack.h"
#include "clients/cli/root_directories.h"
#include "clients/cli/tags.h"

namespace coppice::cli {
namespace {

constexpr const char* kHelp =
    R"(Usage: coppice export PACK [--format jsonl|tags] [--root NAME=DIRECTORY]... [--columns utf8|utf16]

Writes all of PACK to standard output.

  --format jsonl        one JSON object a module, in order of (module, root, path); the default.
                        docs/command.md describes the fields. Bytes of paths that are no UTF-8 are
                        escaped as \udc80 to \udcff, as Python's surrogateescape does
           tags         the tags format of ctags, sorted, for Vim, readtags and other readers of
                        it (a TAGS file, as Emacs makes it by etags, is of another format)
  --root NAME=DIRECTORY print DIRECTORY for the root NAME, so that editors find the files; may be
                        repeated. Without, paths start with the root's name. `coppice stats` prints
                        the names
  --columns utf8|utf16  unit of the columns in JSON: bytes of UTF-8, the default, or UTF-16 code
                        units, as the language server protocol counts

Examples:
  coppice export python3.pack | jq -r 'select(.syntax != "clean") | .syntax + " " + .path'
  coppice export src.pack --format tags --root src=$PWD/src > tags

Exit codes: 0 done, 2 wrong call, 3 PACK is not there, unreadable, damaged or no pack, or the output
cannot be written, 141 the reader of the output has gone.
)";

struct Call {
  std::string pack;
  std::string format = "jsonl";
  std::vector<std::string> roots;
  std::string columns;  // empty: not given
};

int ExportLines(const Pack& pack, const RootDirectories& roots, const JsonOptions& options) {
  const Result<std::vector<NamedModule>> modules = ModulesByName(pack);
  if (!modules) return Fail(modules.error());
  // One a root: the order by names switches between roots, and a reader goes on best where it was.
  std::map<std::string_view, DocsReader> docs;
  for (const std::string_view root : pack.roots()) docs.emplace(root, pack);
  Output output;
  Json json(output);
  for (const NamedModule& named : *modules) {
    const Result<ModuleInfo> info = pack.module(named.id);
    if (!info) return Fail(info.error());
    const auto root_docs = docs.find(info->root);
    const Result<LoadedModule> module =
        LoadModule(pack, named.id, root_docs == docs.end() ? nullptr : &root_docs->second);
    if (!module) {
      output.Finish();
      return Fail(module.error());
    }
    WriteModule(json, *module, roots.Directory(module->info.root), options);
    json.NextLine(output);
    if (output.failed()) break;
  }
  return output.Finish();
}

int ExportTags(const Pack& pack, const RootDirectories& roots) {
  Tags tags;
  for (std::uint32_t row = 0; row < pack.module_count(); ++row) {
    const Result<LoadedModule> module = LoadModule(pack, ModuleId{row}, nullptr);
    if (!module) return Fail(module.error());
    const std::string path = roots.Path(module->info);
    if (!tags.Add(*module, path)) {
      PrintWarning(Printable(path) + ": left out: tags cannot hold a tab or line end in a path");
    }
  }
  Output output;
  tags.Print(output);
  return output.Finish();
}

int Run(const Call& call) {
  if (call.format == "tags" && !call.columns.empty()) {
    return Misuse(kHelp, "--columns is for --format jsonl: tags have no columns");
  }
  const Result<std::shared_ptr<const Pack>> pack = OpenPack(call.pack);
  if (!pack) return Fail(pack.error());
  const Result<RootDirectories> roots = RootDirectories::Parse(call.roots, **pack);
  if (!roots) return Misuse(kHelp, Printable(roots.error().message));
  if (call.format == "tags") return ExportTags(**pack, *roots);
  JsonOptions options;
  if (call.columns == "utf16") options.columns = ColumnUnit::kUtf16;
  return ExportLines(**pack, *roots, options);
}

}  // namespace

Action DeclareExport(CLI::App& app) {
  SetHelp(app, kHelp);
  const auto call = std::make_shared<Call>();
  app.add_option("PACK", call->pack)->required()->check(NotEmpty());
  app.add_option("--format", call->format)->check(OneOf({"jsonl", "tags"}));
  app.add_option("--root", call->roots)->allow_extra_args(false);
  app.add_option("--columns", call->columns)->check(OneOf({"utf8", "utf16"}));
  return [call] { return Run(*call); };
}

}  // namespace coppice::cli
