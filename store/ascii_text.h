// The text of configuration files, of which only ASCII counts.

#pragma once

#include <string>
#include <string_view>

namespace coppice {

// Without the white space around it.
std::string_view Stripped(std::string_view text);
std::string Lowered(std::string_view text);

}  // namespace coppice
