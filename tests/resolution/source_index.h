// Indexes of made-up sources, in memory but for the pack's file.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "summaries/resolution/imports/index.h"
#include "summaries/resolution/imports/module_finder.h"

namespace coppice::test {

// Texts by path, of a root called "src", or of that of another name: "root:path".
using Sources = std::map<std::string, std::string>;

// An index of packs with the summaries of those files, from the lowest up. Without roots in the
// environment, "src" is the project's. Fails the test if it cannot be made.
std::shared_ptr<const Index> IndexOfPacks(const std::vector<Sources>& packs,
                                          Environment environment);

std::shared_ptr<const ModuleFinder> FinderOfSources(const Sources& sources,
                                                    SearchProfile profile = SearchProfile::kRuntime,
                                                    Environment environment = {});

}  // namespace coppice::test
