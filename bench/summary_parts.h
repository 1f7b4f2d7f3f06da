// Where the bytes of summaries go.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace coppice {

// Bytes of every column as "table.column", of "details" and "text", and as "frame" of what Cap'n
// Proto, the widths and the counts take. They add up to the message. Precondition:
// SummaryView::Verify accepted it. Names are in static storage.
std::vector<std::pair<std::string_view, size_t>> SummaryParts(std::span<const std::byte> verified);

}  // namespace coppice
