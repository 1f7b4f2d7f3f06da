// Copies of typeshed (https://github.com/python/typeshed) on disk.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/file_system.h"
#include "summaries/error.h"
#include "summaries/resolution/imports/environment.h"

namespace coppice {

struct Typeshed {
  std::string directory;               // holds stdlib/ and stubs/
  std::vector<VersionRange> versions;  // of stdlib/VERSIONS, by module; empty if that is not there
  std::vector<std::string> stubs;  // names of the directories below stubs/ that are text, sorted
  std::vector<std::string> warnings;
};

// Error: no stdlib/builtins.pyi in it.
Result<Typeshed> ReadTypeshed(const FileSystem& files, const std::string& directory);

// The copy that a tool installed in one of these directories carries, in this order of tools: mypy,
// basedpyright, pyright, jedi. nullopt if there is none. `found_by` is set to the tool's name.
std::optional<std::string> FindTypeshed(const FileSystem& files,
                                        const std::vector<std::string>& site_directories,
                                        std::string& found_by);

// Reads lines such as "asyncio.taskgroups: 3.11-" or "binhex: 3.0-3.10". Others are passed over and
// counted in `malformed`.
std::vector<VersionRange> ParseVersions(std::string_view text, std::size_t& malformed);

}  // namespace coppice
