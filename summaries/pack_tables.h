// An open pack's tables: what Pack is made of, and what its verifier and the next pack's writer
// read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "summaries/checked_section.h"
#include "summaries/file_bytes.h"
#include "summaries/pack.h"
#include "summaries/pack_format.h"

namespace coppice {

// A row of the module table, with every part within its section.
struct ModuleRow {
  std::array<std::uint64_t, pack_format::kRowColumnCount> cells{};
  std::string_view path;
  std::uint64_t summary_begin = 0;  // in the summaries, bytes
  std::uint64_t summary_size = 0;   // bytes
  std::uint64_t docs_begin = 0;     // in the raw stream of docstrings
  std::uint64_t docs_size = 0;

  bool importable() const {
    return (cells[pack_format::kFlags] & pack_format::kFlagImportable) != 0;
  }
};

struct DocsBlock {
  std::uint64_t raw_begin = 0;
  std::uint64_t raw_end = 0;
  std::span<const std::byte> compressed;  // not checked
  std::uint64_t checksum = 0;
};

PackInfo MakePackInfo(const pack_format::Header& header, const pack_format::TableOfContents& toc);

struct PackTables {
  PackTables(FileBytes file_bytes, std::string path)
      : file(std::move(file_bytes)), label(std::move(path)) {}

  // Reads header and table of contents.
  Result<void> Load();

  Error Damaged(std::string_view what) const;
  // Names the module, by its number if its row cannot be read.
  Error DamagedModule(std::uint32_t id, std::string_view what) const;

  std::span<const std::byte> SectionBytes(pack_format::Section section) const;
  Result<ModuleRow> Row(std::uint32_t id) const;
  // Null if damaged.
  const char* Path(std::uint32_t id, std::size_t& size) const;

  struct Bucket {
    const std::uint8_t* begin = nullptr;
    const std::uint8_t* end = nullptr;
    std::uint64_t end_offset = 0;  // in the dictionary
  };
  Result<Bucket> NameBucket(std::uint64_t index) const;
  struct OrderRange {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
  };
  // The entries of kModuleOrder in a bucket.
  Result<OrderRange> ModuleBucket(std::uint64_t index) const;

  std::uint64_t docs_block_count() const {
    return toc.sections[pack_format::kDocsBlocks].size / pack_format::kDocsBlockRowBytes;
  }
  Result<DocsBlock> GetDocsBlock(std::uint64_t index) const;

  FileBytes file;
  std::string label;  // the path, for messages
  pack_format::Header header;
  pack_format::TableOfContents toc;
  PackInfo info;
  std::array<CheckedSection, pack_format::kSectionCount> sections;  // those with block checksums
  std::array<unsigned, pack_format::kRowColumnCount> column_offsets{};
  std::uint64_t row_bytes = 0;
  ConcurrentBits summaries_intact;  // checksum verified
  ConcurrentBits summaries_sound;   // structure verified too
};

inline const PackTables& TablesOf(const Pack& pack) { return *pack.tables_; }

}  // namespace coppice
