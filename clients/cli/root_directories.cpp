#include "clients/cli/root_directories.h"

#include <algorithm>

namespace coppice::cli {

Result<RootDirectories> RootDirectories::Parse(const std::vector<std::string>& arguments,
                                               const Pack& pack) {
  RootDirectories result;
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == argument.size()) {
      return Error{ErrorCode::kInvalidArgument,
                   "--root takes NAME=DIRECTORY, not '" + argument + "'"};
    }
    const std::string name = argument.substr(0, equals);
    if (std::ranges::find(pack.roots(), name) == pack.roots().end()) {
      std::string names;
      for (const std::string_view root : pack.roots()) {
        names += (names.empty() ? "" : ", ") + std::string(root);
      }
      return Error{ErrorCode::kInvalidArgument,
                   "--root: the pack has no root '" + name + "'; its roots are: " + names};
    }
    if (!result.directories_.emplace(name, argument.substr(equals + 1)).second) {
      return Error{ErrorCode::kInvalidArgument,
                   "--root: two directories for the root '" + name + "'"};
    }
  }
  return result;
}

std::string_view RootDirectories::Directory(std::string_view root) const {
  const auto found = directories_.find(root);
  return found == directories_.end() ? root : std::string_view(found->second);
}

std::string RootDirectories::Path(const ModuleInfo& module) const {
  std::string path(Directory(module.root));
  if (!path.ends_with('/')) path += '/';
  return path.append(module.path);
}

}  // namespace coppice::cli
