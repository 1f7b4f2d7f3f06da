// coppice index: builds a pack, or brings one up to date.

#include <atomic>
#include <charconv>
#include <csignal>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "clients/cli/command.h"
#include "clients/cli/console.h"
#include "clients/cli/json.h"
#include "clients/cli/progress_bar.h"
#include "store/discovery.h"
#include "store/file_system.h"
#include "store/indexer.h"
#include "store/python_environment.h"

namespace coppice::cli {
namespace {

constexpr const char* kHelp =
    R"(Usage: coppice index ROOT... -o PACK [options]
       coppice index --python EXE -o PACK [options]

Builds PACK from all .py and .pyi files under some roots. A PACK that is there is brought up to
date: unchanged files are not parsed again, deleted ones go, and the result is byte for byte what
--fresh gives.

  ROOT                  a directory at which dotted names start, or name=directory; without a name
                        it is called as the directory is
  --python EXE          take the roots from an interpreter: its standard library, site-packages and
                        what else is on its sys.path
  -o, --output PACK     the pack
  --jobs N              threads; 0, the default: one for each processor
  --fresh               parse every file, whatever PACK says
  --no-docs             leave docstrings out
  --exclude GLOB        leave out what matches; may be repeated. A pattern without '/' is compared
                        with names, others with paths below the root; ** crosses directories, a '/'
                        at the end means directories only
  --max-file-size BYTES skip larger files, with a warning; K, M and G multiply by powers of 1024.
                        Default: 16M
  --json                print the figures as one JSON object
  --quiet               print errors only

Beside PACK, PACK.coppice-state remembers the files' times, so that unchanged ones need not be read,
and PACK.coppice-lock stands there while a run is on: a second one waits for it. Files that cannot
be read or decoded are reported and counted, and do not end the run.

The JSON object: modules, parsed and reused (of those), source_bytes, lines and files_with_errors
(of all modules), skipped (files that are not in the pack), seconds, ast_bytes and ast_nodes (the
trees of the files that were parsed), summary_bytes, docs_bytes, pack_bytes (all of the file),
peak_rss_bytes.

Examples:
  coppice index src -o src.pack
  coppice index --python python3 -o python3.pack
  coppice index app=src stubs=typings -o all.pack --exclude tests/ --exclude '*_pb2.py'

Exit codes: 0 done, 2 wrong call, 3 failed (PACK is as it was), 130 or 143 interrupted (likewise).
)";

struct Call {
  std::vector<std::string> roots;
  std::string python;
  std::string pack;
  unsigned jobs = 0;
  bool fresh = false;
  bool no_docs = false;
  std::vector<std::string> excludes;
  std::string max_file_size;
  bool json = false;
  bool quiet = false;
};

// What the signal handler sets.
std::atomic<bool> g_interrupted{false};
std::atomic<int> g_signal{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

extern "C" void OnSignal(int signal) {
  g_signal = signal;
  g_interrupted = true;
}

// The first signal ends the run in order, a second one at once.
void CatchSignals() {
  struct sigaction action {};
  action.sa_handler = OnSignal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

std::optional<std::uint64_t> ParseSize(const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || end - rest > 1) return std::nullopt;
  unsigned shift = 0;
  if (rest != end) {
    switch (*rest) {
      case 'K':
      case 'k':
        shift = 10;
        break;
      case 'M':
      case 'm':
        shift = 20;
        break;
      case 'G':
      case 'g':
        shift = 30;
        break;
      default:
        return std::nullopt;
    }
  }
  if (number > std::numeric_limits<std::uint64_t>::max() >> shift) return std::nullopt;
  return number << shift;
}

int Misuse(const std::string& message) {
  PrintError(message);
  fmt::print(stderr, "See coppice index --help\n");
  return kWrongCall;
}

Result<std::vector<Root>> FindRoots(const Call& call, const FileSystem& files) {
  std::vector<Root> roots;
  for (const std::string& argument : call.roots) {
    Result<Root> root = ParseRootArgument(files, argument);
    if (!root) return root.error();
    roots.push_back(std::move(*root));
  }
  if (call.python.empty()) return roots;
  Result<PythonEnvironment> python = InspectPython(files, call.python);
  if (!python) return python.error();
  if (!call.quiet) {
    for (const std::string& warning : python->warnings) PrintWarning(Printable(warning));
  }
  return std::move(python->roots);
}

void PrintJson(const IndexReport& report, Output& output) {
  Json json(output);
  json.BeginObject();
  json.Key("modules").Number(report.modules);
  json.Key("parsed").Number(report.parsed);
  json.Key("reused").Number(report.reused);
  json.Key("source_bytes").Number(report.source_bytes);
  json.Key("lines").Number(report.lines);
  json.Key("files_with_errors").Number(report.files_with_errors);
  json.Key("skipped").Number(report.skipped);
  json.Key("seconds").Real(report.seconds);
  json.Key("ast_bytes").Number(report.ast_bytes);
  json.Key("ast_nodes").Number(report.ast_nodes);
  json.Key("summary_bytes").Number(report.summary_bytes);
  json.Key("docs_bytes").Number(report.docs_bytes);
  json.Key("pack_bytes").Number(report.pack_bytes);
  json.Key("peak_rss_bytes").Number(report.peak_rss_bytes);
  json.EndObject();
  output.Put('\n');
}

void PrintTable(const IndexReport& report, const std::string& pack, Output& output) {
  const auto source = static_cast<double>(report.source_bytes);
  const double speed = report.seconds > 0 ? source / 1e6 / report.seconds : 0;
  output.Print("{:<12} {:>12}  {} parsed, {} reused{}\n", "modules", Grouped(report.modules),
               Grouped(report.parsed), Grouped(report.reused),
               report.skipped != 0 ? fmt::format(", {} skipped", Grouped(report.skipped)) : "");
  output.Print("{:<12} {:>12}  {}\n", "lines", Grouped(report.lines), Megabytes(source));
  output.Print("{:<12} {:>12.2f}  {:.1f} MB/s\n", "seconds", report.seconds, speed);
  output.Print("{:<12} {:>12}  modules with syntax errors\n", "errors",
               Grouped(report.files_with_errors));
  output.Print("{:<12} {:>12}  {}{}\n", "pack", Megabytes(static_cast<double>(report.pack_bytes)),
               Printable(pack), report.pack_written ? "" : " (was up to date)");
  output.Print("{:<12} {:>12}\n", "peak memory",
               Megabytes(static_cast<double>(report.peak_rss_bytes)));
}

int Run(const Call& call) {
  if (call.pack.empty()) {
    return Misuse("no place for the pack: name one, as in coppice index src -o src.pack");
  }
  if (call.pack == "-") {
    return Misuse(
        "a pack must be a file, not standard output: name one, as in coppice index src -o "
        "src.pack");
  }
  if (call.roots.empty() && call.python.empty()) {
    return Misuse("nothing to index: name directories, or --python EXE for an interpreter's own");
  }
  if (!call.roots.empty() && !call.python.empty()) {
    return Misuse("roots and --python exclude each other: make two packs, or name all directories");
  }
  IndexOptions options;
  if (!call.max_file_size.empty()) {
    const std::optional<std::uint64_t> size = ParseSize(call.max_file_size);
    if (!size) {
      return Misuse("--max-file-size takes a number of bytes, such as 500000 or 64M, not '" +
                    Printable(call.max_file_size) + "'");
    }
    options.max_file_bytes = *size;
  }

  const PosixFileSystem files;
  Result<std::vector<Root>> roots = FindRoots(call, files);
  if (!roots) return Fail(roots.error());
  options.roots = std::move(*roots);
  options.pack_path = call.pack;
  options.discovery.excludes = call.excludes;
  options.jobs = call.jobs;
  options.fresh = call.fresh;
  options.docstrings = !call.no_docs;
  options.interrupted = &g_interrupted;

  CatchSignals();
  Result<IndexReport> report = [&] {
    ProgressBar progress(
        call.quiet ? Verbosity::kQuiet : Verbosity::kNormal,
        call.python.empty() ? ProgressBar::Overlaps::kReported : ProgressBar::Overlaps::kExpected);
    return BuildIndex(options, files, &progress);
  }();
  if (!report) {
    const int code = Fail(report.error());
    return report.error().code == ErrorCode::kCancelled ? kInterrupted + g_signal : code;
  }
  Output output;
  if (call.json) {
    PrintJson(*report, output);
  } else if (!call.quiet) {
    PrintTable(*report, call.pack, output);
  }
  return output.Finish();
}

}  // namespace

Action DeclareIndex(CLI::App& app) {
  SetHelp(app, kHelp);
  const auto call = std::make_shared<Call>();
  app.add_option("ROOT", call->roots);
  app.add_option("--python", call->python);
  app.add_option("-o,--output", call->pack);
  app.add_option("--jobs,-j", call->jobs)->check(CLI::Range(0U, 1024U));
  app.add_flag("--fresh", call->fresh);
  app.add_flag("--no-docs", call->no_docs);
  // One pattern for each --exclude: what follows is a root again.
  app.add_option("--exclude", call->excludes)->allow_extra_args(false);
  app.add_option("--max-file-size", call->max_file_size);
  app.add_flag("--json", call->json);
  app.add_flag("--quiet,-q", call->quiet);
  return [call] { return Run(*call); };
}

}  // namespace coppice::cli
