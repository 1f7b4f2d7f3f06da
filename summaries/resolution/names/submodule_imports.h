// Submodules that a package's imports bind by the way.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "summaries/summary_view.h"

namespace coppice {

// The imports at the top of a package's own file that may bind a submodule there without naming it:
// `b` of `import a.b.c`, `from .b import c` or `from . import b as c` in `a`.
struct SubmoduleImports {
  struct Entry {
    std::string_view name;  // of the submodule; views the summary
    uint32_t row;
  };
  // `package_prefix` is the package's dotted name and a dot.
  SubmoduleImports(const SummaryView& view, std::string_view package_prefix);

  std::vector<Entry> entries;  // in the order of the text; of those that do the same, the first
  // The order of the first import that may run code of the same distribution.
  uint32_t first_related = UINT32_MAX;
};

}  // namespace coppice
