// What a module tells the pack's dictionary of names.
#pragma once

#include <string_view>

namespace coppice {

// An identifier that a module's text mentions, normalised as Python compares names (NFKC).
struct NameMention {
  std::string_view name;
  // A symbol of the module, in whatever scope, has this simple name.
  bool defined = false;
};

}  // namespace coppice
