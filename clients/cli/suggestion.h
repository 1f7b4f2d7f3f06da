// What a mistyped word was probably meant to be.

#pragma once

#include <string_view>
#include <vector>

namespace coppice::cli {

// The word of least edit distance to `typed`, if that is at most a third of its length and one
// more; empty otherwise.
std::string_view Nearest(std::string_view typed, const std::vector<std::string_view>& words);

}  // namespace coppice::cli
