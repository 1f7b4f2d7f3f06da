// coppice index: builds a pack, or brings one up to date.

#include <atomic>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "clients/cli/arguments.h"
#include "clients/cli/command.h"
#include "clients/cli/console.h"
#include "clients/cli/environment_arguments.h"
#include "clients/cli/index_report.h"
#include "clients/cli/json.h"
#include "clients/cli/progress_bar.h"
#include "store/discovery.h"
#include "store/environment_index.h"
#include "store/file_system.h"
#include "store/glob.h"
#include "store/indexer.h"
#include "store/python_environment.h"

namespace coppice::cli {
namespace {

constexpr const char* kHelp =
    R"(Usage: coppice index ROOT... -o PACK [options]
       coppice index --python EXE -o PACK [options]
       coppice index --env [--python EXE | --venv DIR] [ROOT...] -o DIR [options]

Builds PACK from the .py and .pyi files under some roots. A PACK that is there is brought up to
date: unchanged files are not parsed again, deleted ones go, and the result is byte for byte what
--fresh gives.

Directories whose names begin with '.', __pycache__, node_modules and virtual environments (with a
pyvenv.cfg) are not entered, unless they are roots. Links to directories are followed, and a root
within another takes its files from the outer one.

  ROOT                  a directory at which dotted names start: for a package, the one that it is
                        in. Or name=directory, the name that PACK knows the root by; without, it is
                        that of the directory. What stands before the first '=' is a name unless it
                        holds a '/': for a directory r=x write name=./r=x
  --python EXE          take the roots from an interpreter: its standard library, site-packages and
                        what else is on its sys.path when it is run with -I: not the user's own
                        site-packages, nor what PYTHONPATH names
  --env                 index a whole environment: one pack each for the standard library, typeshed,
                        site-packages and the project, and an index.json that stacks them, in the
                        directory DIR. A ROOT is one of the project, by default the working
                        directory; the rest is what `coppice env` prints for the same --python,
                        --venv and --typeshed. Layers that did not change keep their packs
  --venv, --typeshed    with --env: see `coppice env --help`
  -o, --output PACK     the pack; with --env the directory
  -j, --jobs N          threads; 0, the default: one for each processor
  --fresh               read every file and take nothing over from PACK
  --no-docs             leave docstrings out
  --exclude GLOB        leave out what matches; may be repeated. *, ? and [a-z] as in shells, and **
                        crosses directories. A '/' at the end means directories only. With another
                        '/' the pattern is compared with paths below the root, without with names
                        at any depth: tests/ is every directory of that name, /tests/ the one right
                        below the root, b/tests/ that in the root's b
  --max-file-size BYTES skip larger files, with a warning; K, M and G multiply by powers of 1024.
                        Default: 16M
  --json                print the figures as one JSON object
  -q, --quiet           print errors only, and what --json asks for

Beside PACK, PACK.coppice-state remembers the files' times, so that unchanged ones need not be read,
and PACK.coppice-lock stands there while a run is on: a second one waits for it.

No single file ends the run. Those that cannot be read are left out, with a warning in every run;
those that cannot be decoded are indexed as far as possible, with a warning when they are parsed.
Both are counted, as are those with syntax errors. The first example of `coppice export --help`
lists what did not parse cleanly.

The JSON object: modules, parsed and reused (of those: files of the same bytes are parsed once, if
they decode), source_bytes, lines, files_with_errors and undecodable (of all modules), skipped
(files that are not in the pack), seconds, ast_bytes and ast_nodes (of the trees of all files whose
bytes were parsed, those of the same bytes included), summary_bytes, docs_bytes, pack_bytes (all of
the file), peak_rss_bytes. With --env: index (its path) and layers, each with these fields after
layer, pack and written.

Examples:
  coppice index src -o src.pack
  coppice index --python python3 -o python3.pack
  coppice index --env --venv .venv -o .coppice
  coppice index app=src stubs=typings -o all.pack --exclude tests/ --exclude '*_pb2.py'

Exit codes: 0 done, 2 wrong call, 3 failed: a ROOT is not there, PACK cannot be written, what is
there is no pack, ...; 130 or 143 interrupted. Then PACK is as it was, unless the message says that
only the figures could not be printed.
)";

struct Call {
  EnvironmentArguments environment;  // without --env, roots and an interpreter
  bool whole_environment = false;
  std::string output;
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

// Where a package's directory is a root itself, its modules lack its name: seldom what is wanted.
void HintAtPackage(const FileSystem& files, const Root& root) {
  const bool package = files.Stat(root.directory + "/__init__.py").has_value() ||
                       files.Stat(root.directory + "/__init__.pyi").has_value();
  const auto canonical = files.CanonicalPath(root.directory);
  if (!package || !canonical) return;
  const std::filesystem::path directory(*canonical);
  std::filesystem::path parent = directory.parent_path();
  std::error_code error;
  if (!root.directory.starts_with('/')) parent = std::filesystem::proximate(parent, error);
  PrintNote(
      fmt::format("hint: {0} is a package, but dotted names start below it, without '{1}.': "
                  "to have them with it, index the directory above, {2}",
                  Printable(root.directory), Printable(directory.filename().string()),
                  Printable(parent.string())));
}

// The roots of an interpreter; what is to be left out below them is added to `excludes`.
Result<std::vector<Root>> PythonRoots(const Call& call, const FileSystem& files,
                                      std::vector<std::string>& excludes) {
  Result<PythonSources> python =
      FindPythonSources(files, call.environment.python, ProcessVariables::OfThisProcess().path);
  if (!python) return python.error();
  if (!call.quiet) {
    for (const std::string& warning : python->warnings) PrintWarning(Printable(warning));
  }
  std::move(python->excludes.begin(), python->excludes.end(), std::back_inserter(excludes));
  return std::move(python->roots);
}

CLI::Validator ExcludePattern() {
  return {
      [](const std::string& pattern) {
        if (pattern.find_first_not_of("./") == std::string::npos) {
          return "'" + pattern + "' names nothing; a pattern is such as tests/ or '*_pb2.py'";
        }
        if (!Glob(pattern).well_formed()) {
          return "'" + Printable(pattern) +
                 "' has a '[' without its ']' or a set of nothing, or ends in '\\'; a character "
                 "is taken for itself after a '\\'";
        }
        return std::string();
      },
      ""};
}

// The options that all ways to index share.
IndexOptions Options(const Call& call, std::uint64_t max_file_bytes) {
  IndexOptions options;
  options.discovery.excludes = call.excludes;
  options.jobs = call.jobs;
  options.fresh = call.fresh;
  options.docstrings = !call.no_docs;
  options.max_file_bytes = max_file_bytes;
  options.interrupted = &g_interrupted;
  return options;
}

int FailedRun(const Error& error) {
  const int code = Fail(error);
  return error.code == ErrorCode::kCancelled ? kInterrupted + g_signal : code;
}

// Ends the output; `state` says what was done of what could not be printed.
int FinishReport(Output& output, const std::string& state) {
  const int code = output.Finish();
  if (code == kFailed) PrintNote(state + "; only the report on it could not be printed");
  return code;
}

int IndexRoots(const Call& call, IndexOptions options) {
  const PosixFileSystem files;
  const bool named = call.environment.python.empty();
  Result<std::vector<Root>> roots = named ? ParseRootArguments(files, call.environment.roots)
                                          : PythonRoots(call, files, options.discovery.excludes);
  if (!roots && named && roots.error().code == ErrorCode::kInvalidArgument) {
    return Misuse(kHelp, Printable(roots.error().message));
  }
  if (!roots) return Fail(roots.error());
  options.roots = std::move(*roots);
  options.pack_path = call.output;

  CatchSignals();
  const Result<IndexReport> report = [&] {
    ProgressBar progress(
        call.quiet ? Verbosity::kQuiet : Verbosity::kNormal,
        named ? ProgressBar::Overlaps::kReported : ProgressBar::Overlaps::kExpected);
    return BuildIndex(options, files, &progress);
  }();
  if (!report) return FailedRun(report.error());
  if (named && !call.quiet) {
    for (const Root& root : options.roots) HintAtPackage(files, root);
  }
  if (report->modules == 0 && report->skipped == 0 && !call.quiet) {
    PrintWarning("nothing to index: no .py or .pyi file was found" +
                 std::string(call.excludes.empty() ? "" : " that --exclude does not leave out"));
  }
  Output output;
  if (call.json) {
    Json json(output);
    json.BeginObject();
    PutReport(*report, json);
    json.EndObject();
    output.Put('\n');
  } else if (!call.quiet) {
    PrintReport(*report, call.output, output);
  }
  return FinishReport(
      output, Printable(call.output) + (report->pack_written ? " was written" : " is up to date"));
}

void PrintLayers(const EnvironmentIndexReport& report, Output& output) {
  Json json(output);
  json.BeginObject();
  json.Key("index").Bytes(report.manifest);
  json.Key("layers").BeginArray();
  for (const LayerReport& layer : report.layers) {
    json.BeginObject();
    json.Key("layer").String(layer.name);
    json.Key("pack").String(layer.file);
    json.Key("written").Bool(layer.report.pack_written);
    PutReport(layer.report, json);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  output.Put('\n');
}

int IndexEnvironment(const Call& call, const IndexOptions& options) {
  const PosixFileSystem files;
  int code = kDone;
  std::optional<PythonEnvironment> python = FindEnvironment(call.environment, files, kHelp, code);
  if (!python) return code;
  if (!call.quiet) {
    for (const std::string& warning : python->environment.warnings) {
      PrintWarning(Printable(warning));
    }
  }
  CatchSignals();
  const Result<EnvironmentIndexReport> report = [&] {
    ProgressBar progress(call.quiet ? Verbosity::kQuiet : Verbosity::kNormal,
                         ProgressBar::Overlaps::kExpected);
    return BuildEnvironmentIndex(std::move(python->environment), call.output, options, files,
                                 &progress);
  }();
  if (!report) return FailedRun(report.error());
  Output output;
  if (call.json) {
    PrintLayers(*report, output);
  } else if (!call.quiet) {
    for (const LayerReport& layer : report->layers) {
      output.Print("{}{}\n", &layer == report->layers.data() ? "" : "\n", layer.name);
      PrintReport(layer.report, call.output + '/' + layer.file, output);
    }
  }
  return FinishReport(output, Printable(report->manifest) + " is up to date");
}

// What is wrong with the arguments' place for the result; empty if nothing is.
std::string BadOutput(const Call& call) {
  const bool index = call.whole_environment;
  const std::string example = index ? "a directory, as in coppice index --env -o .coppice"
                                    : "one, as in coppice index src -o src.pack";
  if (call.output.empty()) {
    return fmt::format("no place for the {}: name {}", index ? "index" : "pack", example);
  }
  if (call.output == "-") {
    return fmt::format("{}, not standard output: name {}",
                       index ? "an index must be a directory" : "a pack must be a file", example);
  }
  if (call.output.starts_with('-')) {
    return fmt::format(
        "-o needs a value: '{0}' looks like an option; if the {1} is to have that name, write "
        "./{0}",
        Printable(call.output), index ? "directory" : "pack");
  }
  return "";
}

int Run(const Call& call) {
  if (const std::string bad = BadOutput(call); !bad.empty()) return Misuse(kHelp, bad);
  const EnvironmentArguments& environment = call.environment;
  if (!call.whole_environment) {
    if (!environment.venv.empty() || !environment.typeshed.empty()) {
      return Misuse(kHelp, "--venv and --typeshed go with --env");
    }
    if (environment.roots.empty() && environment.python.empty()) {
      return Misuse(kHelp,
                    "nothing to index: name directories, or --python EXE for an interpreter's own");
    }
    if (!environment.roots.empty() && !environment.python.empty()) {
      return Misuse(
          kHelp,
          "roots and --python exclude each other: make two packs, name all directories, or make "
          "an index with --env");
    }
  }
  std::uint64_t max_file_bytes = IndexOptions::kDefaultMaxFileBytes;
  if (!call.max_file_size.empty()) {
    const std::optional<std::uint64_t> size = ParseSize(call.max_file_size);
    if (!size) {
      return Misuse(kHelp, "--max-file-size takes a number of bytes, such as 500000 or 64M, not '" +
                               Printable(call.max_file_size) + "'");
    }
    max_file_bytes = *size;
  }
  return call.whole_environment ? IndexEnvironment(call, Options(call, max_file_bytes))
                                : IndexRoots(call, Options(call, max_file_bytes));
}

}  // namespace

Action DeclareIndex(CLI::App& app) {
  SetHelp(app, kHelp);
  const auto call = std::make_shared<Call>();
  app.add_option("ROOT", call->environment.roots);
  app.add_option("--python", call->environment.python);
  app.add_flag("--env", call->whole_environment);
  app.add_option("--venv", call->environment.venv);
  app.add_option("--typeshed", call->environment.typeshed);
  app.add_option("-o,--output", call->output);
  app.add_option("--jobs,-j", call->jobs)->check(WholeNumber(0, 1024));
  app.add_flag("--fresh", call->fresh);
  app.add_flag("--no-docs", call->no_docs);
  // One pattern for each --exclude: what follows is a root again.
  app.add_option("--exclude", call->excludes)->allow_extra_args(false)->check(ExcludePattern());
  app.add_option("--max-file-size", call->max_file_size);
  app.add_flag("--json", call->json);
  app.add_flag("--quiet,-q", call->quiet);
  return [call] { return Run(*call); };
}

}  // namespace coppice::cli
