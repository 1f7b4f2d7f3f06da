#include "bench/summary_parts.h"

#include <capnp/serialize.h>

#include <array>

#include "summaries/columns.h"
#include "summary.capnp.h"

namespace coppice {
namespace {

struct NamedColumn {
  Column column;
  std::string_view name;
};

constexpr NamedColumn kNames[] = {
    {Column::kStringLength, "strings.length"}, {Column::kBlockBegin, "blocks.begin"},
    {Column::kSymbolName, "symbols.name"},     {Column::kSymbolTraits, "symbols.traits"},
    {Column::kSymbolLine, "symbols.line"},     {Column::kSymbolColumn, "symbols.column"},
    {Column::kSymbolLines, "symbols.lines"},   {Column::kSymbolOrder, "symbols.order"},
    {Column::kSymbolGuard, "symbols.guard"},   {Column::kSymbolDetail, "symbols.detail"},
    {Column::kScopeOwner, "scopes.owner"},     {Column::kScopeFirst, "scopes.first"},
    {Column::kTraitsBits, "traits.bits"},      {Column::kLongSymbol, "long.symbol"},
    {Column::kLongLines, "long.lines"},        {Column::kGuardParent, "guards.parent"},
    {Column::kGuardForm, "guards.form"},       {Column::kGuardTest, "guards.test"},
    {Column::kGuardBranch, "guards.branch"},   {Column::kImportModule, "imports.module"},
    {Column::kImportName, "imports.name"},     {Column::kImportBinds, "imports.binds"},
    {Column::kImportForm, "imports.form"},     {Column::kImportLine, "imports.line"},
    {Column::kImportOrder, "imports.order"},   {Column::kImportGuard, "imports.guard"},
    {Column::kImportOwner, "imports.owner"},   {Column::kExportForm, "exports.form"},
    {Column::kExportText, "exports.text"},     {Column::kWideSymbol, "wide.symbol"},
    {Column::kWideColumn, "wide.column"},
};
static_assert(std::size(kNames) == kColumnCount - 1);

}  // namespace

std::vector<std::pair<std::string_view, size_t>> SummaryParts(std::span<const std::byte> verified) {
  const auto summary = capnp::readMessageUnchecked<wire::Summary>(
      reinterpret_cast<const capnp::word*>(verified.data()));
  const ColumnWidths widths{{summary.getWidths0(), summary.getWidths1()}};
  const auto* const data = reinterpret_cast<const std::byte*>(summary.getData().begin());
  const uint32_t count_width = summary.getCountWidth();
  const Counts counts = Counts::Read(data, count_width);
  const Cells cells(data + kCountCount * count_width, widths, counts);
  std::vector<std::pair<std::string_view, size_t>> parts;
  size_t tables = 0;
  for (const NamedColumn& column : kNames) {
    const size_t index = static_cast<size_t>(column.column);
    parts.emplace_back(column.name, size_t{counts.rows[TableOf(index)]} * widths.of(index));
    tables += parts.back().second;
  }
  size_t text = 0;
  for (uint32_t i = 0; i < cells.rows(Table::kStrings); ++i) {
    text += cells.Get<Column::kStringLength>(i);
  }
  const size_t details = counts.detail_bytes;
  parts.emplace_back("details", details);
  parts.emplace_back("text", text);
  parts.emplace_back("frame", verified.size() - tables - details - text);
  return parts;
}

}  // namespace coppice
