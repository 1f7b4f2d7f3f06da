// The arguments that say which environment is meant: shared by `env` and `index --env`.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/file_system.h"
#include "store/python_environment.h"

namespace coppice::cli {

struct EnvironmentArguments {
  std::string python;
  std::string venv;
  std::vector<std::string> roots;  // the working directory if empty
  std::string typeshed;
};

// nullopt if that failed: then it has been said why, and `code` is the exit code. `help` is that of
// the command.
std::optional<PythonEnvironment> FindEnvironment(const EnvironmentArguments& arguments,
                                                 const FileSystem& files, const char* help,
                                                 int& code);

}  // namespace coppice::cli
