// Source text to readable text of its summary, for tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "summaries/summary_view.h"

namespace coppice {

// A summary that owns its bytes.
struct MadeSummary {
  std::vector<uint64_t> words;
  uint64_t interface_hash = 0;
  std::vector<std::string> docs;
  std::vector<std::string> names;  // sorted; those that are defined end in '!'
  bool truncated = false;

  std::span<const std::byte> bytes() const { return std::as_bytes(std::span(words)); }
  SummaryView view() const { return SummaryView(bytes()); }
};

// Parses and summarises; fails the test if the result does not verify.
MadeSummary Summarize(std::string_view source);

// One line a record, imports and symbols together in the order of the text. A symbol:
//   kind qualname<type params>(params or bases) -> returns: annotation = value @decorator [flags]
// an import: import module / from module import name, `as` and what it binds. What follows a `|`
// are guards: kind(test)/branch. `= ...` is an opaque value.
std::string Print(const SummaryView& view);
// `__all__` with `from` entries, `incomplete` at the end where it is.
std::string PrintAll(const SummaryView& view);
// kind qualname line:column-end line #order of every symbol in the order of the text.
std::string PrintPositions(const SummaryView& view);

}  // namespace coppice
