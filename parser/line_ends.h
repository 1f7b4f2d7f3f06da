// Where lines end as CPython has it: at "\n", "\r\n" and a lone "\r".

#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace coppice {

// Bytes of the line end at `at`; 0 if there is none.
inline std::size_t LineEndSize(std::string_view text, std::size_t at) {
  if (at >= text.size()) return 0;
  if (text[at] == '\n') return 1;
  if (text[at] != '\r') return 0;
  return at + 1 < text.size() && text[at + 1] == '\n' ? 2 : 1;
}

// Calls visit(offset) with where each line end ends, ascending. As fast as looking for "\n" where
// there is no "\r".
template <class Visit>
void ForEachLineEnd(std::string_view text, Visit visit) {
  const bool returns = text.find('\r') != text.npos;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t feed = text.find('\n', at);
    const std::string_view line = text.substr(0, std::min(feed, text.size()));
    if (returns) {
      for (at = line.find('\r', at); at != line.npos; at = line.find('\r', at)) {
        if (++at != feed) visit(at);
      }
    }
    if (feed == text.npos) break;
    at = feed + 1;
    visit(at);
  }
}

}  // namespace coppice
