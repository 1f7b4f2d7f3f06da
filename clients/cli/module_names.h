// Names of modules as the command prints them.

#pragma once

#include <string>
#include <vector>

#include "summaries/error.h"
#include "summaries/pack.h"

namespace coppice::cli {

// The dotted name; "root/path" of a file that no import statement reaches.
std::string PrintedName(const ModuleInfo& module);

struct NamedModule {
  std::string name;  // dotted; empty if no import statement reaches it
  ModuleId id;
};

// All modules in order of (dotted name, root, path).
Result<std::vector<NamedModule>> ModulesByName(const Pack& pack);

}  // namespace coppice::cli
