// How a summary's tables lie in its cells: which columns there are, in which table and order, and
// what their values mean for verification. docs/summary.md explains them to readers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace coppice {

// In the order in which they lie in the cells.
enum class Table : uint8_t {
  kStrings,
  kSymbols,
  kScopes,
  kTraits,
  kGuards,
  kImports,
  kExports,
  kWide
};
inline constexpr size_t kTableCount = 8;

// A table's columns follow one another; the numbers are those of the width nibbles, and no table
// straddles the two words of widths.
enum class Column : uint8_t {
  kStringEnd,   // offset in the text where the string ends; it starts where the last one ended
  kSymbolName,  // row number minus index of the string: strings start with the symbols' names
  kSymbolTraits,
  kSymbolLine,
  kSymbolColumn,
  kSymbolLines,  // end line minus line
  kSymbolOrder,
  kSymbolGuard,   // + 1
  kSymbolDetail,  // + 1: offset into the detail records
  kScopeOwner,    // the class; ascending
  kScopeFirst,    // the first row of its members, which lie together; ascending
  kTraitsBits,    // symbol kind, has-doc bit, flags: see traits below
  kGuardParent,   // + 1: the next outer guard, in an earlier row
  kGuardForm,     // GuardKind
  kGuardTest,
  kGuardBranch,
  kImportModule = 16,
  kImportName,   // + 1: 0 for `import module`
  kImportBinds,  // + 1: 0 for what is bound without `as`
  kImportForm,   // bit 0 alias, bits 1-2 ImportScope, from bit 3 on the level
  kImportLine,
  kImportOrder,
  kImportGuard,  // + 1
  kImportOwner,  // + 1: the class in whose body it stands
  kExportForm,   // 0 a name, 1 all that the module named by the text exports
  kExportText,
  kWideSymbol,  // ascending
  kWideColumn,  // in UTF-16 units
};
inline constexpr size_t kColumnCount = 28;

struct ColumnRange {
  uint8_t first;
  uint8_t last;  // excluded
};
inline constexpr std::array<ColumnRange, kTableCount> kTableColumns = {
    {{0, 1}, {1, 9}, {9, 11}, {11, 12}, {12, 16}, {16, 24}, {24, 26}, {26, 28}}};

constexpr size_t TableOf(size_t column) {
  size_t table = 0;
  while (column >= kTableColumns[table].last) ++table;
  return table;
}

// Bits of kTraitsBits: a SymbolKind, whether there is a docstring, and SymbolFlags.
inline constexpr uint32_t kTraitsKindMask = 7;
inline constexpr uint32_t kTraitsDocBit = 1 << 3;
inline constexpr uint32_t kTraitsFlagShift = 4;

// Bits of kImportForm.
inline constexpr uint32_t kImportAliasBit = 1;
inline constexpr uint32_t kImportScopeShift = 1;
inline constexpr uint32_t kImportScopeMask = 3;
inline constexpr uint32_t kImportLevelShift = 3;

// Bits of the message's flags.
inline constexpr uint32_t kModuleHasDoc = 1;
inline constexpr uint32_t kModuleHasAll = 2;
inline constexpr uint32_t kModuleAllComplete = 4;
inline constexpr uint32_t kModuleFlags = 7;

inline constexpr uint32_t kSummaryVersion = 1;

// Detail records: LEB128 numbers, of which the first is a head.
//   value:     [type params] [annotation] [value]
//   function:  [decorators] [type params] {parameter [annotation] [default]} [returns]
//   class:     [decorators] [type params] {base} [keywords: {name text}]
// where decorators, type params and keywords are a count and what it counts, parameters and bases
// are counted in the head, and all else are indices of strings.
enum class DetailForm : uint8_t { kValue, kFunction, kClass };
inline constexpr uint32_t kDetailFormMask = 3;
inline constexpr uint32_t kDetailTypeParamsBit = 1 << 2;
inline constexpr uint32_t kDetailDecoratorsBit = 1 << 3;  // functions, classes
inline constexpr uint32_t kDetailReturnsBit = 1 << 4;     // functions
inline constexpr uint32_t kDetailKeywordsBit = 1 << 4;    // classes
inline constexpr uint32_t kDetailCountShift = 5;          // functions, classes
inline constexpr uint32_t kDetailAnnotationBit = 1 << 3;  // values
inline constexpr uint32_t kDetailValueShift = 4;          // values: a ValueForm
inline constexpr uint32_t kDetailValueMask = 3;
inline constexpr uint32_t kParameterKindMask = 7;
inline constexpr uint32_t kParameterAnnotationBit = 1 << 3;
inline constexpr uint32_t kParameterDefaultBit = 1 << 4;
inline constexpr uint32_t kParameterNameShift = 5;

// Zero bytes after everything else in the cells.
inline constexpr size_t kCellsTail = 4;

// Nesting of guards, and of classes, beyond which nothing is kept: CPython refuses to compile more
// than 100 levels of indentation.
inline constexpr uint32_t kMaxGuardDepth = 64;
inline constexpr uint32_t kMaxScopeDepth = 100;

// The widths of all columns, as the two words of the message hold them.
struct ColumnWidths {
  uint64_t words[2] = {0, 0};

  constexpr uint32_t of(size_t column) const {
    return static_cast<uint32_t>(words[column / 16] >> (column % 16 * 4)) & 15;
  }
  // Sum over columns [first, last), which lie in one word.
  constexpr uint32_t Sum(size_t first, size_t last) const {
    if (first == last) return 0;
    const uint64_t kept = words[first / 16] >> (first % 16 * 4) << (64 - (last - first) * 4);
    constexpr uint64_t kLow = 0x0f0f0f0f0f0f0f0f;
    return static_cast<uint32_t>(((kept & kLow) + (kept >> 4 & kLow)) * 0x0101010101010101 >> 56);
  }
  constexpr uint32_t Stride(size_t table) const {
    return Sum(kTableColumns[table].first, kTableColumns[table].last);
  }
};

// Little-endian cell of `width` bytes at `at`; reads four bytes whatever the width.
inline uint32_t ReadCell(const std::byte* at, uint32_t width) {
  uint32_t value;
  std::memcpy(&value, at, 4);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  value = __builtin_bswap32(value);
#endif
  return static_cast<uint32_t>(value & ((uint64_t{1} << (8 * width)) - 1));
}

// Verified cells of one message: where the tables lie. Copying it copies no cells.
class Cells {
 public:
  Cells() = default;
  Cells(const std::byte* cells, ColumnWidths widths, const std::array<uint32_t, kTableCount>& rows)
      : widths_(widths), rows_(rows) {
    for (size_t table = 0; table < kTableCount; ++table) {
      tables_[table] = cells;
      cells += size_t{rows[table]} * widths.Stride(table);
    }
    details_ = cells;
  }

  uint32_t rows(Table table) const { return rows_[static_cast<size_t>(table)]; }
  const std::byte* details() const { return details_; }

  template <Column column>
  uint32_t Get(uint32_t row) const {
    constexpr size_t kIndex = static_cast<size_t>(column);
    constexpr size_t kTable = TableOf(kIndex);
    const uint32_t width = widths_.of(kIndex);
    const size_t before = widths_.Sum(kTableColumns[kTable].first, kIndex);
    return ReadCell(tables_[kTable] + before * rows_[kTable] + size_t{width} * row, width);
  }

 private:
  ColumnWidths widths_;
  std::array<uint32_t, kTableCount> rows_ = {};
  std::array<const std::byte*, kTableCount> tables_ = {};
  const std::byte* details_ = nullptr;
};

}  // namespace coppice
