// What differs between two versions of one module's summary, as far as resolution reads it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "summaries/resolution/changes/dependencies.h"
#include "summaries/summary_view.h"

namespace coppice {

inline constexpr uint32_t kNoRow = UINT32_MAX;

// One version of it.
struct SummaryVersion {
  const SummaryView& view;
  // Of a package its dotted name and a dot, else empty: imports of what is below bind submodules.
  std::string_view own_prefix;
};

// Adds the inputs of `module` that differ, with rows of the version before; their names view either
// summary. Returns for each row of the version before that of the same key (qualified name and
// ordinal) in the other, or kNoRow.
std::vector<uint32_t> CompareSummaries(ModuleRef module, const SummaryVersion& before,
                                       const SummaryVersion& after,
                                       std::vector<Dependency>& changed);

}  // namespace coppice
