// Where the tables of a summary lie. What they hold, and so the bodies of what reads them, is in
// summaries/columns.h, which users of summaries do not need.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace coppice {

enum class Table : uint8_t;
enum class Column : uint8_t;
struct Counts;
inline constexpr size_t kTableCount = 10;

// The widths of all columns, as the two words of the message hold them.
struct ColumnWidths {
  uint64_t words[2] = {0, 0};

  constexpr uint32_t of(size_t column) const;
  // Sum over columns [first, last), which lie in one word.
  constexpr uint32_t Sum(size_t first, size_t last) const;
  constexpr uint32_t Stride(size_t table) const;
};

// The tables of one message: where they lie. Copying it copies no cells. Nothing is checked.
class Cells {
 public:
  Cells() = default;
  // `data` is where the first table starts.
  Cells(const std::byte* data, ColumnWidths widths, const Counts& counts);

  uint32_t rows(Table table) const { return rows_[static_cast<size_t>(table)]; }
  const std::byte* details() const { return details_; }
  const char* text() const { return text_; }
  template <Column column>
  uint32_t Get(uint32_t row) const;
  std::string_view String(uint32_t index) const;

 private:
  // Sum of `count` bytes, less than eight; reads eight.
  static uint32_t SumBytes(const std::byte* at, uint32_t count);

  ColumnWidths widths_;
  std::array<uint32_t, kTableCount> rows_ = {};
  std::array<const std::byte*, kTableCount> tables_ = {};
  const std::byte* details_ = nullptr;
  const char* text_ = nullptr;
};

}  // namespace coppice
