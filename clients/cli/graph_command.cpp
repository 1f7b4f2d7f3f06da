// coppice graph: draws the import graph.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "clients/cli/arguments.h"
#include "clients/cli/command.h"
#include "clients/cli/console.h"
#include "clients/cli/graph_page.h"
#include "clients/cli/graph_picture.h"
#include "clients/cli/near_names.h"
#include "clients/cli/open_pack.h"
#include "clients/cli/profile_option.h"
#include "summaries/file_bytes.h"
#include "summaries/pack_format.h"
#include "summaries/resolution/graph/import_graph.h"
#include "summaries/resolution/imports/manifest.h"

namespace coppice::cli {
namespace {

constexpr const char* kHelp =
    R"(Usage: coppice graph INDEX [--format dot|svg|html] [--of MODULE] [-o FILE] [OPTION...]

Draws which modules import which. INDEX is a pack, or an index (its directory or its index.json).

  --format html      a page that needs no network: packages fold and unfold, with search, zoom and
                     the list of import cycles; the default
           svg       a drawing in layers: what is imported lies below what imports it
           dot       for Graphviz: ... --format dot | dot -Tpdf
  --of MODULE        only MODULE, what is below it, and the modules that import one of these or are
                     imported by one
  -o, --output FILE  write to FILE, not to standard output
  --depth N          svg, dot: fold what has more than N components in its name. Without it, svg
                     folds until at most 400 nodes are left
  --type-checking    svg, dot: draw imports under TYPE_CHECKING too, dotted
  --deferred         svg, dot: draw imports in functions too, dashed
  --profile runtime|mypy|pyright
                     by whose rules modules are found: the interpreter's (the default) or those of a
                     type checker

Imports that the target decides are never reached are left out. What lies on a cycle is red.

Examples:
  coppice graph src.pack -o imports.html
  coppice graph .coppice --of django.db --format svg -o django-db.svg
  coppice graph src.pack --format dot --depth 2 | dot -Tpng > packages.png

Exit codes: 0 done, 1 there is no such MODULE, 2 wrong call, 3 INDEX is not there, unreadable or
damaged, or FILE cannot be written.
)";

// As many as people may still follow, and as a window may still show.
constexpr std::size_t kMaxSvgNodes = 400;

struct Call {
  std::string index;
  std::string format = "html";
  std::string of;
  std::string output;
  uint32_t depth = 0;  // 0: not given
  bool type_checking = false;
  bool deferred = false;
  std::optional<SearchProfile> profile;
};

std::string Mistake(const Call& call) {
  if (call.format != "html") return {};
  if (call.depth != 0) return "--depth is for svg and dot: in a page, packages fold";
  if (call.type_checking)
    return "--type-checking is for svg and dot: a page lets its reader choose";
  if (call.deferred) return "--deferred is for svg and dot: a page lets its reader choose";
  return {};
}

// As deep as it may be drawn.
Picture FittingPicture(const ModuleFinder& finder, const ImportGraph& graph,
                       PictureOptions options) {
  Picture whole = MakePicture(finder, graph, options);
  if (whole.nodes.size() <= kMaxSvgNodes) return whole;
  uint32_t depth = 1;
  for (const PictureNode& node : whole.nodes) {
    depth = std::max(depth, static_cast<uint32_t>(std::ranges::count(node.name, '.')));
  }
  // Names of a thousand components are nobody's.
  for (depth = std::min(depth, uint32_t{16});; --depth) {
    options.depth = depth;
    Picture picture = MakePicture(finder, graph, options);
    if (picture.nodes.size() > kMaxSvgNodes && depth > 1) continue;
    PrintNote(
        fmt::format("{} modules: folded to {} nodes, as --depth {} does; --of MODULE draws "
                    "a part",
                    Grouped(whole.nodes.size()), Grouped(picture.nodes.size()), depth));
    return picture;
  }
}

std::string Draw(const Call& call, const ModuleFinder& finder, const ImportGraph& graph,
                 ModuleRef of) {
  if (call.format == "html") {
    return GraphPage(finder, graph, of, call.of.empty() ? call.index : call.of);
  }
  PictureOptions options;
  options.of = of;
  if (call.type_checking) options.allowed = options.allowed.With(ImportLabel::kTypeChecking);
  if (call.deferred) options.allowed = options.allowed.With(ImportLabel::kDeferred);
  if (call.depth != 0) options.depth = call.depth;
  if (call.format == "dot") return DotText(MakePicture(finder, graph, options));
  return SvgText(call.depth != 0 ? MakePicture(finder, graph, options)
                                 : FittingPicture(finder, graph, options));
}

Error WriteError(const std::string& path, int error_number) {
  return {ErrorCode::kIo,
          path + ": cannot be written: " + std::generic_category().message(error_number)};
}

// Writes all of it and closes the descriptor; 0 or an error number.
int WriteAndClose(int descriptor, std::string_view text) {
  int error_number = 0;
  while (error_number == 0 && !text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      error_number = errno;
    }
  }
  if (close(descriptor) != 0 && error_number == 0) error_number = errno;
  return error_number;
}

// What is there that a drawing must not replace, in words; empty: nothing.
std::string_view WhatMustStay(const std::string& path) {
  const auto file = FileBytes::Map(path);
  if (!file) return "";
  const auto bytes = file->bytes();
  if (pack_format::StartsWithMagic(bytes)) return "a pack";
  const auto manifest =
      ParseManifest({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path);
  const bool is_index = manifest || manifest.error().code == ErrorCode::kUnsupportedVersion;
  return is_index ? "an index" : "";
}

// Replaces a file in one step; what is no regular file (a device, a pipe) is written to.
Result<void> WriteFile(const std::string& path, std::string_view text) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  const bool is_file = std::filesystem::is_regular_file(status);
  if (std::filesystem::exists(status) && !is_file) {
    const int descriptor = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    const int failed = descriptor < 0 ? errno : WriteAndClose(descriptor, text);
    return failed == 0 ? Result<void>() : Result<void>(WriteError(path, failed));
  }
  if (const std::string_view kept = is_file ? WhatMustStay(path) : ""; !kept.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{}: is {}, which no drawing replaces", path, kept)};
  }
  if (is_file && access(path.c_str(), W_OK) != 0) return WriteError(path, errno);
  // Links are followed.
  const std::string place = is_file ? std::filesystem::canonical(path, error).string() : path;
  std::string beside = place + ".XXXXXX";
  const int descriptor = mkostemp(beside.data(), O_CLOEXEC);
  if (descriptor < 0) return WriteError(path, errno);
  const mode_t mask = umask(0);
  umask(mask);
  const mode_t mode = is_file ? static_cast<mode_t>(status.permissions()) & 0777 : 0666 & ~mask;
  int failed = fchmod(descriptor, mode) != 0 ? errno : 0;
  const int unwritten = WriteAndClose(descriptor, text);
  if (failed == 0) failed = unwritten;
  if (failed == 0 && rename(beside.c_str(), place.c_str()) != 0) failed = errno;
  if (failed == 0) return {};
  unlink(beside.c_str());
  return WriteError(path, failed);
}

int Run(const Call& call) {
  if (const std::string mistake = Mistake(call); !mistake.empty()) return Misuse(kHelp, mistake);
  const Result<std::shared_ptr<const Index>> index = OpenIndex(call.index);
  if (!index) return Fail(index.error());
  const auto finder = ModuleFinder::Make(*index, call.profile.value_or(SearchProfile::kRuntime));
  if (!finder) return Fail(finder.error());
  ModuleRef of = kNoModule;
  if (!call.of.empty()) {
    of = (*finder)->Find(call.of);
    if (of == kNoModule) {
      std::string proposal;
      for (const auto& pack : (*index)->packs()) {
        if (proposal.empty()) proposal = Proposal(NearModules(*pack, call.of));
      }
      PrintNote(fmt::format("no module '{}' in {}{}", Printable(call.of), Printable(call.index),
                            proposal));
      return kNothingFound;
    }
  }
  const Result<ImportGraph> graph = ImportGraph::Make(**finder);
  if (!graph) return Fail(graph.error());
  const std::string text = Draw(call, **finder, *graph, of);
  if (!call.output.empty()) {
    const Result<void> written = WriteFile(call.output, text);
    return written ? kDone : Fail(written.error());
  }
  Output output;
  output.Append(text);
  return output.Finish();
}

}  // namespace

Action DeclareGraph(CLI::App& app) {
  SetHelp(app, kHelp);
  const auto call = std::make_shared<Call>();
  app.add_option("INDEX", call->index)->required();
  app.add_option("--format", call->format)->check(OneOf({"dot", "svg", "html"}));
  app.add_option("--of", call->of);
  app.add_option("--output,-o", call->output);
  app.add_option("--depth", call->depth)->check(WholeNumber(1, 1000));
  app.add_flag("--type-checking", call->type_checking);
  app.add_flag("--deferred", call->deferred);
  AddProfileOption(app, call->profile);
  return [call] { return Run(*call); };
}

}  // namespace coppice::cli
