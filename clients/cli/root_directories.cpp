#include "clients/cli/root_directories.h"

#include <algorithm>

namespace coppice::cli {

Result<RootDirectories> RootDirectories::Parse(const std::vector<std::string>& arguments,
                                               const Pack& pack) {
  RootDirectories result;
  const Result<void> added =
      result.Add(arguments, {pack.roots().begin(), pack.roots().end()}, "pack");
  if (!added) return added.error();
  return result;
}

Result<RootDirectories> RootDirectories::Parse(const std::vector<std::string>& arguments,
                                               const Index& index) {
  RootDirectories given;
  std::vector<std::string_view> names;
  for (const SearchRoot& root : index.environment().roots) names.push_back(root.name);
  const Result<void> added = given.Add(arguments, names, "index");
  if (!added) return added.error();
  for (const SearchRoot& root : index.environment().roots) {
    if (!root.directory.empty()) given.directories_.emplace(root.name, root.directory);
  }
  return given;
}

Result<void> RootDirectories::Add(const std::vector<std::string>& arguments,
                                  const std::vector<std::string_view>& roots,
                                  std::string_view owner) {
  for (const std::string& argument : arguments) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == argument.size()) {
      return Error{ErrorCode::kInvalidArgument,
                   "--root takes NAME=DIRECTORY, not '" + argument + "'"};
    }
    const std::string name = argument.substr(0, equals);
    if (std::ranges::find(roots, name) == roots.end()) {
      std::string names;
      for (const std::string_view root : roots) {
        names += (names.empty() ? "" : ", ") + std::string(root);
      }
      return Error{ErrorCode::kInvalidArgument, "--root: the " + std::string(owner) +
                                                    " has no root '" + name +
                                                    "'; its roots are: " + names};
    }
    if (!directories_.emplace(name, argument.substr(equals + 1)).second) {
      return Error{ErrorCode::kInvalidArgument,
                   "--root: two directories for the root '" + name + "'"};
    }
  }
  return {};
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
