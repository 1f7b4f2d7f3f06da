// Lines and columns of byte offsets, made on demand from a text.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace coppice {

struct LineColumn {
  uint32_t line = 1;    // from 1
  uint32_t column = 0;  // from 0, in the unit that was asked for
  friend bool operator==(const LineColumn&, const LineColumn&) = default;
};

enum class ColumnUnit : uint8_t {
  kUtf8,   // bytes, as CPython's ast has them
  kUtf16,  // code units, as editors have them
};

// Where the lines of a text start. A line ends as CPython has it: with "\n", "\r\n" or a lone "\r"
// (not with form feeds or Unicode's line separators). 4 bytes a line. Immutable once made, so safe
// to share; the text must outlive it.
class LineIndex {
 public:
  // Linear in the text.
  explicit LineIndex(std::string_view text);

  // One more than the line ends.
  uint32_t line_count() const { return static_cast<uint32_t>(starts_.size()); }
  // Offset of the first byte of `line` (from 1); the text's length for lines beyond the last.
  uint32_t LineStart(uint32_t line) const;
  // The line's text with its end.
  std::string_view Line(uint32_t line) const;

  // Offsets beyond the text mean its end. Logarithmic in the lines, and linear in the line for
  // kUtf16.
  LineColumn Locate(uint32_t offset, ColumnUnit unit = ColumnUnit::kUtf8) const;
  // Columns beyond the line mean the end of its content, before the line end; columns within a
  // character mean its first byte.
  uint32_t Offset(LineColumn position, ColumnUnit unit = ColumnUnit::kUtf8) const;

 private:
  std::string_view text_;
  std::vector<uint32_t> starts_;  // ascending, the first 0
};

}  // namespace coppice
