// Where an interpreter finds its modules, as it says itself.

#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "store/discovery.h"
#include "store/file_system.h"
#include "summaries/error.h"

namespace coppice {

struct PythonEnvironment {
  std::string executable;  // the path that was run
  std::string version;     // "3.11.2"
  // In the order of sys.path, canonical, each once, names unique: "stdlib", "lib-dynload",
  // "site-packages", "dist-packages"; further directories (from .pth files) by their last
  // component. A name that is taken gets "-2", "-3", ... Left out is what does not exist, or holds
  // neither sources nor directories.
  std::vector<Root> roots;
  // For DiscoveryOptions: packages below a root that no import reaches by it, such as those of the
  // base interpreter in the standard library's directory, which a virtual environment does not see.
  std::vector<std::string> excludes;
  std::vector<std::string> warnings;  // what is on sys.path but cannot be indexed: zip files
};

// Runs `executable` (looked up in PATH unless it holds a '/') in isolated mode, so that neither
// the working directory, PYTHON* variables nor the user's site directory count, and asks it for
// sys.path. No shell, no input; its output is bounded, and it is killed after `timeout`.
// Error: not found, cannot run, no Python 3, failed (with the last line of its standard error).
Result<PythonEnvironment> InspectPython(
    const FileSystem& files, const std::string& executable,
    std::chrono::milliseconds timeout = std::chrono::seconds(30));

}  // namespace coppice
