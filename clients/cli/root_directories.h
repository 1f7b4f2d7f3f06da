// Where a pack's roots are on this machine, as `--root NAME=DIRECTORY` says. Packs hold names only.

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "summaries/error.h"
#include "summaries/pack.h"
#include "summaries/resolution/imports/index.h"

namespace coppice::cli {

class RootDirectories {
 public:
  // Error: an argument that is not NAME=DIRECTORY, or a name that is no root of the pack or comes
  // twice.
  static Result<RootDirectories> Parse(const std::vector<std::string>& arguments, const Pack& pack);

  // Likewise of an index, whose manifest may know directories: arguments win.
  static Result<RootDirectories> Parse(const std::vector<std::string>& arguments,
                                       const Index& index);

  // The root's directory, or its name if none is known.
  std::string_view Directory(std::string_view root) const;
  // A file that an editor can open if its root's directory is known.
  std::string Path(const ModuleInfo& module) const;

 private:
  // `owner`: what the roots are of, for messages.
  Result<void> Add(const std::vector<std::string>& arguments,
                   const std::vector<std::string_view>& roots, std::string_view owner);

  std::map<std::string, std::string, std::less<>> directories_;
};

}  // namespace coppice::cli
