// Indexes of trees of which nothing matters but the paths.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "summaries/resolution/imports/index.h"

namespace coppice::test {

// Root and path.
using TreeFile = std::pair<std::string, std::string>;

// An open pack of those files, written below `directory`. Their summaries cannot be read.
std::shared_ptr<const Pack> PackOf(std::vector<TreeFile> files, const std::string& path);

// An index of that one pack, or of none if there are no files. Fails the test if there is none.
std::shared_ptr<const Index> IndexOf(const std::vector<TreeFile>& files, Environment environment);

}  // namespace coppice::test
