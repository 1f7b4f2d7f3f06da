#include "summaries/pack_format.h"

#include "summaries/wire_bytes.h"

namespace coppice::pack_format {
namespace {

constexpr std::size_t kHeaderChecksumAt = 56;

void AppendText(std::string& out, std::string_view text) {
  AppendCell(out, text.size(), 4);
  out += text;
}

// Takes bytes from the front until they run out; then everything is zero and `ok` false.
class Cursor {
 public:
  explicit Cursor(std::span<const std::byte> bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  std::span<const std::byte> rest() const { return rest_; }

  std::span<const std::byte> Take(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      return {};
    }
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  std::uint64_t Cell(unsigned width) {
    const auto taken = Take(width);
    return taken.empty() ? 0 : LoadCell(taken.data(), width);
  }
  std::uint32_t Cell32() { return static_cast<std::uint32_t>(Cell(4)); }
  std::uint8_t Cell8() { return static_cast<std::uint8_t>(Cell(1)); }
  std::string_view Text() {
    const auto taken = Take(Cell32());
    return {AsChars(taken.data()), taken.size()};
  }

 private:
  std::span<const std::byte> rest_;
  bool ok_ = true;
};

bool SectionsFollowEachOther(const TableOfContents& toc, std::uint64_t end) {
  std::uint64_t at = kHeaderBytes;
  for (const Extent& section : toc.sections) {
    if (section.offset != at || section.offset > end || section.size > end - section.offset) {
      return false;
    }
    at = section.offset + section.size;
    const std::uint64_t excess = at % kSectionAlignment;
    if (excess != 0) at += kSectionAlignment - excess;
  }
  return at == end;
}

bool WidthsAreValid(const TableOfContents& toc) {
  for (std::uint32_t column = 0; column < kRowColumnCount; ++column) {
    const unsigned width = toc.column_widths[column];
    const bool hash = column <= kSummaryChecksum;
    const bool narrow = column == kSourceBytes || column == kLines || column == kRoot;
    if (hash ? width != 8 : width > (column == kFlags ? 1 : narrow ? 4 : 8)) return false;
  }
  return toc.module_bucket_width <= 4 && toc.module_id_width <= 4 && toc.name_bucket_width <= 8;
}

bool SectionsHoldWhatCountsSay(const TableOfContents& toc) {
  const auto size = [&toc](Section section) { return toc.sections[section].size; };
  if (toc.importable_count > toc.module_count || toc.module_count > kMaxModules ||
      toc.name_count > size(kNames)) {
    return false;
  }
  std::uint64_t row_bytes = 0;
  for (const std::uint8_t width : toc.column_widths) row_bytes += width;
  const bool has_docs = (toc.flags & kTocHasDocs) != 0;
  return toc.module_bucket_bits == BucketBits(toc.importable_count, kModuleBucketFill) &&
         toc.name_bucket_bits == BucketBits(toc.name_count, kNameBucketFill) &&
         size(kSummaries) % 8 == 0 && size(kDocsBlocks) % kDocsBlockRowBytes == 0 &&
         size(kModules) == row_bytes * toc.module_count &&
         size(kModuleOrder) == ModuleOrderBytes(toc) * toc.importable_count &&
         size(kModuleBuckets) == std::uint64_t{toc.module_bucket_width} << toc.module_bucket_bits &&
         size(kNameBuckets) == std::uint64_t{toc.name_bucket_width} << toc.name_bucket_bits &&
         toc.docs_raw_bytes <= size(kDocsBlocks) / kDocsBlockRowBytes * kMaxDocsBlockBytes &&
         (has_docs || (size(kDocs) == 0 && size(kDocsBlocks) == 0));
}

bool RootsAreValid(const TableOfContents& toc) {
  for (std::size_t index = 1; index < toc.roots.size(); ++index) {
    if (toc.roots[index - 1] >= toc.roots[index]) return false;
  }
  return toc.roots.size() <= toc.module_count && toc.roots.empty() == (toc.module_count == 0);
}

}  // namespace

unsigned BucketBits(std::uint64_t entries, std::uint64_t fill) {
  unsigned bits = 0;
  while (entries > fill) {
    entries = entries / 2 + entries % 2;
    ++bits;
  }
  return bits;
}

std::string EncodeHeader(const Header& header) {
  std::string out(kMagic);
  AppendCell(out, header.format_version, 4);
  AppendCell(out, header.schema_version, 4);
  AppendCell(out, header.file_bytes, 8);
  AppendCell(out, header.toc_offset, 8);
  AppendCell(out, header.toc_bytes, 8);
  AppendCell(out, header.toc_hash.low, 8);
  AppendCell(out, header.toc_hash.high, 8);
  AppendCell(out, Hash64(out), 8);
  return out;
}

std::optional<Header> DecodeHeader(std::span<const std::byte> bytes) {
  if (bytes.size() < kHeaderBytes || !StartsWithMagic(bytes)) return std::nullopt;
  Cursor cursor(bytes.subspan(kMagic.size()));
  Header header;
  header.format_version = cursor.Cell32();
  header.schema_version = cursor.Cell32();
  header.file_bytes = cursor.Cell(8);
  header.toc_offset = cursor.Cell(8);
  header.toc_bytes = cursor.Cell(8);
  header.toc_hash.low = cursor.Cell(8);
  header.toc_hash.high = cursor.Cell(8);
  if (cursor.Cell(8) != Hash64(bytes.first(kHeaderChecksumAt))) return std::nullopt;
  return header;
}

bool StartsWithMagic(std::span<const std::byte> bytes) {
  return bytes.size() >= kMagic.size() &&
         std::string_view(AsChars(bytes.data()), kMagic.size()) == kMagic;
}

std::string EncodeToc(const TableOfContents& toc) {
  std::string out;
  AppendCell(out, toc.flags, 4);
  AppendCell(out, toc.module_count, 4);
  AppendCell(out, toc.importable_count, 4);
  AppendCell(out, toc.module_bucket_bits, 1);
  AppendCell(out, toc.name_bucket_bits, 1);
  AppendCell(out, toc.module_bucket_width, 1);
  AppendCell(out, toc.module_id_width, 1);
  AppendCell(out, toc.name_bucket_width, 1);
  for (const std::uint8_t width : toc.column_widths) AppendCell(out, width, 1);
  AppendCell(out, toc.name_count, 8);
  AppendCell(out, toc.posting_count, 8);
  AppendCell(out, toc.docs_raw_bytes, 8);
  AppendCell(out, toc.source_bytes, 8);
  AppendCell(out, toc.line_count, 8);
  for (const Extent& section : toc.sections) {
    AppendCell(out, section.offset, 8);
    AppendCell(out, section.size, 8);
  }
  AppendText(out, toc.producer);
  AppendCell(out, toc.roots.size(), 4);
  for (const std::string_view root : toc.roots) AppendText(out, root);
  out.append(AsChars(toc.block_checksums.data()), toc.block_checksums.size());
  return out;
}

std::optional<TableOfContents> DecodeToc(std::span<const std::byte> bytes, std::uint64_t end) {
  Cursor cursor(bytes);
  TableOfContents toc;
  toc.flags = cursor.Cell32();
  toc.module_count = cursor.Cell32();
  toc.importable_count = cursor.Cell32();
  toc.module_bucket_bits = cursor.Cell8();
  toc.name_bucket_bits = cursor.Cell8();
  toc.module_bucket_width = cursor.Cell8();
  toc.module_id_width = cursor.Cell8();
  toc.name_bucket_width = cursor.Cell8();
  for (std::uint8_t& width : toc.column_widths) width = cursor.Cell8();
  toc.name_count = cursor.Cell(8);
  toc.posting_count = cursor.Cell(8);
  toc.docs_raw_bytes = cursor.Cell(8);
  toc.source_bytes = cursor.Cell(8);
  toc.line_count = cursor.Cell(8);
  for (Extent& section : toc.sections) {
    section.offset = cursor.Cell(8);
    section.size = cursor.Cell(8);
  }
  toc.producer = cursor.Text();
  const std::uint32_t root_count = cursor.Cell32();
  // A root takes at least its length, so that the count is bounded by bytes that are there.
  if (!cursor.ok() || root_count > cursor.rest().size() / 4) return std::nullopt;
  toc.roots.reserve(root_count);
  for (std::uint32_t index = 0; index < root_count; ++index) toc.roots.push_back(cursor.Text());
  toc.block_checksums = cursor.rest();
  if (!cursor.ok() || (toc.flags & ~kTocHasDocs) != 0 || !WidthsAreValid(toc) ||
      !SectionsFollowEachOther(toc, end) || !SectionsHoldWhatCountsSay(toc) ||
      !RootsAreValid(toc)) {
    return std::nullopt;
  }
  std::uint64_t blocks = 0;
  for (std::uint32_t section = 0; section < kSectionCount; ++section) {
    if (HasBlockChecksums(section)) blocks += BlockCount(toc.sections[section].size);
  }
  if (toc.block_checksums.size() != blocks * 8) return std::nullopt;
  return toc;
}

}  // namespace coppice::pack_format
