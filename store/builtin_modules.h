// Which modules are built into an interpreter.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/file_system.h"

namespace coppice {

struct BuiltinModules {
  std::vector<std::string> names;  // sorted, each once
  bool recorded = false;           // else those that every build has
};

// sys.builtin_module_names of CPython 3.`minor`, as _sysconfigdata in its standard library records
// how it was built: equal to what the interpreter says for the builds of 3.8 to 3.13 by their own
// Makefile and by Debian. `free_threaded` tells records of one installation apart.
BuiltinModules FindBuiltinModules(const FileSystem& files, const std::string& stdlib,
                                  std::uint32_t minor, bool free_threaded);

}  // namespace coppice
