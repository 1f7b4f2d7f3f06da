// Reading a pack: the immutable file of many modules' summaries with their lookup tables.
// docs/pack.md has the format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "summaries/error.h"
#include "summaries/hash.h"
#include "summaries/name_postings.h"
#include "summaries/summary_view.h"

namespace coppice {

struct PackTables;

// Whether the module's file had syntax errors.
enum class SyntaxState : std::uint8_t {
  kClean,
  kErrors,
  kUnknown,  // the file could not be parsed, or only in part
};

// One row of the module table. Views the pack's bytes: valid while the pack lives.
struct ModuleInfo {
  std::string_view root;  // name of the root, not a directory
  std::string_view path;  // relative to the root, '/' between components, raw bytes
  Hash128 content_hash;   // of the file's bytes
  std::uint64_t interface_hash = 0;
  std::uint64_t summary_bytes = 0;
  std::uint32_t source_bytes = 0;  // of the file
  std::uint32_t lines = 0;
  SyntaxState syntax = SyntaxState::kClean;

  // Dotted name; empty if no import statement can reach the module. Allocates.
  std::string name() const;
  bool is_package() const;
  bool is_stub() const;
};

// What a pack is made of. Sizes in bytes of the file.
struct PackInfo {
  std::uint32_t format_version = 0;
  std::uint32_t schema_version = 0;
  std::string producer;          // program and the versions that the bytes depend on
  Hash128 identity;              // equal for equal packs: a hash over all of the content
  std::uint64_t pack_bytes = 0;  // the whole file
  std::uint64_t summary_bytes = 0;
  std::uint64_t docs_bytes = 0;      // docstrings, compressed, with their block table
  std::uint64_t module_bytes = 0;    // module table, paths, lookup by name
  std::uint64_t name_bytes = 0;      // dictionary of identifiers with postings
  std::uint64_t docs_raw_bytes = 0;  // docstrings before compression
  std::uint32_t module_count = 0;
  std::uint64_t name_count = 0;  // distinct identifiers
  std::uint64_t posting_count = 0;
  std::uint64_t source_bytes = 0;  // of all modules' files
  std::uint64_t line_count = 0;
  bool has_docs = false;  // false: written without docstrings
};

// The modules that share a dotted name, in ascending order. A view of the pack's bytes.
class ModuleMatches {
 public:
  class Iterator {
   public:
    using value_type = ModuleId;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = ModuleId;
    using iterator_category = std::input_iterator_tag;

    Iterator(const std::byte* cell, std::size_t left, unsigned width, std::size_t stride)
        : cell_(cell), left_(left), width_(width), stride_(stride) {}
    ModuleId operator*() const;
    Iterator& operator++() {
      cell_ += stride_;
      --left_;
      return *this;
    }
    Iterator operator++(int) {
      const Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.left_ == b.left_; }

   private:
    const std::byte* cell_;
    std::size_t left_;
    unsigned width_;
    std::size_t stride_;
  };

  ModuleMatches() = default;
  // `first`: the cell of the first id, of `width` bytes; the others follow every `stride` bytes.
  ModuleMatches(const std::byte* first, std::size_t size, unsigned width, std::size_t stride)
      : first_(first), size_(size), width_(width), stride_(stride) {}

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  ModuleId operator[](std::size_t index) const {
    return *Iterator(first_ + index * stride_, size_ - index, width_, stride_);
  }
  Iterator begin() const { return Iterator(first_, size_, width_, stride_); }
  Iterator end() const { return Iterator(first_, 0, width_, stride_); }

 private:
  const std::byte* first_ = nullptr;
  std::size_t size_ = 0;
  unsigned width_ = 0;
  std::size_t stride_ = 0;
};

// A module's docstrings: the module's own first if it has one, then those of the symbols that have
// one, in the summary's row order. Owns its text. As many as SummaryView::doc_count says in any
// pack that Verify accepts; compare before you rely on it in others.
class ModuleDocs {
 public:
  ModuleDocs() = default;
  ModuleDocs(std::string text, std::vector<std::uint32_t> ends)
      : text_(std::move(text)), ends_(std::move(ends)) {}

  std::size_t size() const { return ends_.size(); }
  // Precondition: less than size().
  std::string_view operator[](std::size_t index) const&;
  std::string_view operator[](std::size_t index) && = delete;

 private:
  std::string text_;
  std::vector<std::uint32_t> ends_;
};

struct NameMatch {
  std::string_view name;
  NamePostings postings;
};

enum class CaseMatch : std::uint8_t { kExact, kIgnoreAscii };

// An open pack. Immutable and thread-safe: every const member may be called from any thread.
//
// Opening checks the header, the sections' bounds and the table of contents; every block of a table
// and every summary is checked when it is first used, once. Damage makes a query return kDamaged,
// naming the pack and, where there is one, the module; no bytes can make it crash or read outside
// the file. What a query returns views the pack and is valid while the pack lives.
class Pack {
 public:
  enum class OpenMode : std::uint8_t {
    kMapped,       // shared, not read before it is used. A file that another truncates meanwhile
                   // kills the process with SIGBUS: only for packs replaced by renaming
    kPrivateCopy,  // read into memory at once, for files that others may write to
  };
  enum class Checking : std::uint8_t {
    kOnUse,
    kAll,  // as Verify()
  };

  // Under 1 ms for a mapped pack of any usual size: nothing but the table of contents is read.
  static Result<std::shared_ptr<const Pack>> Open(const std::string& path,
                                                  OpenMode mode = OpenMode::kMapped,
                                                  Checking checking = Checking::kOnUse);
  // Of a file's bytes that are already in memory. `label` stands for the path in messages.
  static Result<std::shared_ptr<const Pack>> FromBytes(std::span<const std::byte> bytes,
                                                       std::string label,
                                                       Checking checking = Checking::kOnUse);
  ~Pack();
  Pack(const Pack&) = delete;
  Pack& operator=(const Pack&) = delete;

  const std::string& path() const;
  const PackInfo& info() const;
  std::uint32_t module_count() const;
  // Ascending by bytes. Every root has modules.
  std::span<const std::string_view> roots() const;

  // Precondition for all that take a ModuleId: less than module_count(), else kInvalidArgument.
  Result<ModuleInfo> module(ModuleId id) const;
  // Verified on first use.
  Result<SummaryView> summary(ModuleId id) const;
  // The same bytes with their checksum verified, not their structure. 8-byte aligned.
  Result<std::span<const std::byte>> summary_bytes(ModuleId id) const;
  // Decompresses a block for every call: use DocsReader to walk over many. kUnavailable if the pack
  // was written without docstrings.
  Result<ModuleDocs> docs(ModuleId id) const;

  // All modules of that dotted name; empty if none. Constant time, no allocation.
  Result<ModuleMatches> FindModules(std::string_view dotted_name) const;
  // By what identifies a file. Logarithmic time, no allocation.
  Result<std::optional<ModuleId>> FindFile(std::string_view root, std::string_view path) const;
  // The modules of `root` whose path starts with `prefix`: rows [first, last). Logarithmic time.
  struct IdRange {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };
  Result<IdRange> FindPathPrefix(std::string_view root, std::string_view prefix) const;
  // The modules that mention the identifier `name`; empty if none. Constant time, no allocation.
  Result<NamePostings> FindName(std::string_view name) const;
  // Identifiers that hold `text`: equal ones first, then those that start with it, then others,
  // each group by length, then by bytes. At most `limit`. Linear in the dictionary.
  Result<std::vector<NameMatch>> SearchNames(std::string_view text, std::size_t limit,
                                             CaseMatch match = CaseMatch::kExact) const;

  // Checks every byte of the file and that the tables agree with each other. Reads all of it.
  Result<void> Verify() const;
  // Checks every byte of the file against its checksum and nothing else: finds all damage that
  // comes of itself, in a few milliseconds for 20 MB, but not tables made to contradict each other.
  // Bytes of a mapping do not stay in this process's memory for it.
  Result<void> VerifyChecksums() const;

 private:
  // For the verifier and the next pack's writer.
  friend const PackTables& TablesOf(const Pack& pack);

  explicit Pack(std::unique_ptr<PackTables> tables);
  static Result<std::shared_ptr<const Pack>> Load(std::unique_ptr<PackTables> tables,
                                                  Checking checking);
  Result<std::uint32_t> CheckedRow(ModuleId id) const;
  std::optional<std::uint32_t> FindRoot(std::string_view root) const;
  // The first row that is not before (root, path).
  Result<std::uint32_t> LowerBound(std::uint32_t root, std::string_view path) const;

  std::unique_ptr<PackTables> tables_;
};

// Modules that may import the module of that dotted name, ascending: all that do are among them;
// whether one does, its summary's imports tell. Any way of writing such an import mentions the
// name's last component, save relative imports of a package from within it.
Result<std::vector<ModuleId>> CandidateImporters(const Pack& pack, std::string_view dotted_name);

}  // namespace coppice
