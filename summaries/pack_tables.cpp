#include "summaries/pack_tables.h"

#include <algorithm>

#include "summaries/wire_bytes.h"

namespace coppice {
namespace {

using namespace pack_format;

// Of a table of ends: where entry `index` begins and ends. False if the table is damaged, or if the
// entry is none within `limit`.
bool ReadEnds(const CheckedSection& table, std::uint64_t index, unsigned width, std::uint64_t limit,
              std::uint64_t& begin, std::uint64_t& end) {
  const std::uint64_t first = index == 0 ? 0 : index - 1;
  const std::byte* const cells = table.Get(first * width, (index - first + 1) * width);
  if (cells == nullptr) return false;
  begin = index == 0 ? 0 : LoadCell(cells, width);
  end = LoadCell(cells + (index - first) * width, width);
  return begin <= end && end <= limit;
}

}  // namespace

PackInfo MakePackInfo(const Header& header, const TableOfContents& toc) {
  PackInfo info;
  const auto size = [&toc](Section section) { return toc.sections[section].size; };
  info.format_version = header.format_version;
  info.schema_version = header.schema_version;
  info.producer = toc.producer;
  info.identity = header.toc_hash;
  info.pack_bytes = header.file_bytes;
  info.summary_bytes = size(kSummaries);
  info.docs_bytes = size(kDocs) + size(kDocsBlocks);
  info.module_bytes = size(kPaths) + size(kModules) + size(kModuleBuckets) + size(kModuleOrder);
  info.name_bytes = size(kNames) + size(kNameBuckets);
  info.docs_raw_bytes = toc.docs_raw_bytes;
  info.module_count = toc.module_count;
  info.name_count = toc.name_count;
  info.posting_count = toc.posting_count;
  info.source_bytes = toc.source_bytes;
  info.line_count = toc.line_count;
  info.has_docs = (toc.flags & kTocHasDocs) != 0;
  return info;
}

Result<void> PackTables::Load() {
  const auto bytes = file.bytes();
  if (!StartsWithMagic(bytes)) {
    return Error{ErrorCode::kDamaged, label + ": is not a pack"};
  }
  const auto decoded = DecodeHeader(bytes);
  if (!decoded) return Damaged("the header");
  header = *decoded;
  if (header.format_version != kFormatVersion || header.schema_version != kSchemaVersion) {
    return Error{ErrorCode::kUnsupportedVersion,
                 label + ": is a pack of format " + std::to_string(header.format_version) +
                     ", schema " + std::to_string(header.schema_version) + "; this program reads " +
                     std::to_string(kFormatVersion) + ", " + std::to_string(kSchemaVersion)};
  }
  if (header.file_bytes != bytes.size()) {
    return Error{ErrorCode::kDamaged, label + ": the pack is damaged: it has " +
                                          std::to_string(bytes.size()) + " bytes, but " +
                                          std::to_string(header.file_bytes) + " were written"};
  }
  if (header.toc_offset > bytes.size() || header.toc_bytes != bytes.size() - header.toc_offset) {
    return Damaged("the header");
  }
  const auto toc_bytes = bytes.subspan(header.toc_offset);
  if (HashContent(toc_bytes) != header.toc_hash) return Damaged("the table of contents");
  auto contents = DecodeToc(toc_bytes, header.toc_offset);
  if (!contents) return Damaged("the table of contents");
  toc = std::move(*contents);

  const std::byte* checksums = toc.block_checksums.data();
  for (std::uint32_t section = 0; section < kSectionCount; ++section) {
    if (!HasBlockChecksums(section)) continue;
    const auto section_bytes = SectionBytes(Section(section));
    sections[section] = CheckedSection(section_bytes, checksums);
    checksums += BlockCount(section_bytes.size()) * 8;
  }
  for (std::uint32_t column = 0; column < kRowColumnCount; ++column) {
    column_offsets[column] = static_cast<unsigned>(row_bytes);
    row_bytes += toc.column_widths[column];
  }
  summaries_intact = ConcurrentBits(toc.module_count);
  summaries_sound = ConcurrentBits(toc.module_count);

  info = MakePackInfo(header, toc);
  return {};
}

Error PackTables::Damaged(std::string_view what) const {
  return {ErrorCode::kDamaged, label + ": the pack is damaged: " + std::string(what) +
                                   " does not match what was written"};
}

Error PackTables::DamagedModule(std::uint32_t id, std::string_view what) const {
  std::string module = "module " + std::to_string(id);
  if (const auto row = Row(id)) {
    module += " (" + std::string(toc.roots[row->cells[kRoot]]) + "/" + std::string(row->path) + ")";
  }
  return Damaged(std::string(what) + " of " + module);
}

std::span<const std::byte> PackTables::SectionBytes(Section section) const {
  return file.bytes().subspan(toc.sections[section].offset, toc.sections[section].size);
}

Result<ModuleRow> PackTables::Row(std::uint32_t id) const {
  const std::uint64_t first = id == 0 ? 0 : id - 1;
  const std::byte* const before =
      sections[kModules].Get(first * row_bytes, (id - first + 1) * row_bytes);
  const auto damaged = [&] {
    return Damaged("row " + std::to_string(id) + " of the module table");
  };
  if (before == nullptr) return damaged();
  const std::byte* const cells = before + (id - first) * row_bytes;

  ModuleRow row;
  for (std::uint32_t column = 0; column < kRowColumnCount; ++column) {
    row.cells[column] = LoadCell(cells + column_offsets[column], toc.column_widths[column]);
  }
  // The part of a section that is the row's, from the end of the row before to its own.
  const auto part = [&](RowColumn column, std::uint64_t limit, std::uint64_t& begin,
                        std::uint64_t& size) {
    begin = id == 0 ? 0 : LoadCell(before + column_offsets[column], toc.column_widths[column]);
    const std::uint64_t end = row.cells[column];
    size = end - begin;
    return begin <= end && end <= limit;
  };
  std::uint64_t path_begin = 0;
  std::uint64_t path_size = 0;
  if (!part(kPathEnd, toc.sections[kPaths].size, path_begin, path_size) ||
      !part(kSummaryEnd, toc.sections[kSummaries].size / 8, row.summary_begin, row.summary_size) ||
      !part(kDocsEnd, toc.docs_raw_bytes, row.docs_begin, row.docs_size) ||
      row.cells[kRoot] >= toc.roots.size() || (row.cells[kFlags] & ~kFlagsMask) != 0 ||
      (row.cells[kFlags] & kFlagSyntaxMask) == kFlagSyntaxMask) {
    return damaged();
  }
  row.summary_begin *= 8;
  row.summary_size *= 8;
  const std::byte* const path = sections[kPaths].Get(path_begin, path_size);
  if (path == nullptr) return Damaged("the path of module " + std::to_string(id));
  row.path = {AsChars(path), static_cast<std::size_t>(path_size)};
  return row;
}

const char* PackTables::Path(std::uint32_t id, std::size_t& size) const {
  const std::uint64_t first = id == 0 ? 0 : id - 1;
  const std::byte* const rows =
      sections[kModules].Get(first * row_bytes, (id - first + 1) * row_bytes);
  if (rows == nullptr) return nullptr;
  const std::byte* const cells = rows + column_offsets[kPathEnd];
  const unsigned width = toc.column_widths[kPathEnd];
  const std::uint64_t begin = id == 0 ? 0 : LoadCell(cells, width);
  const std::uint64_t end = LoadCell(cells + (id - first) * row_bytes, width);
  if (begin > end) return nullptr;
  const std::byte* const path = sections[kPaths].Get(begin, end - begin);
  if (path == nullptr) return nullptr;
  size = static_cast<std::size_t>(end - begin);
  return AsChars(path);
}

Result<PackTables::Bucket> PackTables::NameBucket(std::uint64_t index) const {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  if (ReadEnds(sections[kNameBuckets], index, toc.name_bucket_width, sections[kNames].size(), begin,
               end)) {
    if (const std::byte* const bytes = sections[kNames].Get(begin, end - begin)) {
      return Bucket{AsOctets(bytes), AsOctets(bytes) + (end - begin), end};
    }
  }
  return Damaged("a bucket of the name dictionary");
}

Result<PackTables::OrderRange> PackTables::ModuleBucket(std::uint64_t index) const {
  OrderRange range;
  if (!ReadEnds(sections[kModuleBuckets], index, toc.module_bucket_width, toc.importable_count,
                range.first, range.last)) {
    return Damaged("the lookup of modules by name");
  }
  return range;
}

Result<DocsBlock> PackTables::GetDocsBlock(std::uint64_t index) const {
  const std::uint64_t first = index == 0 ? 0 : index - 1;
  const std::byte* const before = sections[kDocsBlocks].Get(
      first * kDocsBlockRowBytes, (index - first + 1) * kDocsBlockRowBytes);
  if (before == nullptr) return Damaged("the table of docstring blocks");
  const std::byte* const row = before + (index - first) * kDocsBlockRowBytes;
  DocsBlock block;
  block.raw_begin = index == 0 ? 0 : LoadCell(before, 8);
  block.raw_end = LoadCell(row, 8);
  const std::uint64_t begin = index == 0 ? 0 : LoadCell(before + 8, 8);
  const std::uint64_t end = LoadCell(row + 8, 8);
  block.checksum = LoadCell(row + 16, 8);
  if (block.raw_begin >= block.raw_end || block.raw_end - block.raw_begin > kMaxDocsBlockBytes ||
      block.raw_end > toc.docs_raw_bytes || begin > end || end > toc.sections[kDocs].size) {
    return Damaged("the table of docstring blocks");
  }
  block.compressed = SectionBytes(kDocs).subspan(begin, end - begin);
  return block;
}

}  // namespace coppice
