#include "store/python_environment.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

#include "parser/source.h"
#include "store/subprocess.h"

namespace coppice {
namespace {

// Bytes that stand before the answer: what site hooks print comes before or after.
constexpr std::string_view kMarker = "<coppice-python>";

// Every field ends in a NUL, which no path can hold. It also has to be understood by Python 2, so
// that its version can be told.
constexpr const char* kQuestion = R"py(
import os, sys, sysconfig
fields = ['%d.%d.%d' % sys.version_info[:3], sysconfig.get_path('stdlib') or ''] + sys.path
encode = getattr(os, 'fsencode', lambda text: text)
answer = b'<coppice-python>' + b''.join(encode(field) + b'\0' for field in fields)
sys.stdout.flush()
getattr(sys.stdout, 'buffer', sys.stdout).write(answer + b'<coppice-python>')
)py";

constexpr std::size_t kMaxOutput = std::size_t{1} << 20;

struct Answer {
  std::string version;
  std::string stdlib;
  std::vector<std::string> search_path;
};

// What a program complained of at last, introduced by ": ", or nothing.
std::string Complaint(std::string_view errors) {
  constexpr std::size_t kMaxLength = 200;
  const std::size_t end = errors.find_last_not_of(" \r\n");
  if (end == errors.npos) return {};
  errors = errors.substr(0, end + 1);
  const std::string_view line = errors.substr(errors.rfind('\n') + 1);
  return ": " + std::string(line.substr(0, kMaxLength)) + (line.size() > kMaxLength ? "..." : "");
}

std::optional<Answer> ReadAnswer(std::string_view output) {
  const std::size_t begin = output.find(kMarker);
  if (begin == output.npos) return std::nullopt;
  output.remove_prefix(begin + kMarker.size());
  const std::size_t end = output.find(kMarker);
  if (end == output.npos) return std::nullopt;
  output = output.substr(0, end);
  std::vector<std::string> fields;
  while (!output.empty()) {
    const std::size_t nul = output.find('\0');
    if (nul == output.npos) return std::nullopt;
    fields.emplace_back(output.substr(0, nul));
    output.remove_prefix(nul + 1);
  }
  if (fields.size() < 2) return std::nullopt;
  return Answer{std::move(fields[0]), std::move(fields[1]), {fields.begin() + 2, fields.end()}};
}

bool IsRunnable(const FileSystem& files, const std::string& path) {
  const auto stat = files.Stat(path);
  return stat && stat->kind == FileKind::kRegular && access(path.c_str(), X_OK) == 0;
}

Result<std::string> FindExecutable(const FileSystem& files, const std::string& executable) {
  if (executable.empty()) return Error{ErrorCode::kInvalidArgument, "no interpreter given"};
  if (executable.find('/') != executable.npos) {
    const auto stat = files.Stat(executable);
    if (!stat) return Error{ErrorCode::kNotFound, executable + ": " + stat.error().reason};
    if (!IsRunnable(files, executable)) {
      return Error{ErrorCode::kInvalidArgument, executable + ": not an executable file"};
    }
    return executable;
  }
  const char* variable = std::getenv("PATH");
  std::string_view path = variable == nullptr ? "/usr/local/bin:/usr/bin:/bin" : variable;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find(':'), path.size());
    // An empty part is the working directory.
    std::string candidate(end == 0 ? "." : path.substr(0, end));
    candidate += '/' + executable;
    if (IsRunnable(files, candidate)) return candidate;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return Error{ErrorCode::kNotFound, executable + ": no such command in PATH"};
}

Result<Answer> Ask(const std::string& executable, std::chrono::milliseconds timeout) {
  const auto run = RunProgram({executable, "-I", "-c", kQuestion}, timeout, kMaxOutput);
  if (!run) return run.error();
  if (run->exit_code != 0) {
    // Python 2 and 3.3 have no isolated mode.
    const bool old = run->errors.find("Unknown option: -I") != std::string::npos;
    return Error{ErrorCode::kInvalidArgument,
                 executable + (old ? ": too old: Python 3.4 or later is needed"
                                   : ": does not work as a Python interpreter, exit code " +
                                         std::to_string(run->exit_code) + Complaint(run->errors))};
  }
  auto answer = ReadAnswer(run->output);
  if (!answer) {
    return Error{ErrorCode::kInvalidArgument, executable + ": not a Python interpreter"};
  }
  if (!answer->version.starts_with("3.")) {
    return Error{ErrorCode::kInvalidArgument,
                 executable + ": Python 3 is needed, this is Python " + answer->version};
  }
  return *std::move(answer);
}

// Makes named roots of the directories of a search path.
class RootNamer {
 public:
  RootNamer(const FileSystem& files, const std::string& stdlib) : files_(files) {
    if (const auto canonical = files.CanonicalPath(stdlib)) stdlib_ = *canonical;
  }

  void Add(const std::string& entry, PythonEnvironment& environment) {
    const auto stat = files_.Stat(entry);
    if (!stat) return;  // sys.path names directories and zip files that may not be there
    if (stat->kind != FileKind::kDirectory) {
      environment.warnings.push_back(entry + ": not a directory; zip files are not indexed");
      return;
    }
    const auto canonical = files_.CanonicalPath(entry);
    if (!canonical || IsKnown(*canonical, environment)) return;
    std::string name = *canonical == stdlib_ ? "stdlib" : BaseName(*canonical);
    if (!HasSources(*canonical)) return;
    environment.roots.push_back({Unique(std::move(name), environment), *canonical});
  }

 private:
  static bool IsKnown(const std::string& directory, const PythonEnvironment& environment) {
    return std::any_of(environment.roots.begin(), environment.roots.end(),
                       [&](const Root& root) { return root.directory == directory; });
  }

  // The last component, with what a root's name must not hold replaced.
  static std::string BaseName(const std::string& directory) {
    std::string name = directory.substr(directory.rfind('/') + 1);
    for (char& c : name) {
      if (c == '=' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '_';
    }
    return name.empty() || ValidUtf8Prefix(name) != name.size() ? "path" : name;
  }

  static std::string Unique(std::string name, const PythonEnvironment& environment) {
    const auto taken = [&](const std::string& wanted) {
      return std::any_of(environment.roots.begin(), environment.roots.end(),
                         [&](const Root& root) { return root.name == wanted; });
    };
    if (!taken(name)) return name;
    for (int number = 2;; ++number) {
      std::string numbered = name + '-' + std::to_string(number);
      if (!taken(numbered)) return numbered;
    }
  }

  bool HasSources(const std::string& path) const {
    const auto directory = files_.OpenDirectory(path);
    if (!directory) return false;
    const auto entries = (*directory)->List();
    return entries && std::any_of(entries->begin(), entries->end(), [](const DirectoryEntry& e) {
             return e.kind == FileKind::kDirectory || e.name.ends_with(".py") ||
                    e.name.ends_with(".pyi");
           });
  }

  const FileSystem& files_;
  std::string stdlib_;
};

}  // namespace

Result<PythonEnvironment> InspectPython(const FileSystem& files, const std::string& executable,
                                        std::chrono::milliseconds timeout) {
  PythonEnvironment environment;
  auto found = FindExecutable(files, executable);
  if (!found) return found.error();
  environment.executable = *std::move(found);
  auto answer = Ask(environment.executable, timeout);
  if (!answer) return answer.error();
  environment.version = std::move(answer->version);
  RootNamer namer(files, answer->stdlib);
  for (const std::string& entry : answer->search_path) namer.Add(entry, environment);
  if (environment.roots.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 environment.executable + ": no directory in its sys.path holds sources"};
  }
  // No identifiers: what imports reach in them, they reach as roots of their own.
  environment.excludes = {"/site-packages/", "/dist-packages/"};
  return environment;
}

}  // namespace coppice
