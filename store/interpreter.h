// What decides an interpreter's search path, as far as it stands before site.py runs.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/file_system.h"
#include "store/virtual_environment.h"
#include "summaries/error.h"

namespace coppice {

struct Interpreter {
  std::string executable;  // absolute; links are kept, for what is beside them counts
  std::string version;     // "3.11.7", or "3.11" where no more is known
  std::uint32_t minor = 0;
  std::string implementation = "cpython";  // sys.implementation.name
  std::string library;      // name of the directories of its modules: "python3.11", "pypy3.10"
  std::string platlibdir;   // where these are below its prefixes: "lib", "lib64"
  std::string base_prefix;  // of the installation, not of a virtual environment
  std::string base_exec_prefix;
  std::string stdlib;  // directory of the standard library; empty if it was not found
  std::optional<VirtualEnvironment> environment;
  std::vector<std::string> paths;     // sys.path without PYTHONPATH, before site.py
  bool runs_site = true;              // false where a ._pth file leaves it out
  bool isolated = false;              // a ._pth file: neither PYTHON* variables nor user site
  std::vector<std::string> builtins;  // sys.builtin_module_names, sorted
  bool was_run = false;               // it was asked; all above comes from files otherwise
  std::vector<std::string> warnings;

  friend bool operator==(const Interpreter&, const Interpreter&) = default;
};

// What the files of an installation tell of the interpreter `executable` (absolute), by the rules
// of CPython's Modules/getpath.py: pyvenv.cfg, ._pth, landmarks above the executable. Nothing is
// run. Its version is that in its name (links followed), else that of the only standard library
// beside it; its builtin modules those that _sysconfigdata in the standard library records.
//
// nullopt if only running it can tell: a script (pyenv's shims), an uninstalled build, no standard
// library above it or several, another implementation than CPython. Error: pyvenv.cfg or ._pth
// cannot be read, or it is Python 2.
Result<std::optional<Interpreter>> ComputeInterpreter(const FileSystem& files,
                                                      const std::string& executable);

// Asks the interpreter itself: runs it isolated and without site.py, so that neither variables nor
// the working directory nor .pth files count or run. No shell, no input; its output is bounded, and
// it is killed after `timeout`. Error: cannot run, no Python 3, failed (with the last line of its
// standard error).
Result<Interpreter> AskInterpreter(const FileSystem& files, const std::string& executable,
                                   std::chrono::milliseconds timeout);

// The first file of that name in the directories of `search_path` ($PATH) that may be executed.
Result<std::string> FindCommand(const FileSystem& files, const std::string& name,
                                std::string_view search_path);

}  // namespace coppice
