// From places on a search path to roots.

#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "store/file_system.h"
#include "store/site_paths.h"
#include "summaries/resolution/imports/environment.h"

namespace coppice {

// Collects roots: directories that exist, canonical, each once (the first one on the way counts),
// with names of their own.
class RootList {
 public:
  explicit RootList(const FileSystem& files) : files_(files) {}

  // `name` is wanted for it; if empty, the last component of the directory. A name that is taken
  // gets "-2", "-3", ... What is no directory is warned of; what is not there, only where somebody
  // installed it, for search paths name much that is not.
  void Add(const SearchPlace& place, const std::string& name);

  const std::vector<SearchRoot>& roots() const { return roots_; }
  const std::vector<std::string>& found_by() const { return found_by_; }  // of each root
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  void Warn(const SearchPlace& place, const std::string& reason);
  std::string Unique(const std::string& name);

  const FileSystem& files_;
  std::vector<SearchRoot> roots_;
  std::vector<std::string> found_by_;
  std::vector<std::string> warnings_;
  std::map<std::string, std::size_t> places_;  // canonical directories, and which root
  std::set<std::string> names_;
  std::map<std::string, int> last_number_;  // that was added to a name
};

// A directory's last component as a root may be named: without control characters and '='; "path"
// if it is no UTF-8.
std::string NameOfRoot(const std::string& directory);

}  // namespace coppice
