// Where a pack's roots are on this machine, as `--root NAME=DIRECTORY` says. Packs hold names only.

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "summaries/error.h"
#include "summaries/pack.h"

namespace coppice::cli {

class RootDirectories {
 public:
  // Error: an argument that is not NAME=DIRECTORY, or a name that is no root of the pack or comes
  // twice.
  static Result<RootDirectories> Parse(const std::vector<std::string>& arguments, const Pack& pack);

  // The root's directory, or its name if none was given.
  std::string_view Directory(std::string_view root) const;
  // A file that an editor can open if its root's directory is known.
  std::string Path(const ModuleInfo& module) const;

 private:
  std::map<std::string, std::string, std::less<>> directories_;
};

}  // namespace coppice::cli
