#include "store/interpreter.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "store/ascii_text.h"
#include "store/builtin_modules.h"
#include "store/path_text.h"

namespace coppice {
namespace {

struct LibraryName {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  bool free_threaded = false;

  std::string Text() const {
    return "python" + std::to_string(major) + '.' + std::to_string(minor) +
           (free_threaded ? "t" : "");
  }
  // The zipped standard library, which nearly nobody has.
  std::string Zip() const {
    return "python" + std::to_string(major) + std::to_string(minor) + (free_threaded ? "t" : "") +
           ".zip";
  }

  friend bool operator==(const LibraryName&, const LibraryName&) = default;
};

bool ReadNumber(std::string_view& text, std::uint32_t& number) {
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number > 999) return false;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  return true;
}

// "3.11" and what follows it; nullopt if `text` starts otherwise. `text` loses what was read.
std::optional<LibraryName> ReadVersion(std::string_view& text) {
  LibraryName name;
  if (!ReadNumber(text, name.major) || !text.starts_with('.')) return std::nullopt;
  text.remove_prefix(1);
  if (!ReadNumber(text, name.minor)) return std::nullopt;
  return name;
}

// "python3.11", "python3.13t"; of executables also with the flags of their build, "python3.7dm".
std::optional<LibraryName> ReadLibraryName(std::string_view text, std::string_view flags) {
  constexpr std::string_view kPython = "python";
  if (!text.starts_with(kPython)) return std::nullopt;
  text.remove_prefix(kPython.size());
  auto name = ReadVersion(text);
  if (!name || text.find_first_not_of(flags) != text.npos) return std::nullopt;
  name->free_threaded = text.find('t') != text.npos;
  return name;
}

// Whether a file names an interpreter of its own in its first line. What is larger than any script
// is none.
bool IsScript(const FileSystem& files, const std::string& path) {
  constexpr std::uint64_t kMaxScriptBytes = std::uint64_t{1} << 20;
  std::string contents;
  return files.ReadFile(path, kMaxScriptBytes, contents) && contents.starts_with("#!");
}

// A standard library, found by its landmark.
struct Library {
  std::string prefix;
  std::string platlibdir;
  LibraryName name;

  std::string Path() const { return JoinedPath(JoinedPath(prefix, platlibdir), name.Text()); }
};

constexpr std::string_view kLibraryDirectories[] = {"lib", "lib64"};

// The standard libraries below `prefix`.
std::vector<Library> LibrariesBelow(const FileSystem& files, const std::string& prefix) {
  std::vector<Library> libraries;
  for (const std::string_view platlibdir : kLibraryDirectories) {
    const auto directory = files.OpenDirectory(JoinedPath(prefix, platlibdir));
    if (!directory) continue;
    const auto entries = (*directory)->List();
    if (!entries) continue;
    for (const DirectoryEntry& entry : *entries) {
      const auto name = ReadLibraryName(entry.name, "t");
      if (!name || name->Text() != entry.name) continue;
      Library library{prefix, std::string(platlibdir), *name};
      const bool known = std::any_of(libraries.begin(), libraries.end(),
                                     [&](const Library& other) { return other.name == *name; });
      if (!known && IsFile(files, library.Path() + "/os.py")) libraries.push_back(library);
    }
  }
  return libraries;
}

// Calls `found` for `start` and the directories above it, from below, until it returns true.
template <class Found>
bool SearchUp(std::string start, const Found& found) {
  while (!start.empty()) {
    if (found(start)) return true;
    std::string parent = ParentPath(start);
    if (parent == start) return false;
    start = std::move(parent);
  }
  return false;
}

// The standard library of an interpreter of that version above `start`.
std::optional<Library> FindLibrary(const FileSystem& files, const std::string& start,
                                   const LibraryName& name) {
  std::optional<Library> result;
  SearchUp(start, [&](const std::string& prefix) {
    for (const std::string_view platlibdir : kLibraryDirectories) {
      Library library{prefix, std::string(platlibdir), name};
      if (!IsFile(files, library.Path() + "/os.py")) continue;
      result = std::move(library);
      return true;
    }
    return false;
  });
  return result;
}

// The standard library of an interpreter in the directory `start` whose version nobody knows: the
// only one beside it. With the version that an environment claims there may be others.
std::optional<Library> FindOnlyLibrary(const FileSystem& files, const std::string& start,
                                       const std::optional<LibraryName>& claimed) {
  std::vector<Library> libraries = LibrariesBelow(files, ParentPath(start));
  if (claimed) {
    std::erase_if(libraries, [&](const Library& library) {
      return library.name.major != claimed->major || library.name.minor != claimed->minor;
    });
  }
  if (libraries.size() != 1) return std::nullopt;
  return std::move(libraries.front());
}

// The contents of EXECUTABLE._pth, which decides the whole search path (since 3.11 on POSIX).
Result<bool> ReadPathConfiguration(const FileSystem& files, const std::string& executable,
                                   Interpreter& interpreter) {
  constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 20;
  const std::string path = executable + "._pth";
  std::string text;
  const auto read = files.ReadFile(path, kMaxBytes, text);
  if (!read && read.error().code == FileErrorCode::kNotFound) return false;
  if (!read) return Error{ErrorCode::kIo, path + ": " + read.error().reason};
  interpreter.isolated = true;
  interpreter.runs_site = false;
  interpreter.paths.clear();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    line = Stripped(line.substr(0, line.find('#')));
    if (line == "import site") {
      interpreter.runs_site = true;
    } else if (!line.empty() && !line.starts_with("import ")) {
      interpreter.paths.push_back(NormalPath(JoinedPath(ParentPath(path), line)));
    }
  }
  return true;
}

// The full version where the environment's claim agrees with what was found.
std::string FullVersion(const LibraryName& name, const std::string& claim) {
  std::string found = std::to_string(name.major) + '.' + std::to_string(name.minor);
  if (!claim.starts_with(found + '.')) return found;
  // virtualenv writes "3.11.7.final.0".
  const std::size_t end = claim.find_first_not_of("0123456789", found.size() + 1);
  return end == found.size() + 1 ? found : claim.substr(0, end);
}

// Where an executable is, and what that says of its version.
struct Place {
  bool exists = false;
  std::string real;                    // without links; empty if it does not exist
  std::string start;                   // where the search for its library starts
  std::optional<LibraryName> named;    // by the executable's name
  std::optional<LibraryName> claimed;  // by pyvenv.cfg
};

Place PlaceOf(const FileSystem& files, const Interpreter& interpreter) {
  Place place;
  if (const auto real = files.CanonicalPath(interpreter.executable)) {
    place.exists = true;
    place.real = *real;
    place.start = ParentPath(*real);
    place.named = ReadLibraryName(LastComponent(*real), "tdm");
  }
  if (interpreter.environment) {
    std::string_view version = interpreter.environment->version;
    place.claimed = ReadVersion(version);
    const std::string& home = interpreter.environment->home;
    if (!home.empty()) place.start = NormalPath(home);
  }
  return place;
}

// Whether the executable is what its files say: CPython as it was installed.
bool IsInstalledPython(const FileSystem& files, const Place& place) {
  return LastComponent(place.real).starts_with("python") && !IsScript(files, place.real) &&
         !IsFile(files, JoinedPath(ParentPath(place.real), "pybuilddir.txt"));
}

std::optional<Library> FindLibrary(const FileSystem& files, const Place& place) {
  if (!place.exists) {
    // Only what the environment claims can be looked for, and where it claims.
    if (!place.claimed || !IsDirectory(files, place.start)) return std::nullopt;
    return FindLibrary(files, place.start, *place.claimed);
  }
  return place.named ? FindLibrary(files, place.start, *place.named)
                     : FindOnlyLibrary(files, place.start, place.claimed);
}

void SetVersion(const LibraryName& name, Interpreter& interpreter) {
  interpreter.minor = name.minor;
  interpreter.version =
      FullVersion(name, interpreter.environment ? interpreter.environment->version : "");
  interpreter.library = name.Text();
}

// An environment whose interpreter has gone, with its standard library: its packages remain.
void SetOrphan(const LibraryName& claimed, Interpreter& interpreter) {
  SetVersion(claimed, interpreter);
  interpreter.platlibdir = "lib";
  interpreter.base_prefix = interpreter.base_exec_prefix = interpreter.environment->prefix;
  interpreter.warnings.push_back(interpreter.executable +
                                 ": the environment's interpreter is not there, nor its standard "
                                 "library");
}

void SetLibrary(const FileSystem& files, const Library& library, const std::string& start,
                Interpreter& interpreter) {
  SetVersion(library.name, interpreter);
  interpreter.platlibdir = library.platlibdir;
  interpreter.base_prefix = interpreter.base_exec_prefix = library.prefix;
  interpreter.stdlib = library.Path();
  const std::string extensions =
      JoinedPath(library.platlibdir, library.name.Text() + "/lib-dynload");
  SearchUp(start, [&](const std::string& prefix) {
    if (!IsDirectory(files, JoinedPath(prefix, extensions))) return false;
    interpreter.base_exec_prefix = prefix;
    return true;
  });
  const std::string libraries = JoinedPath(library.prefix, library.platlibdir);
  interpreter.paths = {JoinedPath(libraries, library.name.Zip()), interpreter.stdlib,
                       JoinedPath(interpreter.base_exec_prefix, extensions)};
}

void SetBuiltins(const FileSystem& files, bool free_threaded, Interpreter& interpreter) {
  BuiltinModules builtins =
      FindBuiltinModules(files, interpreter.stdlib, interpreter.minor, free_threaded);
  interpreter.builtins = std::move(builtins.names);
  if (builtins.recorded || interpreter.stdlib.empty()) return;
  interpreter.warnings.push_back(interpreter.stdlib +
                                 ": no _sysconfigdata that tells which modules are built in: "
                                 "those that always are were taken");
}

}  // namespace

Result<std::optional<Interpreter>> ComputeInterpreter(const FileSystem& files,
                                                      const std::string& executable) {
  const std::optional<Interpreter> unknown;
  Interpreter result;
  result.executable = NormalPath(executable);
  auto environment = FindVirtualEnvironment(files, result.executable);
  if (!environment) return environment.error();
  result.environment = *std::move(environment);
  const Place place = PlaceOf(files, result);
  if (!place.exists && !result.environment) {
    return Error{ErrorCode::kNotFound, executable + ": no such file"};
  }
  if (place.exists && !IsInstalledPython(files, place)) return unknown;
  const std::optional<Library> library = FindLibrary(files, place);
  const std::optional<LibraryName> name = library        ? library->name
                                          : place.exists ? std::nullopt
                                                         : place.claimed;
  if (!name) return unknown;
  if (name->major != 3) {
    return Error{ErrorCode::kInvalidArgument,
                 executable + ": Python 3 is needed, this is Python " + FullVersion(*name, "")};
  }
  if (library) {
    SetLibrary(files, *library, place.start, result);
  } else {
    SetOrphan(*name, result);
  }
  if (library && result.minor >= 11) {
    auto read = ReadPathConfiguration(files, result.executable, result);
    if (read && !*read && place.exists) read = ReadPathConfiguration(files, place.real, result);
    if (!read) return read.error();
  }
  SetBuiltins(files, name->free_threaded, result);
  return std::optional<Interpreter>(std::move(result));
}

Result<std::string> FindCommand(const FileSystem& files, const std::string& name,
                                std::string_view search_path) {
  while (!search_path.empty()) {
    const std::size_t end = std::min(search_path.find(':'), search_path.size());
    // An empty part is the working directory.
    const std::string candidate = JoinedPath(end == 0 ? "." : search_path.substr(0, end), name);
    if (IsFile(files, candidate) && access(candidate.c_str(), X_OK) == 0) return candidate;
    search_path.remove_prefix(std::min(end + 1, search_path.size()));
  }
  return Error{ErrorCode::kNotFound, name + ": no such command in PATH"};
}

}  // namespace coppice
