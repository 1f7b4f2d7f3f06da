#include "parser/line_index.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace coppice {
namespace {

// Counts as CPython does, byte by byte.
LineColumn Naive(const std::string& text, size_t offset, ColumnUnit unit) {
  LineColumn at{1, 0};
  for (size_t i = 0; i < offset && i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\n' || (c == '\r' && (i + 1 == text.size() || text[i + 1] != '\n'))) {
      ++at.line;
      at.column = 0;
    } else if (unit == ColumnUnit::kUtf8) {
      ++at.column;
    } else if ((c & 0xC0) != 0x80) {
      at.column += c >= 0xF0 ? 2 : 1;
    }
  }
  return at;
}

TEST(LineIndex, AgreesWithCounting) {
  std::mt19937_64 random(1);
  const std::string pieces[] = {"a", " ", "\n", "\r", "\r\n", "\f", "é", "€", "🐍", "\u2028"};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (size_t n = random() % 40; n > 0; --n) text += pieces[random() % std::size(pieces)];
    const LineIndex lines(text);
    EXPECT_EQ(lines.line_count(), Naive(text, text.size(), ColumnUnit::kUtf8).line);
    std::string joined;
    for (uint32_t line = 1; line <= lines.line_count(); ++line) joined += lines.Line(line);
    EXPECT_EQ(joined, text);
    for (uint32_t offset = 0; offset <= text.size(); ++offset) {
      const bool within_character =
          offset < text.size() && (static_cast<unsigned char>(text[offset]) & 0xC0) == 0x80;
      const bool within_line_end =
          offset > 0 && offset < text.size() && text[offset - 1] == '\r' && text[offset] == '\n';
      for (const ColumnUnit unit : {ColumnUnit::kUtf8, ColumnUnit::kUtf16}) {
        const LineColumn at = lines.Locate(offset, unit);
        EXPECT_EQ(at, Naive(text, offset, unit)) << offset;
        if (!within_character && !within_line_end) {
          EXPECT_EQ(lines.Offset(at, unit), offset);
        }
      }
    }
    EXPECT_EQ(lines.Locate(static_cast<uint32_t>(text.size()) + 7),
              lines.Locate(static_cast<uint32_t>(text.size())));
  }
}

TEST(LineIndex, OffsetsAreClamped) {
  const LineIndex lines("ab\r\ncd");
  EXPECT_EQ(lines.Offset({1, 9}), 2U);
  EXPECT_EQ(lines.Offset({2, 9}), 6U);
  EXPECT_EQ(lines.Offset({3, 0}), 6U);
  EXPECT_EQ(lines.LineStart(2), 4U);
  const LineIndex snake("🐍x");
  EXPECT_EQ(snake.Offset({1, 1}, ColumnUnit::kUtf16), 0U);
  EXPECT_EQ(snake.Offset({1, 2}, ColumnUnit::kUtf16), 4U);
}

}  // namespace
}  // namespace coppice
