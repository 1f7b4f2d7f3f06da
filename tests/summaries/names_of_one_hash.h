// Names that only their texts tell apart.
#pragma once

#include <string_view>
#include <utility>

namespace coppice::test {

// The same 64 bits of XXH3, made by undoing its last steps, which are reversible for texts of four
// to eight bytes.
inline constexpr std::pair<std::string_view, std::string_view> kNamesOfOneHash{"nilwibkq",
                                                                               "ucIjep_"};

}  // namespace coppice::test
