#include "tests/summaries/pack_repair.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

#include "summaries/hash.h"
#include "summaries/pack_format.h"
#include "summaries/wire_bytes.h"

namespace coppice::test {
namespace {

namespace format = pack_format;

class Repairer {
 public:
  explicit Repairer(std::string bytes) : bytes_(std::move(bytes)) {}

  std::string Run() && {
    if (bytes_.size() < format::kHeaderBytes) return std::move(bytes_);
    const std::uint64_t toc_offset = Get(24, 8);
    if (toc_offset <= bytes_.size()) {
      const auto all = std::as_bytes(std::span(bytes_));
      if (const auto toc = format::DecodeToc(all.subspan(toc_offset), toc_offset)) {
        const std::uint64_t checksums = bytes_.size() - toc->block_checksums.size();
        RepairSummaries(*toc);
        RepairDocs(*toc);
        RepairBlocks(*toc, checksums);
      }
      const Hash128 hash = HashContent(Piece(toc_offset, bytes_.size() - toc_offset));
      Set(40, hash.low);
      Set(48, hash.high);
    }
    Set(56, Hash64(Piece(0, 56)));
    return std::move(bytes_);
  }

 private:
  std::uint64_t Get(std::uint64_t at, unsigned width) const {
    return LoadCell(reinterpret_cast<const std::byte*>(bytes_.data()) + at, width);
  }
  void Set(std::uint64_t at, std::uint64_t value) {
    std::string cell;
    AppendCell(cell, value, 8);
    bytes_.replace(at, 8, cell);
  }
  std::string_view Piece(std::uint64_t at, std::uint64_t size) const {
    return std::string_view(bytes_).substr(at, size);
  }
  // Of a part of a section, as far as it lies there.
  std::uint64_t HashPart(format::Extent section, std::uint64_t begin, std::uint64_t end) const {
    begin = std::min(begin, section.size);
    end = std::clamp(end, begin, section.size);
    return Hash64(Piece(section.offset + begin, end - begin));
  }

  void RepairSummaries(const format::TableOfContents& toc) {
    std::uint64_t row_bytes = 0;
    for (const std::uint8_t width : toc.column_widths) row_bytes += width;
    std::uint64_t end = 0;
    for (std::uint32_t id = 0; id < toc.module_count; ++id) {
      const std::uint64_t row = toc.sections[format::kModules].offset + id * row_bytes;
      const std::uint64_t begin = end;
      end = 8 * Get(row + 32 + toc.column_widths[format::kPathEnd],
                    toc.column_widths[format::kSummaryEnd]);
      Set(row + 24, HashPart(toc.sections[format::kSummaries], begin, end));
    }
  }

  void RepairDocs(const format::TableOfContents& toc) {
    const format::Extent rows = toc.sections[format::kDocsBlocks];
    std::uint64_t end = 0;
    for (std::uint64_t at = 0; at < rows.size; at += format::kDocsBlockRowBytes) {
      const std::uint64_t begin = end;
      end = Get(rows.offset + at + 8, 8);
      Set(rows.offset + at + 16, HashPart(toc.sections[format::kDocs], begin, end));
    }
  }

  void RepairBlocks(const format::TableOfContents& toc, std::uint64_t checksum) {
    for (std::uint32_t section = 0; section < format::kSectionCount; ++section) {
      if (!format::HasBlockChecksums(section)) continue;
      const format::Extent extent = toc.sections[section];
      for (std::uint64_t at = 0; at < extent.size; at += format::kBlockBytes, checksum += 8) {
        Set(checksum, HashPart(extent, at, at + format::kBlockBytes));
      }
    }
  }

  std::string bytes_;
};

}  // namespace

std::string RepairChecksums(std::string bytes) { return Repairer(std::move(bytes)).Run(); }

}  // namespace coppice::test
