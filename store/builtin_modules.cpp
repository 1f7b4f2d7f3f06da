#include "store/builtin_modules.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "store/path_text.h"
#include "store/python_literals.h"

namespace coppice {
namespace {

// Modules that Modules/config.c.in of every CPython 3 builds in.
constexpr std::string_view kAlwaysBuiltIn[] = {"_ast",     "_imp", "_string", "_warnings",
                                               "builtins", "gc",   "marshal", "sys"};
// What CPython's makesetup builds in by default since 3.8: to be told without _sysconfigdata.
constexpr std::string_view kUsuallyBuiltIn[] = {
    "_abc",    "_codecs", "_collections", "_functools", "_io",     "_locale",      "_operator",
    "_signal", "_sre",    "_stat",        "_symtable",  "_thread", "_tracemalloc", "_weakref",
    "atexit",  "errno",   "faulthandler", "itertools",  "posix",   "pwd",          "time"};

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  while (true) {
    const std::size_t start = text.find_first_not_of(" \t\n");
    if (start == text.npos) return words;
    text.remove_prefix(start);
    const std::size_t end = std::min(text.find_first_of(" \t\n"), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

void SortUnique(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

// The modules that the build's variables record as built in: since 3.11 those that became
// extension modules after all are listed among them, and apart.
std::optional<std::vector<std::string>> RecordedBuiltins(const FileSystem& files,
                                                         const std::string& path) {
  constexpr std::uint64_t kMaxBytes = std::uint64_t{4} << 20;
  const auto literals = PythonLiterals::Read(files, path, kMaxBytes);
  if (!literals) return std::nullopt;
  const auto variables = literals->Dict("build_time_vars");
  if (!variables) return std::nullopt;
  std::optional<std::vector<std::string>> built;
  std::vector<std::string> shared;
  for (const DictEntry& variable : *variables) {
    if (variable.values.empty()) continue;
    if (variable.key == "MODBUILT_NAMES") built = Words(variable.values.front());
    if (variable.key == "MODSHARED_NAMES") shared = Words(variable.values.front());
  }
  if (!built) return std::nullopt;
  SortUnique(shared);
  std::erase_if(*built, [&](const std::string& name) {
    return std::binary_search(shared.begin(), shared.end(), name);
  });
  return built;
}

// Paths of the records of the build: between the underscores are its flags.
std::vector<std::string> Records(const FileSystem& files, const std::string& stdlib,
                                 bool free_threaded) {
  std::vector<std::string> records;
  const auto directory = files.OpenDirectory(stdlib);
  if (!directory) return records;
  const auto entries = (*directory)->List();
  if (!entries) return records;
  const std::string prefix = free_threaded ? "_sysconfigdata_t_" : "_sysconfigdata__";
  for (const DirectoryEntry& entry : *entries) {
    if (entry.name.starts_with(prefix) && entry.name.ends_with(".py")) {
      records.push_back(JoinedPath(stdlib, entry.name));
    }
  }
  std::sort(records.begin(), records.end());
  return records;
}

}  // namespace

BuiltinModules FindBuiltinModules(const FileSystem& files, const std::string& stdlib,
                                  std::uint32_t minor, bool free_threaded) {
  BuiltinModules result;
  for (const std::string& record : Records(files, stdlib, free_threaded)) {
    auto names = RecordedBuiltins(files, record);
    if (!names) continue;
    result.names = *std::move(names);
    result.recorded = true;
    break;
  }
  auto& names = result.names;
  if (!result.recorded) names.assign(std::begin(kUsuallyBuiltIn), std::end(kUsuallyBuiltIn));
  names.insert(names.end(), std::begin(kAlwaysBuiltIn), std::end(kAlwaysBuiltIn));
  if (minor >= 11) names.emplace_back("_tokenize");
  SortUnique(names);
  return result;
}

}  // namespace coppice
