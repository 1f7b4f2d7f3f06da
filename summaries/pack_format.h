// Where things are in a pack's file. docs/pack.md describes the same for people.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "summaries/columns.h"
#include "summaries/hash.h"

namespace coppice::pack_format {

// Not text, not valid UTF-8, and damaged by whatever changes line ends.
inline constexpr std::string_view kMagic{
    "\x89"
    "CPK\r\n\x1a\n",
    8};
inline constexpr std::uint32_t kFormatVersion = 1;
// Of the summaries: a reader understands one.
inline constexpr std::uint32_t kSchemaVersion = kSummaryVersion;

inline constexpr std::size_t kHeaderBytes = 64;
inline constexpr std::size_t kSectionAlignment = 8;
// Of the sections with block checksums: what is checked at once on first use.
inline constexpr std::size_t kBlockBytes = 4096;
// Docstrings decompressed at once, at most.
inline constexpr std::size_t kMaxDocsBlockBytes = std::size_t{256} << 10;
// A cell for each block of docstrings: end in the raw stream, end in the section, checksum.
inline constexpr std::size_t kDocsBlockRowBytes = 24;
inline constexpr std::uint32_t kMaxModules = 0x7fffffff;
// Entries that a bucket holds on average, at most. A module's entry costs a comparison with a path
// elsewhere in the file, a name's lies in the bucket itself.
inline constexpr std::uint64_t kModuleBucketFill = 2;
inline constexpr std::uint64_t kNameBucketFill = 8;

enum Section : std::uint32_t {
  kSummaries,
  kDocs,
  kDocsBlocks,
  kPaths,
  kModules,
  kModuleBuckets,
  kModuleOrder,
  kNames,
  kNameBuckets,
  kSectionCount,
};

// The summaries and docstrings have checksums of their own for each summary and docs block.
constexpr bool HasBlockChecksums(std::uint32_t section) { return section >= kDocsBlocks; }

// Columns of a row of the module table. Ends are those of the row's part of a section; it begins
// where the part of the row before ends.
enum RowColumn : std::uint32_t {
  kContentLow,
  kContentHigh,
  kInterface,
  kSummaryChecksum,
  kPathEnd,     // in kPaths
  kSummaryEnd,  // in kSummaries, in words of 8 bytes
  kDocsEnd,     // in the raw stream of docstrings
  kSourceBytes,
  kLines,
  kRoot,
  kFlags,
  kRowColumnCount,
};

// Flags of a module: bits 0 and 1 are the SyntaxState.
inline constexpr std::uint64_t kFlagSyntaxMask = 3;
inline constexpr std::uint64_t kFlagImportable = 4;  // has a dotted name, and is in kModuleOrder
inline constexpr std::uint64_t kFlagsMask = 7;

struct Extent {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

struct TableOfContents {
  std::uint32_t flags = 0;
  std::uint32_t module_count = 0;
  std::uint32_t importable_count = 0;
  std::uint8_t module_bucket_bits = 0;
  std::uint8_t name_bucket_bits = 0;
  std::uint8_t module_bucket_width = 0;
  std::uint8_t module_id_width = 0;  // in kModuleOrder
  std::uint8_t name_bucket_width = 0;
  std::array<std::uint8_t, kRowColumnCount> column_widths{};
  std::uint64_t name_count = 0;
  std::uint64_t posting_count = 0;
  std::uint64_t docs_raw_bytes = 0;
  std::uint64_t source_bytes = 0;
  std::uint64_t line_count = 0;
  std::array<Extent, kSectionCount> sections{};
  std::string_view producer;
  std::vector<std::string_view> roots;
  // One for every block of every section that has them, section after section, 8 bytes each.
  std::span<const std::byte> block_checksums;
};

inline constexpr std::uint32_t kTocHasDocs = 1;

struct Header {
  std::uint32_t format_version = kFormatVersion;
  std::uint32_t schema_version = kSchemaVersion;
  std::uint64_t file_bytes = 0;
  std::uint64_t toc_offset = 0;
  std::uint64_t toc_bytes = 0;
  Hash128 toc_hash;
};

std::string EncodeHeader(const Header& header);
// Null unless magic and checksum are right. Versions and bounds are not judged.
std::optional<Header> DecodeHeader(std::span<const std::byte> bytes);

bool StartsWithMagic(std::span<const std::byte> bytes);

std::string EncodeToc(const TableOfContents& toc);
// Views `bytes`. Null unless all of `bytes` is used up and every number in it can be true of a file
// whose sections end at `end`: sections follow each other without gaps but for alignment, hold what
// the counts say, and have their checksums. `bytes` can be anything.
std::optional<TableOfContents> DecodeToc(std::span<const std::byte> bytes, std::uint64_t end);

inline std::uint64_t BlockCount(std::uint64_t section_bytes) {
  return section_bytes / kBlockBytes + (section_bytes % kBlockBytes != 0 ? 1 : 0);
}

// An entry of kModuleOrder: the lowest byte of the name's hash, so that few others' paths are
// looked at, and the module's row.
inline std::uint64_t ModuleOrderBytes(const TableOfContents& toc) {
  return std::uint64_t{1} + toc.module_id_width;
}

// The number of bits of a hash that choose a bucket, for an average of at most `fill` entries.
unsigned BucketBits(std::uint64_t entries, std::uint64_t fill);
inline std::uint64_t BucketOf(std::uint64_t hash, unsigned bits) {
  return bits == 0 ? 0 : hash >> (64 - bits);
}

}  // namespace coppice::pack_format
