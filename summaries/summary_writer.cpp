#include "summaries/summary_writer.h"

#include <capnp/message.h>
#include <capnp/serialize.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "parser/line_ends.h"
#include "parser/utf8.h"
#include "summaries/hash.h"
#include "summaries/wire_bytes.h"
#include "summary.capnp.h"

namespace coppice {
namespace {

// Cap'n Proto counts the elements of a list in 29 bits.
constexpr size_t kMaxBlobBytes = (size_t{1} << 29) - 1;

// As a number that is in the order of the texts; what lies behind a shorter text counts as 0.
uint64_t FirstBytes(std::string_view text) {
  uint64_t bytes = 0;
  for (size_t i = 0; i < 8; ++i) {
    bytes = bytes << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0);
  }
  return bytes;
}

}  // namespace

void LineTable::Reset(std::string_view text) {
  starts_.assign(1, 0);
  end_ = text.size();
  last_ = 0;
  ForEachLineEnd(text, [this](size_t at) { starts_.push_back(static_cast<uint32_t>(at)); });
}

uint32_t LineTable::size() const {
  return static_cast<uint32_t>(starts_.size() - (starts_.back() == end_ ? 1 : 0));
}

uint32_t LineTable::LineOf(uint32_t offset) {
  const auto is_line = [&](size_t line) {
    return line < starts_.size() && starts_[line] <= offset &&
           (line + 1 == starts_.size() || offset < starts_[line + 1]);
  };
  for (size_t line = last_; line < last_ + 4; ++line) {
    if (is_line(line)) {
      last_ = line;
      return static_cast<uint32_t>(line + 1);
    }
  }
  last_ = static_cast<size_t>(std::upper_bound(starts_.begin(), starts_.end(), offset) -
                              starts_.begin() - 1);
  return static_cast<uint32_t>(last_ + 1);
}

// Module first, then the members of each class in the order of the classes' rows; by name and
// position within a scope.
void SummaryWriter::OrderRows(const SummaryDraft& draft) {
  const auto& symbols = draft.symbols;
  const size_t count = symbols.size();
  sorted_.clear();
  for (uint32_t id = 0; id < count; ++id) {
    // kNoRow + 1 is 0: the module first.
    sorted_.push_back({symbols[id].owner + 1, id, FirstBytes(draft.strings[symbols[id].name])});
  }
  std::sort(sorted_.begin(), sorted_.end(), [&](const SortedSymbol& a, const SortedSymbol& b) {
    if (a.scope != b.scope) return a.scope < b.scope;
    if (a.first_bytes != b.first_bytes) return a.first_bytes < b.first_bytes;
    const DraftSymbol& left = symbols[a.id];
    const DraftSymbol& right = symbols[b.id];
    if (left.name != right.name) return draft.strings[left.name] < draft.strings[right.name];
    return left.offset != right.offset ? left.offset < right.offset : a.id < b.id;
  });
  rows_.clear();
  row_of_.resize(count);
  column(Column::kScopeOwner).clear();
  column(Column::kScopeFirst).clear();
  const auto append_scope = [&](uint32_t owner) {
    const uint32_t scope = owner + 1;
    auto at = std::lower_bound(
        sorted_.begin(), sorted_.end(), scope,
        [](const SortedSymbol& symbol, uint32_t key) { return symbol.scope < key; });
    for (; at != sorted_.end() && at->scope == scope; ++at) {
      row_of_[at->id] = static_cast<uint32_t>(rows_.size());
      rows_.push_back(at->id);
    }
  };
  append_scope(kNoRow);
  for (uint32_t row = 0; row < rows_.size(); ++row) {
    if (symbols[rows_[row]].kind != SymbolKind::kClass) continue;
    const uint32_t first = static_cast<uint32_t>(rows_.size());
    append_scope(rows_[row]);
    if (rows_.size() == first) continue;
    column(Column::kScopeOwner).push_back(row);
    column(Column::kScopeFirst).push_back(first);
  }
}

void SummaryWriter::RankBindings(const SummaryDraft& draft) {
  places_.clear();
  const uint32_t symbols = static_cast<uint32_t>(draft.symbols.size());
  for (uint32_t id = 0; id < symbols; ++id) {
    const DraftSymbol& symbol = draft.symbols[id];
    const uint32_t scope = symbol.owner == kNoRow ? 0 : draft.class_scopes[symbol.owner];
    places_.push_back({scope, symbol.offset, id});
  }
  for (uint32_t row = 0; row < draft.imports.size(); ++row) {
    const DraftImport& import = draft.imports[row];
    places_.push_back({import.scope, import.offset, symbols + row});
  }
  std::sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) {
    return a.offset != b.offset ? a.offset < b.offset : a.item < b.item;
  });
  counters_.assign(draft.scopes + 1, 0);
  ranks_.resize(places_.size());
  for (const Place& place : places_) ranks_[place.item] = counters_[place.scope]++;
}

// In the order of the text, so that a line of many symbols is read once and not once for each.
void SummaryWriter::MeasureColumns(std::string_view text) {
  wide_columns_.resize(places_.size());
  uint32_t line_start = 0;
  uint32_t measured = 0;
  uint32_t units = 0;
  for (const Place& place : places_) {
    const uint32_t start = lines_.LineStart(lines_.LineOf(place.offset));
    if (start != line_start) {
      line_start = measured = start;
      units = 0;
    }
    units += Utf16Length(text.substr(measured, place.offset - measured));
    measured = place.offset;
    wide_columns_[place.item] = units;
  }
}

uint32_t SummaryWriter::StringIndex(uint32_t id) {
  uint32_t& index = string_index_[id];
  if (index == kNoRow) {
    index = static_cast<uint32_t>(strings_.size());
    strings_.push_back(id);
  }
  return index;
}

// + 1; 0 for none.
uint32_t SummaryWriter::DetailOffset(const SummaryDraft& draft, const DraftSymbol& symbol) {
  if (symbol.details_begin == symbol.details_end) return 0;
  record_.clear();
  for (uint32_t at = symbol.details_begin; at != symbol.details_end; ++at) {
    const DraftNumber& number = draft.details[at];
    const uint32_t string =
        number.string == kNoRow ? 0 : StringIndex(number.string) << number.shift;
    AppendVarint(record_, number.number | string);
  }
  const auto [place, is_new] =
      detail_offsets_.try_emplace(Hash64(record_), static_cast<uint32_t>(details_.size()));
  // Where two records share a hash, both are written.
  if (!is_new && std::string_view(details_).substr(place->second).starts_with(record_)) {
    return place->second + 1;
  }
  const uint32_t offset = static_cast<uint32_t>(details_.size());
  details_ += record_;
  return offset + 1;
}

void SummaryWriter::FillSymbols(const SummaryDraft& draft) {
  // Names first, so that a name's index and its symbol's row are close.
  for (uint32_t row = 0; row < rows_.size(); ++row) {
    column(Column::kSymbolName).push_back(row - StringIndex(draft.symbols[rows_[row]].name));
  }
  for (uint32_t row = 0; row < rows_.size(); ++row) {
    const DraftSymbol& symbol = draft.symbols[rows_[row]];
    const uint32_t bits = static_cast<uint32_t>(symbol.kind) |
                          (symbol.has_doc ? kTraitsDocBit : 0) |
                          symbol.flags.bits() << kTraitsFlagShift;
    const auto [traits, is_new] =
        traits_.try_emplace(bits, static_cast<uint32_t>(column(Column::kTraitsBits).size()));
    if (is_new) column(Column::kTraitsBits).push_back(bits);
    const uint32_t end_line = lines_.LineOf(symbol.end_offset);
    const uint32_t line = lines_.LineOf(symbol.offset);
    const uint32_t narrow = symbol.offset - lines_.LineStart(line);
    const uint32_t wide = wide_columns_[rows_[row]];
    column(Column::kSymbolTraits).push_back(traits->second);
    column(Column::kSymbolLine).push_back(line);
    column(Column::kSymbolColumn).push_back(narrow);
    const uint32_t more = end_line > line ? end_line - line : 0;
    column(Column::kSymbolLines).push_back(std::min(more, kManyLines));
    if (more >= kManyLines) {
      column(Column::kLongSymbol).push_back(row);
      column(Column::kLongLines).push_back(more);
    }
    column(Column::kSymbolOrder).push_back(ranks_[rows_[row]]);
    column(Column::kSymbolGuard).push_back(symbol.guard);
    column(Column::kSymbolDetail).push_back(DetailOffset(draft, symbol));
    if (wide != narrow) {
      column(Column::kWideSymbol).push_back(row);
      column(Column::kWideColumn).push_back(wide);
    }
  }
}

void SummaryWriter::FillColumns(const SummaryDraft& draft) {
  FillSymbols(draft);
  const uint32_t symbols = static_cast<uint32_t>(draft.symbols.size());
  for (uint32_t row = 0; row < draft.imports.size(); ++row) {
    const DraftImport& import = draft.imports[row];
    const auto plus_one = [&](uint32_t string) {
      return string == kNoRow ? 0 : StringIndex(string) + 1;
    };
    column(Column::kImportModule).push_back(StringIndex(import.module));
    column(Column::kImportName).push_back(plus_one(import.name));
    column(Column::kImportBinds).push_back(plus_one(import.binds));
    column(Column::kImportForm)
        .push_back((import.alias ? kImportAliasBit : 0) |
                   static_cast<uint32_t>(import.kind) << kImportScopeShift |
                   import.level << kImportLevelShift);
    column(Column::kImportLine).push_back(lines_.LineOf(import.offset));
    column(Column::kImportOrder).push_back(ranks_[symbols + row]);
    column(Column::kImportGuard).push_back(import.guard);
    column(Column::kImportOwner).push_back(import.owner == kNoRow ? 0 : row_of_[import.owner] + 1);
  }
  for (const DraftGuard& guard : draft.guards) {
    column(Column::kGuardParent).push_back(guard.parent);
    column(Column::kGuardForm).push_back(guard.kind);
    column(Column::kGuardTest).push_back(StringIndex(guard.test));
    column(Column::kGuardBranch).push_back(guard.branch);
  }
  for (const DraftExport& entry : draft.exports) {
    column(Column::kExportForm).push_back(entry.from_module ? 1 : 0);
    column(Column::kExportText).push_back(StringIndex(entry.text));
  }
  text_bytes_ = 0;
  for (size_t index = 0; index < strings_.size(); ++index) {
    const auto length = static_cast<uint32_t>(draft.strings[strings_[index]].size());
    if (index % kStringsPerBlock == 0)
      column(Column::kBlockBegin).push_back(static_cast<uint32_t>(text_bytes_));
    column(Column::kStringLength).push_back(length);
    text_bytes_ += length;
  }
}

void SummaryWriter::Pack(const SummaryDraft& draft) {
  ColumnWidths widths;
  std::array<uint32_t, kCountCount> counts;
  size_t count_index = 0;
  uint32_t all_counts = static_cast<uint32_t>(details_.size());
  size_t size = 0;
  for (size_t table = 0; table < kTableCount; ++table) {
    const ColumnRange range = kTableColumns[table];
    const auto rows = static_cast<uint32_t>(columns_[range.first].size());
    for (size_t at = range.first; at < range.last; ++at) {
      uint32_t all = 0;
      for (const uint32_t value : columns_[at]) all |= value;
      widths.words[at / 16] |= uint64_t{CellWidth(all)} << (at % 16 * 4);
    }
    // Every row takes a byte at least, so that a count cannot exceed the message's size.
    if (rows != 0 && widths.Stride(table) == 0) {
      widths.words[range.first / 16] |= uint64_t{1} << (range.first % 16 * 4);
    }
    size += size_t{rows} * widths.Stride(table);
    if (table == static_cast<size_t>(Table::kBlocks)) continue;
    counts[count_index++] = rows;
    all_counts |= rows;
  }
  counts[count_index] = static_cast<uint32_t>(details_.size());
  const uint32_t count_width = std::max(CellWidth(all_counts), 1u);
  size += kCountCount * count_width + std::max(details_.size() + text_bytes_, kMinTail);

  if (size > kMaxBlobBytes) return message_.clear();
  const size_t struct_words = 1 + capnp::sizeInWords<wire::Summary>();
  words_.assign(struct_words + (size + 7) / 8, 0);
  capnp::MallocMessageBuilder message(
      kj::arrayPtr(reinterpret_cast<capnp::word*>(words_.data()), words_.size()));
  auto summary = message.initRoot<wire::Summary>();
  summary.setWidths0(widths.words[0]);
  summary.setWidths1(widths.words[1]);
  summary.setVersion(kSummaryVersion);
  summary.setFlags(static_cast<uint16_t>((draft.has_doc ? kModuleHasDoc : 0) |
                                         (draft.has_all ? kModuleHasAll : 0) |
                                         (draft.all_complete ? kModuleAllComplete : 0)));
  summary.setCountWidth(static_cast<uint16_t>(count_width));
  char* at = summary.initData(static_cast<uint32_t>(size)).asChars().begin();
  for (const uint32_t count : counts) at = StoreCell(at, count, count_width);
  for (size_t index = 0; index < kColumnCount; ++index) {
    const uint32_t width = widths.of(index);
    for (const uint32_t value : columns_[index]) at = StoreCell(at, value, width);
  }
  at = std::copy(details_.begin(), details_.end(), at);
  for (const uint32_t id : strings_) {
    const std::string_view string = draft.strings[id];
    at = std::copy(string.begin(), string.end(), at);
  }
  // The builder clears the memory that it was given when it goes.
  const auto segment = message.getSegmentsForOutput()[0];
  message_.resize(segment.size());
  std::memcpy(message_.data(), segment.begin(), segment.size() * sizeof(capnp::word));
}

std::span<const uint64_t> SummaryWriter::Write(const SummaryDraft& draft, std::string_view text) {
  lines_.Reset(text);
  for (auto& cells : columns_) cells.clear();
  strings_.clear();
  string_index_.assign(draft.strings.size(), kNoRow);
  details_.clear();
  detail_offsets_.clear();
  traits_.clear();
  OrderRows(draft);
  RankBindings(draft);
  MeasureColumns(text);
  FillColumns(draft);
  Pack(draft);
  return message_;
}

}  // namespace coppice
