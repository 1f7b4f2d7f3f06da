#include "store/python_environment.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <string_view>
#include <utility>

#include "store/ascii_text.h"
#include "store/interpreter.h"
#include "store/path_text.h"
#include "store/root_list.h"
#include "store/site_paths.h"
#include "store/typeshed.h"
#include "store/virtual_environment.h"

namespace coppice {
namespace {

// sys.platform of the machine that this runs on.
std::string Platform() {
  utsname names;
  if (uname(&names) != 0) return "linux";
  return Lowered(names.sysname);
}

bool Exists(const FileSystem& files, const std::string& path) {
  return files.Stat(path).has_value();
}

Result<std::string> Absolute(const FileSystem& files, const std::string& path) {
  if (path.starts_with('/')) return NormalPath(path);
  const auto here = files.CanonicalPath(".");
  if (!here) return Error{ErrorCode::kIo, "working directory: " + here.error().reason};
  return NormalPath(JoinedPath(*here, path));
}

// The executable of a virtual environment, whether it is there or not.
std::string ExecutableOf(const FileSystem& files, const std::string& environment) {
  const std::string python = JoinedPath(environment, "bin/python");
  const std::string python3 = python + '3';
  return !Exists(files, python) && Exists(files, python3) ? python3 : python;
}

bool IsVirtualEnvironment(const FileSystem& files, const std::string& directory) {
  const auto environment = ReadVirtualEnvironment(files, directory);
  return !environment || *environment;  // with trouble it is one
}

Result<std::string> NamedExecutable(const FileSystem& files, const std::string& name,
                                    const ProcessVariables& variables) {
  if (name.find('/') == name.npos) return FindCommand(files, name, variables.path);
  const auto stat = files.Stat(name);
  if (!stat) return Error{ErrorCode::kNotFound, name + ": " + stat.error().reason};
  if (stat->kind != FileKind::kRegular || access(name.c_str(), X_OK) != 0) {
    return Error{ErrorCode::kInvalidArgument, name + ": not an executable file"};
  }
  return name;
}

Result<std::string> EnvironmentExecutable(const FileSystem& files, const std::string& directory) {
  if (!IsDirectory(files, directory)) {
    return Error{ErrorCode::kNotFound, directory + ": no such directory"};
  }
  if (!IsVirtualEnvironment(files, directory)) {
    return Error{ErrorCode::kInvalidArgument,
                 directory + ": no virtual environment: pyvenv.cfg is not there"};
  }
  return ExecutableOf(files, directory);
}

struct Choice {
  std::string executable;
  bool may_run = true;
};

Result<Choice> Runnable(Result<std::string> executable) {
  if (!executable) return executable.error();
  return Choice{*std::move(executable)};
}

// Where a project may keep its environment: the roots; what lies between them and the working
// directory, where they are below that; and the working directory.
Result<std::vector<std::string>> PlacesAround(const FileSystem& files,
                                              const std::vector<Root>& project) {
  const auto here = Absolute(files, ".");
  if (!here) return here.error();
  std::vector<std::string> places;
  for (const Root& root : project) {
    const auto place = Absolute(files, root.directory);
    if (!place) return place.error();
    places.push_back(*place);
  }
  const std::string below = *here == "/" ? "/" : *here + '/';
  for (std::size_t i = 0; i < project.size(); ++i) {
    for (std::string place = ParentPath(places[i]); place.starts_with(below) && place != below;
         place = ParentPath(place)) {
      places.push_back(place);
    }
  }
  places.push_back(*here);
  return places;
}

// That of the environment that lies around, else python3 in PATH. What a project brings with it is
// not run.
Result<Choice> UnnamedExecutable(const FileSystem& files, const std::vector<Root>& project,
                                 const ProcessVariables& variables,
                                 std::vector<std::string>& warnings) {
  if (!variables.virtual_env.empty()) {
    if (IsVirtualEnvironment(files, variables.virtual_env)) {
      return Choice{ExecutableOf(files, variables.virtual_env)};
    }
    warnings.push_back("VIRTUAL_ENV: " + variables.virtual_env + " is no virtual environment");
  }
  const auto places = PlacesAround(files, project);
  if (!places) return places.error();
  for (const std::string& place : *places) {
    const std::string directory = JoinedPath(place, ".venv");
    if (IsVirtualEnvironment(files, directory))
      return Choice{ExecutableOf(files, directory), false};
  }
  return Runnable(FindCommand(files, "python3", variables.path));
}

Result<Choice> ChooseExecutable(const FileSystem& files, const PythonChoice& choice,
                                const std::vector<Root>& project, const ProcessVariables& variables,
                                std::vector<std::string>& warnings) {
  if (!choice.executable.empty() && !choice.environment.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "an interpreter and a virtual environment exclude each other"};
  }
  auto chosen =
      !choice.executable.empty()    ? Runnable(NamedExecutable(files, choice.executable, variables))
      : !choice.environment.empty() ? Runnable(EnvironmentExecutable(files, choice.environment))
                                    : UnnamedExecutable(files, project, variables, warnings);
  if (!chosen) return chosen;
  auto absolute = Absolute(files, chosen->executable);
  if (!absolute) return absolute.error();
  chosen->executable = *std::move(absolute);
  return chosen;
}

// What the interpreter tells, before its search path becomes roots.
struct FoundPython {
  Interpreter interpreter;
  SitePaths paths;
  std::vector<std::string> warnings;
};

Result<Interpreter> Inspect(const FileSystem& files, const Choice& choice,
                            std::chrono::milliseconds timeout) {
  auto computed = ComputeInterpreter(files, choice.executable);
  if (!computed) return computed.error();
  if (*computed) return **std::move(computed);
  if (choice.may_run) return AskInterpreter(files, choice.executable, timeout);
  return Error{ErrorCode::kInvalidArgument,
               choice.executable +
                   ": would have to be run to tell what it is, which is not done "
                   "unasked: name it, or its environment"};
}

Result<FoundPython> Find(const FileSystem& files, const PythonChoice& choice,
                         const std::vector<Root>& project, const ProcessVariables& variables,
                         std::chrono::milliseconds timeout) {
  FoundPython found;
  const auto chosen = ChooseExecutable(files, choice, project, variables, found.warnings);
  if (!chosen) return chosen.error();
  auto interpreter = Inspect(files, *chosen, timeout);
  if (!interpreter) return interpreter.error();
  found.interpreter = *std::move(interpreter);
  found.paths =
      FindSitePaths(files, found.interpreter, {variables.python_path, variables.user_base});
  return found;
}

void Append(const std::vector<std::string>& more, std::vector<std::string>& warnings) {
  // Files of others decide how many there are; nobody reads more.
  constexpr std::size_t kMaxWarnings = 1000;
  for (const std::string& warning : more) {
    if (warnings.size() > kMaxWarnings) return;
    warnings.push_back(warnings.size() < kMaxWarnings ? warning : "further warnings are left out");
  }
}

PythonEnvironment Described(const FoundPython& found, const RootList& list) {
  const Interpreter& interpreter = found.interpreter;
  PythonEnvironment result;
  result.executable = interpreter.executable;
  result.version = interpreter.version;
  result.was_run = interpreter.was_run;
  result.found_by = list.found_by();
  Environment& environment = result.environment;
  environment.target.minor = interpreter.minor;
  environment.target.platform = Platform();
  environment.target.implementation = interpreter.implementation;
  environment.builtins = interpreter.builtins;
  environment.roots = list.roots();
  for (const auto* warnings :
       {&found.warnings, &interpreter.warnings, &found.paths.warnings, &list.warnings()}) {
    Append(*warnings, environment.warnings);
  }
  return result;
}

void AddPython(const FoundPython& found, RootList& roots) {
  for (const SearchPlace& place : found.paths.places) {
    roots.Add(place, place.path == found.interpreter.stdlib ? "stdlib" : "");
  }
}

// Whether a directory has sources in it, or directories in which they may be.
bool HasSources(const FileSystem& files, const std::string& path) {
  const auto directory = files.OpenDirectory(path);
  if (!directory) return false;
  const auto entries = (*directory)->List();
  return entries && std::any_of(entries->begin(), entries->end(), [](const DirectoryEntry& entry) {
           return entry.kind == FileKind::kDirectory || entry.name.ends_with(".py") ||
                  entry.name.ends_with(".pyi");
         });
}

// PEP 621's pyproject.toml beside a `src` that is no package.
bool HasSourceLayout(const FileSystem& files, const std::string& directory) {
  const std::string source = JoinedPath(directory, "src");
  return Exists(files, JoinedPath(directory, "pyproject.toml")) && IsDirectory(files, source) &&
         !Exists(files, JoinedPath(source, "__init__.py")) &&
         !Exists(files, JoinedPath(source, "__init__.pyi"));
}

void AddProject(const FileSystem& files, const std::vector<Root>& project, RootList& list) {
  for (const Root& root : project) {
    if (HasSourceLayout(files, root.directory)) {
      list.Add({JoinedPath(root.directory, "src"), "src layout", RootRole::kProject, {}}, "");
    }
    list.Add({root.directory, "project", RootRole::kProject, {}}, root.name);
  }
}

// Where Debian's mypy is, for environments that have no typeshed of their own.
constexpr const char* kDebianPackages = "/usr/lib/python3/dist-packages";

// The directory of typeshed, and what found it; nullopt if there is none.
std::optional<SearchPlace> PlaceOfTypeshed(const FileSystem& files, const std::string& wanted,
                                           const RootList& list) {
  if (!wanted.empty()) return SearchPlace{wanted, "typeshed as named", RootRole::kTypeshed, {}};
  std::vector<std::string> places;
  for (const SearchRoot& root : list.roots()) {
    const bool installed = root.role == RootRole::kSitePackages && root.only.empty();
    if (installed) places.push_back(root.directory);
  }
  places.emplace_back(kDebianPackages);
  std::string tool;
  auto directory = FindTypeshed(files, places, tool);
  if (!directory) return std::nullopt;
  return SearchPlace{*std::move(directory), "typeshed of " + tool, RootRole::kTypeshed, {}};
}

void AddTypeshed(const Typeshed& typeshed, const std::string& found_by, RootList& list) {
  list.Add({JoinedPath(typeshed.directory, "stdlib"), found_by, RootRole::kTypeshed, {}},
           "typeshed");
  const std::string stubs = JoinedPath(typeshed.directory, "stubs");
  for (const std::string& name : typeshed.stubs) {
    const std::string path = JoinedPath(stubs, name);
    list.Add({path, found_by, RootRole::kTypeshedStubs, {}}, "typeshed-" + NameOfRoot(path));
  }
}

}  // namespace

ProcessVariables ProcessVariables::OfThisProcess() {
  const auto get = [](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
  };
  ProcessVariables variables;
  variables.path = std::getenv("PATH") == nullptr ? "/usr/local/bin:/usr/bin:/bin" : get("PATH");
  variables.virtual_env = get("VIRTUAL_ENV");
  variables.python_path = get("PYTHONPATH");
  const bool own_rights = getuid() == geteuid() && getgid() == getegid();
  if (!get("PYTHONNOUSERSITE").empty() || !own_rights) return variables;
  if (!get("PYTHONUSERBASE").empty()) {
    variables.user_base = get("PYTHONUSERBASE");
  } else if (!get("HOME").empty()) {
    variables.user_base = JoinedPath(get("HOME"), ".local");
  }
  return variables;
}

Result<PythonEnvironment> FindEnvironment(const FileSystem& files, const PythonChoice& choice,
                                          const std::vector<Root>& project,
                                          const std::string& typeshed,
                                          const ProcessVariables& variables,
                                          std::chrono::milliseconds timeout) {
  const auto found = Find(files, choice, project, variables, timeout);
  if (!found) return found.error();
  RootList list(files);
  AddProject(files, project, list);
  AddPython(*found, list);
  const std::optional<SearchPlace> place = PlaceOfTypeshed(files, typeshed, list);
  if (!place) {
    PythonEnvironment result = Described(*found, list);
    Append({"no typeshed: what builtins and compiled modules hold stays unknown; install mypy in "
            "the environment, or name a copy"},
           result.environment.warnings);
    return result;
  }
  auto read = ReadTypeshed(files, place->path);
  if (!read) return read.error();
  AddTypeshed(*read, place->found_by, list);
  PythonEnvironment result = Described(*found, list);
  Append(read->warnings, result.environment.warnings);
  result.environment.versions = std::move(read->versions);
  result.typeshed = std::move(read->directory);
  return result;
}

Result<PythonSources> FindPythonSources(const FileSystem& files, const std::string& executable,
                                        const std::string& search_path,
                                        std::chrono::milliseconds timeout) {
  if (executable.empty()) return Error{ErrorCode::kInvalidArgument, "no interpreter given"};
  ProcessVariables variables;
  variables.path = search_path;
  auto found = Find(files, {executable, ""}, {}, variables, timeout);
  if (!found) return found.error();
  std::erase_if(found->paths.places, [&](const SearchPlace& place) {
    return IsDirectory(files, place.path) && !HasSources(files, place.path);
  });
  RootList list(files);
  AddPython(*found, list);
  PythonEnvironment python = Described(*found, list);
  PythonSources result;
  result.executable = std::move(python.executable);
  result.version = std::move(python.version);
  result.warnings = std::move(python.environment.warnings);
  result.excludes.assign(std::begin(kPackagesBelowLibraries), std::end(kPackagesBelowLibraries));
  for (SearchRoot& root : python.environment.roots) {
    result.roots.push_back({std::move(root.name), std::move(root.directory), std::move(root.only)});
  }
  if (result.roots.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 result.executable + ": no directory in its sys.path holds sources"};
  }
  return result;
}

}  // namespace coppice
