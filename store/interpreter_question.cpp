#include <algorithm>
#include <charconv>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "store/interpreter.h"
#include "store/path_text.h"
#include "store/subprocess.h"

namespace coppice {
namespace {

// Bytes that stand around the answer: what a wrapper prints comes before or after.
constexpr std::string_view kMarker = "<coppice-python>";

// Every field ends in a NUL, which no path can hold. It also has to be understood by Python 2, so
// that its version can be told.
constexpr const char* kQuestion = R"py(
import os, sys
implementation = getattr(sys, 'implementation', None)
fields = ['%d.%d.%d' % sys.version_info[:3], getattr(implementation, 'name', 'cpython'),
          sys.executable or '', getattr(sys, 'base_prefix', sys.prefix),
          getattr(sys, 'base_exec_prefix', sys.exec_prefix), os.path.dirname(os.__file__),
          ' '.join(sys.builtin_module_names)] + sys.path
encode = getattr(os, 'fsencode', lambda text: text)
answer = b'<coppice-python>' + b''.join(encode(field) + b'\0' for field in fields)
sys.stdout.flush()
getattr(sys.stdout, 'buffer', sys.stdout).write(answer + b'<coppice-python>')
)py";
constexpr std::size_t kFixedFields = 7;

constexpr std::size_t kMaxOutput = std::size_t{1} << 20;

// What a program complained of at last, introduced by ": ", or nothing.
std::string Complaint(std::string_view errors) {
  constexpr std::size_t kMaxLength = 200;
  const std::size_t end = errors.find_last_not_of(" \r\n");
  if (end == errors.npos) return {};
  errors = errors.substr(0, end + 1);
  const std::string_view line = errors.substr(errors.rfind('\n') + 1);
  return ": " + std::string(line.substr(0, kMaxLength)) + (line.size() > kMaxLength ? "..." : "");
}

// The fields between the markers; empty if that is not what `output` holds.
std::vector<std::string> ReadFields(std::string_view output) {
  const std::size_t begin = output.find(kMarker);
  if (begin == output.npos) return {};
  output.remove_prefix(begin + kMarker.size());
  const std::size_t end = output.find(kMarker);
  if (end == output.npos) return {};
  output = output.substr(0, end);
  std::vector<std::string> fields;
  while (!output.empty()) {
    const std::size_t nul = output.find('\0');
    if (nul == output.npos) return {};
    fields.emplace_back(output.substr(0, nul));
    output.remove_prefix(nul + 1);
  }
  return fields;
}

std::vector<std::string> SortedWords(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::sort(words.begin(), words.end());
  return words;
}

// Digits after "3."; 0 if there are none.
std::uint32_t MinorOf(std::string_view version) {
  std::uint32_t minor = 0;
  version.remove_prefix(2);
  std::from_chars(version.data(), version.data() + version.size(), minor);
  return minor;
}

}  // namespace

Result<Interpreter> AskInterpreter(const FileSystem& files, const std::string& executable,
                                   std::chrono::milliseconds timeout) {
  const auto run = RunProgram({executable, "-I", "-S", "-c", kQuestion}, timeout, kMaxOutput);
  if (!run) return run.error();
  if (run->exit_code != 0) {
    // Python 2 and 3.3 have no isolated mode.
    const bool old = run->errors.find("Unknown option: -I") != std::string::npos;
    return Error{ErrorCode::kInvalidArgument,
                 executable + (old ? ": too old: Python 3.4 or later is needed"
                                   : ": does not work as a Python interpreter, exit code " +
                                         std::to_string(run->exit_code) + Complaint(run->errors))};
  }
  std::vector<std::string> fields = ReadFields(run->output);
  if (fields.size() < kFixedFields) {
    return Error{ErrorCode::kInvalidArgument, executable + ": not a Python interpreter"};
  }
  if (!fields[0].starts_with("3.")) {
    return Error{ErrorCode::kInvalidArgument,
                 executable + ": Python 3 is needed, this is Python " + fields[0]};
  }
  Interpreter result;
  result.was_run = true;
  result.minor = MinorOf(fields[0]);
  result.version = std::move(fields[0]);
  result.implementation = std::move(fields[1]);
  // A wrapper leads to another file, and what is beside that one counts.
  result.executable = NormalPath(fields[2].empty() ? executable : fields[2]);
  result.base_prefix = std::move(fields[3]);
  result.base_exec_prefix = std::move(fields[4]);
  result.stdlib = std::move(fields[5]);
  result.library = LastComponent(result.stdlib);
  result.platlibdir = LastComponent(ParentPath(result.stdlib));
  result.builtins = SortedWords(fields[6]);
  result.paths.assign(std::make_move_iterator(fields.begin() + kFixedFields),
                      std::make_move_iterator(fields.end()));
  auto environment = FindVirtualEnvironment(files, result.executable);
  if (!environment) return environment.error();
  result.environment = *std::move(environment);
  return result;
}

}  // namespace coppice
