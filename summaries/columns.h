// How a summary's tables lie in its cells: which columns there are, in which table and order, and
// what their values mean for verification. docs/summary.md explains them to readers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "summaries/cells.h"
#include "summaries/wire_bytes.h"

namespace coppice {

// In the order in which they lie in the message.
enum class Table : uint8_t {
  kStrings,
  kBlocks,  // of eight strings each
  kSymbols,
  kScopes,
  kTraits,
  kLong,
  kGuards,
  kImports,
  kExports,
  kWide
};
static_assert(static_cast<size_t>(Table::kWide) + 1 == kTableCount);

// A table's columns follow one another; the numbers are those of the width nibbles, and no table
// straddles the two words of widths.
enum class Column : uint8_t {
  kStringLength,
  kBlockBegin,  // offset in the text of the block's first string
  kSymbolName,  // row number minus index of the string: strings start with the symbols' names
  kSymbolTraits,
  kSymbolLine,
  kSymbolColumn,
  kSymbolLines,  // end line minus line; kManyLines: see the long table
  kSymbolOrder,
  kSymbolGuard,       // + 1
  kSymbolDetail,      // + 1: offset into the detail records
  kScopeOwner,        // the class; ascending
  kScopeFirst,        // the first row of its members, which lie together; ascending
  kTraitsBits,        // symbol kind, has-doc bit, flags: see traits below
  kLongSymbol,        // ascending
  kLongLines,         // end line minus line
  kGuardParent = 16,  // + 1: the next outer guard, in an earlier row
  kGuardForm,         // GuardKind
  kGuardTest,
  kGuardBranch,
  kImportModule,
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
inline constexpr size_t kColumnCount = 32;  // 15 is no column

struct ColumnRange {
  uint8_t first;
  uint8_t last;  // excluded
};
inline constexpr std::array<ColumnRange, kTableCount> kTableColumns = {{{0, 1},
                                                                        {1, 2},
                                                                        {2, 10},
                                                                        {10, 12},
                                                                        {12, 13},
                                                                        {13, 15},
                                                                        {16, 20},
                                                                        {20, 28},
                                                                        {28, 30},
                                                                        {30, 32}}};

constexpr size_t TableOf(size_t column) {
  size_t table = 0;
  while (column >= kTableColumns[table].last) ++table;
  return table;
}

// What a message counts: the rows of each table save the blocks, and bytes of detail records.
inline constexpr size_t kCountCount = kTableCount;

inline constexpr uint32_t kStringsPerBlock = 8;
constexpr uint32_t BlockCount(uint32_t strings) {
  return static_cast<uint32_t>((uint64_t{strings} + kStringsPerBlock - 1) / kStringsPerBlock);
}

// In kSymbolLines: that many lines or more.
inline constexpr uint32_t kManyLines = 255;

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

// Bytes that there are at least behind the tables: detail records, text, and zeros if need be. So a
// cell can be read as four bytes, and the lengths of a block's strings as eight, wherever they lie.
inline constexpr size_t kMinTail = 8;

// Nesting of guards, and of classes, beyond which nothing is kept: CPython refuses to compile more
// than 100 levels of indentation.
inline constexpr uint32_t kMaxGuardDepth = 64;
inline constexpr uint32_t kMaxScopeDepth = 100;

constexpr uint32_t ColumnWidths::of(size_t column) const {
  return static_cast<uint32_t>(words[column / 16] >> (column % 16 * 4)) & 15;
}

constexpr uint32_t ColumnWidths::Sum(size_t first, size_t last) const {
  if (first == last) return 0;
  const uint64_t kept = words[first / 16] >> (first % 16 * 4) << (64 - (last - first) * 4);
  constexpr uint64_t kLow = 0x0f0f0f0f0f0f0f0f;
  return static_cast<uint32_t>(((kept & kLow) + (kept >> 4 & kLow)) * 0x0101010101010101 >> 56);
}

constexpr uint32_t ColumnWidths::Stride(size_t table) const {
  return Sum(kTableColumns[table].first, kTableColumns[table].last);
}

// Rows of each table, and what lies behind the tables.
struct Counts {
  std::array<uint32_t, kTableCount> rows = {};
  uint32_t detail_bytes = 0;

  // From the start of a message's data, where each takes `width` bytes.
  static Counts Read(const std::byte* data, uint32_t width) {
    Counts counts;
    size_t next = 0;
    const auto read = [&] { return LoadPaddedCell(data + width * next++, width); };
    for (size_t table = 0; table < kTableCount; ++table) {
      counts.rows[table] =
          table == static_cast<size_t>(Table::kBlocks) ? BlockCount(counts.rows[0]) : read();
    }
    counts.detail_bytes = read();
    return counts;
  }
};

inline Cells::Cells(const std::byte* data, ColumnWidths widths, const Counts& counts)
    : widths_(widths), rows_(counts.rows) {
  for (size_t table = 0; table < kTableCount; ++table) {
    tables_[table] = data;
    data += size_t{counts.rows[table]} * widths.Stride(table);
  }
  details_ = data;
  text_ = reinterpret_cast<const char*>(data + counts.detail_bytes);
}

template <Column column>
uint32_t Cells::Get(uint32_t row) const {
  constexpr size_t kIndex = static_cast<size_t>(column);
  constexpr size_t kTable = TableOf(kIndex);
  const uint32_t width = widths_.of(kIndex);
  const size_t before = widths_.Sum(kTableColumns[kTable].first, kIndex);
  return LoadPaddedCell(tables_[kTable] + before * rows_[kTable] + size_t{width} * row, width);
}

inline uint32_t Cells::SumBytes(const std::byte* at, uint32_t count) {
  uint64_t bytes;
  std::memcpy(&bytes, at, 8);
  bytes &= (uint64_t{1} << (8 * count)) - 1;
  constexpr uint64_t kEven = 0x00ff00ff00ff00ff;
  return static_cast<uint32_t>(((bytes & kEven) + (bytes >> 8 & kEven)) * 0x0001000100010001 >> 48);
}

inline std::string_view Cells::String(uint32_t index) const {
  const uint32_t width = widths_.of(static_cast<size_t>(Column::kStringLength));
  const uint32_t place = index % kStringsPerBlock;
  const std::byte* const lengths = tables_[0] + size_t{width} * (index - place);
  uint32_t begin = Get<Column::kBlockBegin>(index / kStringsPerBlock);
  if (width == 1) {
    begin += SumBytes(lengths, place);
  } else {
    for (uint32_t i = 0; i < place; ++i)
      begin += LoadPaddedCell(lengths + size_t{width} * i, width);
  }
  return {text_ + begin, LoadPaddedCell(lengths + size_t{width} * place, width)};
}

}  // namespace coppice
