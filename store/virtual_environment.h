// Virtual environments (PEP 405).

#pragma once

#include <optional>
#include <string>

#include "store/file_system.h"
#include "summaries/error.h"

namespace coppice {

// As its pyvenv.cfg describes it.
struct VirtualEnvironment {
  std::string prefix;       // the environment's directory
  std::string home;         // where the base interpreter is; empty if that is not said
  std::string version;      // "3.11.7"; what the file claims, empty if it does not
  bool system_site = true;  // packages of the base interpreter are searched too

  friend bool operator==(const VirtualEnvironment&, const VirtualEnvironment&) = default;
};

// Reads `directory`/pyvenv.cfg; nullopt if there is none. Error: cannot be read, or is no text.
Result<std::optional<VirtualEnvironment>> ReadVirtualEnvironment(const FileSystem& files,
                                                                 const std::string& directory);

// The environment that an executable (absolute) belongs to: getpath.py looks above its directory,
// and then in it.
Result<std::optional<VirtualEnvironment>> FindVirtualEnvironment(const FileSystem& files,
                                                                 const std::string& executable);

}  // namespace coppice
