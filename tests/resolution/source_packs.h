// Finders over trees of a few lines of Python.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "summaries/resolution/module_finder.h"

namespace coppice::test {

struct SourceFile {
  std::string root;
  std::string path;
  std::string text;
};

// A finder over one pack of those files. Fails the test and is null if there cannot be one. Every
// root must be in the environment.
std::shared_ptr<const ModuleFinder> FinderOf(std::vector<SourceFile> files, Environment environment,
                                             SearchProfile profile);

}  // namespace coppice::test
