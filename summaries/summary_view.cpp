#include "summaries/summary_view.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>

#include <capnp/serialize.h>

#include "summaries/columns.h"
#include "summary.capnp.h"

namespace coppice {
namespace {

std::optional<uint32_t> MinusOne(uint32_t value) {
  if (value == 0) return std::nullopt;
  return value - 1;
}

// The first of the rows [first, last) for which `before(row)` does not hold; `last` if none.
template <class Before>
uint32_t PartitionRows(uint32_t first, uint32_t last, Before before) {
  while (first < last) {
    const uint32_t middle = first + (last - first) / 2;
    if (before(middle)) {
      first = middle + 1;
    } else {
      last = middle;
    }
  }
  return first;
}

// The value in `value_column` of the row whose `key_column`, which ascends, holds `key`.
template <Column key_column, Column value_column>
uint32_t Lookup(const Cells& cells, Table table, uint32_t key, uint32_t otherwise) {
  const uint32_t count = cells.rows(table);
  const uint32_t found =
      PartitionRows(0, count, [&](uint32_t row) { return cells.Get<key_column>(row) < key; });
  if (found == count || cells.Get<key_column>(found) != key) return otherwise;
  return cells.Get<value_column>(found);
}

}  // namespace

SummaryView::SummaryView(std::span<const std::byte> verified) {
  const auto summary = capnp::readMessageUnchecked<wire::Summary>(
      reinterpret_cast<const capnp::word*>(verified.data()));
  const auto* const data = reinterpret_cast<const std::byte*>(summary.getData().begin());
  const uint32_t count_width = summary.getCountWidth();
  cells_ = Cells(data + kCountCount * count_width,
                 ColumnWidths{{summary.getWidths0(), summary.getWidths1()}},
                 Counts::Read(data, count_width));
  flags_ = summary.getFlags();
}

uint32_t SummaryView::symbol_count() const { return cells_.rows(Table::kSymbols); }
uint32_t SummaryView::import_count() const { return cells_.rows(Table::kImports); }
uint32_t SummaryView::export_count() const { return cells_.rows(Table::kExports); }
std::string_view SummaryView::text(uint32_t string) const { return cells_.String(string); }
uint32_t SummaryView::string_count() const { return cells_.rows(Table::kStrings); }

bool SummaryView::has_doc() const { return (flags_ & kModuleHasDoc) != 0; }
bool SummaryView::has_all() const { return (flags_ & kModuleHasAll) != 0; }
bool SummaryView::all_complete() const { return (flags_ & kModuleAllComplete) != 0; }

uint32_t SummaryView::doc_count() const {
  uint32_t count = has_doc() ? 1 : 0;
  for (uint32_t row = 0; row < symbol_count(); ++row) count += symbol(row).has_doc() ? 1 : 0;
  return count;
}

std::string_view SummaryView::SymbolName(uint32_t row) const {
  return string(row - Get<Column::kSymbolName>(row));
}

Symbol SummaryView::symbol(uint32_t row) const& { return Symbol(this, row); }

Import SummaryView::import(uint32_t row) const {
  Import import;
  import.module = string(Get<Column::kImportModule>(row));
  if (const uint32_t name = Get<Column::kImportName>(row)) import.name = string(name - 1);
  if (const uint32_t binds = Get<Column::kImportBinds>(row)) {
    import.binds = string(binds - 1);
  } else if (import.name) {
    import.binds = *import.name;
  } else {
    import.binds = import.module.substr(0, import.module.find('.'));
  }
  const uint32_t form = Get<Column::kImportForm>(row);
  import.alias = (form & kImportAliasBit) != 0;
  import.scope = static_cast<ImportScope>(form >> kImportScopeShift & kImportScopeMask);
  import.level = form >> kImportLevelShift;
  import.line = Get<Column::kImportLine>(row);
  import.order = Get<Column::kImportOrder>(row);
  import.guard = MinusOne(Get<Column::kImportGuard>(row));
  import.owner = MinusOne(Get<Column::kImportOwner>(row));
  return import;
}

ImportScope SummaryView::import_scope(uint32_t row) const {
  return static_cast<ImportScope>(Get<Column::kImportForm>(row) >> kImportScopeShift &
                                  kImportScopeMask);
}

Export SummaryView::exported(uint32_t row) const {
  return {string(Get<Column::kExportText>(row)), Get<Column::kExportForm>(row) != 0};
}

RowRange SummaryView::ModuleSymbols() const {
  const uint32_t scopes = cells_.rows(Table::kScopes);
  return {0, scopes == 0 ? symbol_count() : Get<Column::kScopeFirst>(0)};
}

RowRange SummaryView::Members(uint32_t class_row) const {
  const uint32_t scopes = cells_.rows(Table::kScopes);
  const uint32_t scope = PartitionRows(
      0, scopes, [&](uint32_t row) { return Get<Column::kScopeOwner>(row) < class_row; });
  if (scope == scopes || Get<Column::kScopeOwner>(scope) != class_row) return {};
  return {Get<Column::kScopeFirst>(scope),
          scope + 1 == scopes ? symbol_count() : Get<Column::kScopeFirst>(scope + 1)};
}

std::optional<uint32_t> SummaryView::Owner(uint32_t row) const {
  const uint32_t scope = PartitionRows(0, cells_.rows(Table::kScopes), [&](uint32_t candidate) {
    return Get<Column::kScopeFirst>(candidate) <= row;
  });
  if (scope == 0) return std::nullopt;
  return Get<Column::kScopeOwner>(scope - 1);
}

RowRange SummaryView::FindSymbols(RowRange scope, std::string_view name) const {
  const uint32_t first =
      PartitionRows(scope.first, scope.last, [&](uint32_t row) { return SymbolName(row) < name; });
  if (first == scope.last || SymbolName(first) != name) return {first, first};
  // Mostly there is one, but there may be any number.
  const auto same = [&](uint32_t row) { return SymbolName(row) == name; };
  uint32_t known = first;
  uint32_t step = 1;
  for (; step < scope.last - known && same(known + step); step *= 2) known += step;
  return {first, PartitionRows(known + 1, known + std::min(step, scope.last - known), same)};
}

std::vector<uint32_t> SummaryView::RowsByPosition() const {
  std::vector<uint32_t> rows(symbol_count());
  std::iota(rows.begin(), rows.end(), 0u);
  const auto position = [&](uint32_t row) {
    return std::tuple(Get<Column::kSymbolLine>(row), Get<Column::kSymbolColumn>(row), row);
  };
  std::sort(rows.begin(), rows.end(),
            [&](uint32_t a, uint32_t b) { return position(a) < position(b); });
  return rows;
}

uint32_t SummaryView::guard_count() const { return cells_.rows(Table::kGuards); }

Guard SummaryView::guard(uint32_t row) const {
  return {static_cast<GuardKind>(Get<Column::kGuardForm>(row)), Get<Column::kGuardBranch>(row),
          string(Get<Column::kGuardTest>(row))};
}

std::optional<uint32_t> SummaryView::OuterGuard(uint32_t row) const {
  return MinusOne(Get<Column::kGuardParent>(row));
}

std::vector<Guard> SummaryView::guards(std::optional<uint32_t> innermost) const {
  std::vector<Guard> chain;
  for (std::optional<uint32_t> row = innermost; row; row = OuterGuard(*row)) {
    chain.push_back(guard(*row));
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

uint32_t SummaryView::WideColumn(uint32_t row, uint32_t narrow) const {
  return Lookup<Column::kWideSymbol, Column::kWideColumn>(cells_, Table::kWide, row, narrow);
}

uint32_t SummaryView::Lines(uint32_t row) const {
  const uint32_t lines = Get<Column::kSymbolLines>(row);
  if (lines != kManyLines) return lines;
  return Lookup<Column::kLongSymbol, Column::kLongLines>(cells_, Table::kLong, row, lines);
}

std::string_view Symbol::name() const { return view_->SymbolName(row_); }

namespace {

uint32_t Traits(const Cells& cells, uint32_t row) {
  return cells.Get<Column::kTraitsBits>(cells.Get<Column::kSymbolTraits>(row));
}

}  // namespace

SymbolKind Symbol::kind() const {
  return static_cast<SymbolKind>(Traits(view_->cells_, row_) & kTraitsKindMask);
}
SymbolFlags Symbol::flags() const {
  return SymbolFlags(Traits(view_->cells_, row_) >> kTraitsFlagShift);
}
bool Symbol::has_doc() const { return (Traits(view_->cells_, row_) & kTraitsDocBit) != 0; }

uint32_t Symbol::line() const { return view_->Get<Column::kSymbolLine>(row_); }
uint32_t Symbol::column() const { return view_->Get<Column::kSymbolColumn>(row_); }
uint32_t Symbol::utf16_column() const { return view_->WideColumn(row_, column()); }
uint32_t Symbol::end_line() const { return line() + view_->Lines(row_); }
uint32_t Symbol::order() const { return view_->Get<Column::kSymbolOrder>(row_); }
std::optional<uint32_t> Symbol::guard() const {
  return MinusOne(view_->Get<Column::kSymbolGuard>(row_));
}
std::optional<uint32_t> Symbol::owner() const { return view_->Owner(row_); }

std::string Symbol::qualname() const {
  std::array<uint32_t, kMaxScopeDepth + 1> path;
  size_t depth = 0;
  size_t length = 0;
  for (std::optional<uint32_t> row = row_; row; row = view_->Owner(*row)) {
    path[depth++] = *row;
    length += view_->SymbolName(*row).size() + 1;
  }
  std::string qualname;
  qualname.reserve(length);
  while (depth-- != 0) {
    if (!qualname.empty()) qualname += '.';
    qualname += view_->SymbolName(path[depth]);
  }
  return qualname;
}

}  // namespace coppice
