// From what a user names, or what lies around, to the environment that code runs in: which
// interpreter, and which directories it and type checkers search.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "store/discovery.h"
#include "store/file_system.h"
#include "summaries/error.h"
#include "summaries/resolution/imports/environment.h"

namespace coppice {

// The variables of a process's environment that count.
struct ProcessVariables {
  std::string path;         // PATH
  std::string virtual_env;  // VIRTUAL_ENV
  std::string python_path;  // PYTHONPATH
  // PYTHONUSERBASE, else $HOME/.local; none where PYTHONNOUSERSITE is set, there is no HOME, or the
  // process runs with other rights than its user's (as site.py has it).
  std::optional<std::string> user_base;

  static ProcessVariables OfThisProcess();
};

// Which interpreter is meant. If nothing is said: that of the virtual environment that
// VIRTUAL_ENV names, else of the first project root that has a virtual environment `.venv`, else of
// a directory between a root and the working directory, or of that; else python3 in PATH.
struct PythonChoice {
  std::string executable;   // a path, or without '/' a name that is looked up in PATH
  std::string environment;  // directory of a virtual environment
};

struct PythonEnvironment {
  std::string executable;  // absolute
  std::string version;     // "3.11.2", or "3.11" where no more is known
  bool was_run = false;    // only the interpreter itself could tell; else nothing was run
  // Directories are canonical and exist; each is there once: the first one on the search path
  // counts. Names are unique: those of the project as given; "stdlib", "typeshed",
  // "typeshed-NAME"; else the last component: "lib-dynload", "site-packages", "dist-packages". A
  // name that is taken gets "-2", "-3", ... Extras are not filled in.
  Environment environment;
  std::vector<std::string> found_by;  // of each root, for people
  std::string typeshed;               // directory; empty if there is none
};

// The environment of the interpreter that is meant, with the roots of a project in their order, and
// typeshed. A root whose directory holds `src` without `__init__` and a pyproject.toml is preceded
// by that `src`, as a root of its own.
//
// Its search path is what store/site_paths.h computes of what store/interpreter.h tells. If that
// cannot tell, the interpreter is run for at most `timeout`: isolated and without site.py. That of
// a project's `.venv` is only run if it was named, for whoever wrote the project wrote it.
//
// `typeshed` is a directory with stdlib/ and stubs/; if empty, the copy is taken that mypy,
// basedpyright, pyright or jedi carry in the environment, else Debian's.
//
// Error: kInvalidArgument if both parts of `choice` are given, for a directory that is no virtual
// environment, a file that is no Python 3; kNotFound; a `typeshed` that is none; what the
// interpreter complains of.
Result<PythonEnvironment> FindEnvironment(
    const FileSystem& files, const PythonChoice& choice, const std::vector<Root>& project,
    const std::string& typeshed, const ProcessVariables& variables,
    std::chrono::milliseconds timeout = std::chrono::seconds(30));

// What one pack of an interpreter's own modules is made of.
struct PythonSources {
  std::string executable;  // absolute
  std::string version;     // as in PythonEnvironment
  // In the order of the search path, directories and names as in PythonEnvironment. Left out is
  // what holds neither sources nor directories.
  std::vector<Root> roots;
  // For DiscoveryOptions: packages below a root that no import reaches by it, such as those of the
  // base interpreter in the standard library's directory, which a virtual environment does not see.
  std::vector<std::string> excludes;
  std::vector<std::string> warnings;  // as in Environment
};

// The search path of the interpreter `executable`, found as FindEnvironment does, when it is run
// isolated (-I): without PYTHONPATH and the user's own site-packages. A name without '/' is looked
// up in `search_path` ($PATH). Error: as FindEnvironment, and if no directory is left.
Result<PythonSources> FindPythonSources(
    const FileSystem& files, const std::string& executable, const std::string& search_path,
    std::chrono::milliseconds timeout = std::chrono::seconds(30));

}  // namespace coppice
