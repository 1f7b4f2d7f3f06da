// Indexes of made-up sources, in memory but for the pack's file.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "summaries/resolution/index.h"
#include "summaries/resolution/module_finder.h"

namespace coppice::test {

// Texts by path, of a root called "src", or of that of another name: "root:path".
using Sources = std::map<std::string, std::string>;

// An index of one pack with the summaries of those files. Fails the test if it cannot be made.
std::shared_ptr<const Index> IndexOfSources(const Sources& sources, Environment environment = {});

std::shared_ptr<const ModuleFinder> FinderOfSources(const Sources& sources,
                                                    SearchProfile profile = SearchProfile::kRuntime,
                                                    Environment environment = {});

}  // namespace coppice::test
