#include "parser/line_index.h"

#include <algorithm>

#include "parser/line_ends.h"
#include "parser/utf8.h"

namespace coppice {

LineIndex::LineIndex(std::string_view text) : text_(text), starts_{0} {
  ForEachLineEnd(text, [this](size_t at) { starts_.push_back(static_cast<uint32_t>(at)); });
  starts_.shrink_to_fit();
}

uint32_t LineIndex::LineStart(uint32_t line) const {
  if (line == 0) return 0;
  return line <= starts_.size() ? starts_[line - 1] : static_cast<uint32_t>(text_.size());
}

std::string_view LineIndex::Line(uint32_t line) const {
  const uint32_t start = LineStart(line);
  return text_.substr(start, LineStart(line + 1) - start);
}

LineColumn LineIndex::Locate(uint32_t offset, ColumnUnit unit) const {
  offset = std::min(offset, static_cast<uint32_t>(text_.size()));
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), offset);
  LineColumn position;
  position.line = static_cast<uint32_t>(next - starts_.begin());
  const uint32_t start = *(next - 1);
  position.column =
      unit == ColumnUnit::kUtf8 ? offset - start : Utf16Length(text_.substr(start, offset - start));
  return position;
}

uint32_t LineIndex::Offset(LineColumn position, ColumnUnit unit) const {
  const uint32_t start = LineStart(position.line);
  std::string_view line = Line(position.line);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  size_t at = 0;
  uint32_t column = 0;
  while (at < line.size()) {
    size_t next = at + 1;
    while (next < line.size() && IsContinuationByte(line[next])) ++next;
    column += unit == ColumnUnit::kUtf8 ? static_cast<uint32_t>(next - at) : Utf16Units(line[at]);
    if (column > position.column) break;
    at = next;
  }
  return start + static_cast<uint32_t>(at);
}

}  // namespace coppice
