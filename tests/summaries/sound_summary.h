// Summaries to fill packs with.
#pragma once

#include <cstdint>
#include <vector>

namespace coppice::test {

// The summary of a module whose `__all__` holds `exports` names, with or without a docstring.
// Beyond three exports it has something of everything else, too.
std::vector<std::uint64_t> SoundSummary(unsigned exports, bool has_doc);

// What SummaryView says of it.
std::uint64_t InterfaceHashOf(const std::vector<std::uint64_t>& summary);

}  // namespace coppice::test
