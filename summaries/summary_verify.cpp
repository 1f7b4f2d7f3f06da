// Whether bytes are a sound summary. Everything that the view's accessors rely on is checked here,
// once; they check nothing.

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <capnp/serialize.h>
#include <kj/exception.h>

#include "summaries/columns.h"
#include "summaries/summary_view.h"
#include "summaries/unicode.h"
#include "summaries/wire_bytes.h"
#include "summary.capnp.h"

namespace coppice {
namespace {

// Values of `column` plus 1 - `bias` are at most the rows of `target`: an index, or with a bias of
// one an index + 1 with 0 for none.
struct IndexColumn {
  Column column;
  Table target;
  uint32_t bias;
};

// Columns that are indices and nothing else. The others have their own checks below.
constexpr IndexColumn kIndexColumns[] = {
    {Column::kSymbolTraits, Table::kTraits, 0}, {Column::kSymbolGuard, Table::kGuards, 1},
    {Column::kGuardTest, Table::kStrings, 0},   {Column::kImportModule, Table::kStrings, 0},
    {Column::kImportName, Table::kStrings, 1},  {Column::kImportBinds, Table::kStrings, 1},
    {Column::kImportGuard, Table::kGuards, 1},  {Column::kImportOwner, Table::kSymbols, 1},
    {Column::kExportText, Table::kStrings, 0},
};

class Verifier {
 public:
  // The reason why `message` is not sound, or null.
  const char* Run(std::span<const std::byte> message) {
    if (const char* reason = ReadMessage(message)) return reason;
    if (const char* reason = LayOut()) return reason;
    return Any({&Verifier::Strings, &Verifier::Details, &Verifier::Indices, &Verifier::Symbols,
                &Verifier::Scopes, &Verifier::Guards, &Verifier::Others, &Verifier::Order});
  }
  bool unsupported() const { return unsupported_; }

 private:
  using Check = const char* (Verifier::*)();

  const char* Any(std::initializer_list<Check> checks) {
    for (const Check check : checks) {
      if (const char* reason = (this->*check)()) return reason;
    }
    return nullptr;
  }

  const char* ReadMessage(std::span<const std::byte> message) {
    if (reinterpret_cast<uintptr_t>(message.data()) % sizeof(capnp::word) != 0) {
      return "not aligned to 8 bytes";
    }
    if (message.empty() || message.size() % sizeof(capnp::word) != 0) return "no whole words";
    const kj::ArrayPtr<const capnp::word> words(
        reinterpret_cast<const capnp::word*>(message.data()), message.size() / sizeof(capnp::word));
    const char* reason = nullptr;
    const auto thrown = kj::runCatchingExceptions([&] { reason = ReadWords(words); });
    return thrown == nullptr ? reason : "no Cap'n Proto message";
  }

  const char* ReadWords(kj::ArrayPtr<const capnp::word> words) {
    capnp::ReaderOptions options;
    // Every word is visited by the canonical check and once more by the getters.
    options.traversalLimitInWords = 4 * words.size() + 64;
    options.nestingLimit = 4;
    const kj::ArrayPtr<const capnp::word> segments[] = {words};
    capnp::SegmentArrayMessageReader reader(segments, options);
    // The canonical form has no far pointers, which unchecked reading would not follow, and no
    // dead bytes.
    if (!reader.isCanonical()) return "no canonical Cap'n Proto message";
    const auto summary = reader.getRoot<wire::Summary>();
    if (summary.getVersion() != kSummaryVersion) {
      unsupported_ = true;
      return "another version of the summary format";
    }
    widths_ = ColumnWidths{{summary.getWidths0(), summary.getWidths1()}};
    count_width_ = summary.getCountWidth();
    if (summary.getFlags() > kModuleFlags) return "unknown flags";
    const auto data = summary.getData();
    data_ = {reinterpret_cast<const std::byte*>(data.begin()), data.size()};
    return nullptr;
  }

  const char* LayOut() {
    if (count_width_ == 0 || count_width_ > 4) return "counts of no width";
    const size_t count_bytes = kCountCount * count_width_;
    if (data_.size() < count_bytes + kMinTail) return "too short";
    const Counts counts = Counts::Read(data_.data(), count_width_);
    for (size_t column = 0; column < kColumnCount; ++column) {
      if (widths_.of(column) > (column == kNoColumn ? 0u : 4u)) return "column too wide";
    }
    uint64_t size = count_bytes;
    for (size_t table = 0; table < kTableCount; ++table) {
      const uint32_t stride = widths_.Stride(table);
      // Otherwise a count alone could make readers loop over billions of rows.
      if (counts.rows[table] != 0 && stride == 0) return "rows without cells";
      size += uint64_t{counts.rows[table]} * stride;
    }
    if (size + counts.detail_bytes > data_.size() || size + kMinTail > data_.size()) {
      return "tables larger than the message";
    }
    cells_ = Cells(data_.data() + count_bytes, widths_, counts);
    details_ = data_.subspan(size, counts.detail_bytes);
    behind_ = data_.subspan(size + counts.detail_bytes);
    return nullptr;
  }

  uint32_t rows(Table table) const { return cells_.rows(table); }
  template <Column column>
  uint32_t Get(uint32_t row) const {
    return cells_.Get<column>(row);
  }

  const char* Strings() {
    const std::string_view text(reinterpret_cast<const char*>(behind_.data()), behind_.size());
    const bool ascii = IsAscii(text);
    size_t begin = 0;
    for (uint32_t row = 0; row < rows(Table::kStrings); ++row) {
      if (row % kStringsPerBlock == 0 &&
          Get<Column::kBlockBegin>(row / kStringsPerBlock) != begin) {
        return "block of strings out of place";
      }
      const uint32_t length = Get<Column::kStringLength>(row);
      if (length > text.size() - begin) return "string out of range";
      if (!ascii && !IsUtf8(text.substr(begin, length))) return "string that is not UTF-8";
      begin += length;
    }
    const size_t used = details_.size() + begin;
    const auto rest = behind_.subspan(begin);
    const bool zero =
        std::all_of(rest.begin(), rest.end(), [](std::byte byte) { return byte == std::byte{0}; });
    return zero && rest.size() == std::max(used, kMinTail) - used ? nullptr
                                                                  : "text without strings";
  }

  // The next number of the details; none if it does not end in time or exceeds 32 bits.
  std::optional<uint32_t> Number() {
    const uint8_t* at = AsOctets(details_.data()) + detail_at_;
    uint64_t value = 0;
    const bool read = ReadVarint(at, AsOctets(details_.data()) + details_.size(), value);
    detail_at_ = static_cast<size_t>(at - AsOctets(details_.data()));
    if (!read || value > UINT32_MAX) return std::nullopt;
    return static_cast<uint32_t>(value);
  }

  bool StringIndices(uint64_t count) {
    for (; count != 0; --count) {
      const auto index = Number();
      if (!index || *index >= rows(Table::kStrings)) return false;
    }
    return true;
  }

  bool CountedStrings(uint64_t each = 1) {
    const auto count = Number();
    return count && StringIndices(*count * each);
  }

  bool Parameters(uint32_t count) {
    for (; count != 0; --count) {
      const auto head = Number();
      if (!head || (*head & kParameterKindMask) >= kParameterKindCount ||
          *head >> kParameterNameShift >= rows(Table::kStrings)) {
        return false;
      }
      const uint32_t texts = ((*head & kParameterAnnotationBit) != 0 ? 1u : 0u) +
                             ((*head & kParameterDefaultBit) != 0 ? 1u : 0u);
      if (!StringIndices(texts)) return false;
    }
    return true;
  }

  bool Record(uint32_t head) {
    const auto has = [&](uint32_t bit) { return (head & bit) != 0; };
    const uint32_t count = head >> kDetailCountShift;
    switch (static_cast<DetailForm>(head & kDetailFormMask)) {
      case DetailForm::kValue: {
        const uint32_t value = head >> kDetailValueShift;
        if (value > static_cast<uint32_t>(ValueForm::kText)) return false;
        const bool text = value == static_cast<uint32_t>(ValueForm::kText);
        return (!has(kDetailTypeParamsBit) || CountedStrings()) &&
               StringIndices((has(kDetailAnnotationBit) ? 1u : 0u) + (text ? 1u : 0u));
      }
      case DetailForm::kFunction:
        return (!has(kDetailDecoratorsBit) || CountedStrings()) &&
               (!has(kDetailTypeParamsBit) || CountedStrings()) && Parameters(count) &&
               StringIndices(has(kDetailReturnsBit) ? 1 : 0);
      case DetailForm::kClass:
        return (!has(kDetailDecoratorsBit) || CountedStrings()) &&
               (!has(kDetailTypeParamsBit) || CountedStrings()) && StringIndices(count) &&
               (!has(kDetailKeywordsBit) || CountedStrings(2));
    }
    return false;
  }

  // Records lie end to end; symbols may only refer to where one starts.
  const char* Details() {
    detail_forms_.assign(details_.size(), kNoRecord);
    while (detail_at_ < details_.size()) {
      const size_t start = detail_at_;
      const auto head = Number();
      if (!head || !Record(*head)) return "damaged detail record";
      detail_forms_[start] = static_cast<uint8_t>(*head & kDetailFormMask);
    }
    return nullptr;
  }

  template <size_t... index>
  bool IndicesInRange(std::index_sequence<index...>) const {
    return (IndexInRange<kIndexColumns[index].column>(kIndexColumns[index]) && ...);
  }

  template <Column column>
  bool IndexInRange(const IndexColumn& check) const {
    constexpr size_t kTable = TableOf(static_cast<size_t>(column));
    const uint64_t limit = uint64_t{rows(check.target)} + check.bias;
    for (uint32_t row = 0; row < rows(static_cast<Table>(kTable)); ++row) {
      if (Get<column>(row) >= limit) return false;
    }
    return true;
  }

  const char* Indices() {
    return IndicesInRange(std::make_index_sequence<std::size(kIndexColumns)>())
               ? nullptr
               : "index out of range";
  }

  SymbolKind Kind(uint32_t symbol) const {
    return static_cast<SymbolKind>(Get<Column::kTraitsBits>(Get<Column::kSymbolTraits>(symbol)) &
                                   kTraitsKindMask);
  }

  static DetailForm FormOf(SymbolKind kind) {
    if (kind == SymbolKind::kClass) return DetailForm::kClass;
    return kind == SymbolKind::kFunction ? DetailForm::kFunction : DetailForm::kValue;
  }

  const char* Symbols() {
    for (uint32_t row = 0; row < rows(Table::kTraits); ++row) {
      const uint32_t bits = Get<Column::kTraitsBits>(row);
      if ((bits & kTraitsKindMask) >= kSymbolKindCount ||
          bits >> kTraitsFlagShift >= uint32_t{1} << kSymbolFlagCount) {
        return "unknown kind or flag";
      }
    }
    for (uint32_t row = 0; row < rows(Table::kSymbols); ++row) {
      const uint32_t back = Get<Column::kSymbolName>(row);
      if (back > row || row - back >= rows(Table::kStrings)) return "name out of range";
      const uint32_t line = Get<Column::kSymbolLine>(row);
      if (line == 0 || Get<Column::kSymbolLines>(row) > UINT32_MAX - line) {
        return "line out of range";
      }
      const uint32_t detail = Get<Column::kSymbolDetail>(row);
      if (detail != 0 && (detail > details_.size() ||
                          detail_forms_[detail - 1] != static_cast<uint8_t>(FormOf(Kind(row))))) {
        return "no detail record where one should be";
      }
    }
    return nullptr;
  }

  const char* Scopes() {
    const uint32_t scopes = rows(Table::kScopes);
    std::vector<uint8_t> depths(scopes);
    uint32_t outer = 0;  // first scope that may hold the owner, which ascends
    for (uint32_t row = 0; row < scopes; ++row) {
      const uint32_t owner = Get<Column::kScopeOwner>(row);
      const uint32_t first = Get<Column::kScopeFirst>(row);
      if (first >= rows(Table::kSymbols) || owner >= first || Kind(owner) != SymbolKind::kClass) {
        return "members without a class";
      }
      if (row != 0 && (owner <= Get<Column::kScopeOwner>(row - 1) ||
                       first <= Get<Column::kScopeFirst>(row - 1))) {
        return "scopes out of order";
      }
      while (outer < row && Get<Column::kScopeFirst>(outer) <= owner) ++outer;
      depths[row] = static_cast<uint8_t>(outer == 0 ? 1 : depths[outer - 1] + 1);
      if (depths[row] > kMaxScopeDepth) return "classes nested too deep";
    }
    return nullptr;
  }

  const char* Guards() {
    std::vector<uint8_t> depths(rows(Table::kGuards));
    for (uint32_t row = 0; row < rows(Table::kGuards); ++row) {
      if (Get<Column::kGuardForm>(row) >= kGuardKindCount) return "unknown kind of guard";
      const uint32_t parent = Get<Column::kGuardParent>(row);
      if (parent > row) return "guard before its parent";
      depths[row] = static_cast<uint8_t>(parent == 0 ? 1 : depths[parent - 1] + 1);
      if (depths[row] > kMaxGuardDepth) return "guards nested too deep";
    }
    return nullptr;
  }

  template <Column column>
  bool AscendingSymbols() const {
    const uint32_t count = rows(static_cast<Table>(TableOf(static_cast<size_t>(column))));
    for (uint32_t row = 0; row < count; ++row) {
      const uint32_t symbol = Get<column>(row);
      if (symbol >= rows(Table::kSymbols) || (row != 0 && symbol <= Get<column>(row - 1))) {
        return false;
      }
    }
    return true;
  }

  const char* Others() {
    for (uint32_t row = 0; row < rows(Table::kImports); ++row) {
      const uint32_t scope = Get<Column::kImportForm>(row) >> kImportScopeShift & kImportScopeMask;
      if (scope >= kImportScopeCount) return "unknown scope of an import";
    }
    for (uint32_t row = 0; row < rows(Table::kExports); ++row) {
      if (Get<Column::kExportForm>(row) > 1) return "unknown form of an export";
    }
    if (!AscendingSymbols<Column::kWideSymbol>() || !AscendingSymbols<Column::kLongSymbol>()) {
      return "rows out of order";
    }
    for (uint32_t row = 0; row < rows(Table::kLong); ++row) {
      const uint32_t line = Get<Column::kSymbolLine>(Get<Column::kLongSymbol>(row));
      if (Get<Column::kLongLines>(row) > UINT32_MAX - line) return "line out of range";
    }
    return nullptr;
  }

  std::string_view Name(uint32_t symbol) const {
    return cells_.String(symbol - Get<Column::kSymbolName>(symbol));
  }

  // Lookup by name bisects.
  const char* Order() {
    uint32_t scope = 0;
    for (uint32_t row = 1; row < rows(Table::kSymbols); ++row) {
      if (scope < rows(Table::kScopes) && Get<Column::kScopeFirst>(scope) == row) {
        ++scope;
      } else if (Name(row) < Name(row - 1)) {
        return "symbols out of order";
      }
    }
    return nullptr;
  }

  static constexpr uint8_t kNoRecord = 0xff;
  static constexpr size_t kNoColumn = 15;

  ColumnWidths widths_;
  uint32_t count_width_ = 0;
  Cells cells_;
  std::span<const std::byte> data_;
  std::span<const std::byte> details_;
  std::span<const std::byte> behind_;  // behind the details: text and fill
  size_t detail_at_ = 0;
  std::vector<uint8_t> detail_forms_;  // per byte of the details: form of the record that starts
  bool unsupported_ = false;
};

}  // namespace

Result<void> SummaryView::Verify(std::span<const std::byte> message) {
  Verifier verifier;
  const char* reason = verifier.Run(message);
  if (reason == nullptr) return {};
  const ErrorCode code =
      verifier.unsupported() ? ErrorCode::kUnsupportedVersion : ErrorCode::kDamaged;
  return Error{code, std::string("damaged summary: ") + reason};
}

}  // namespace coppice
