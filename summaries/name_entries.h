// The dictionary of names: its entries, which temporary runs hold in the same form.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "summaries/name_postings.h"
#include "summaries/pack.h"

namespace coppice {

// A module that mentions a name, and whether it defines it: module * 2 + defined. Sorting sorts by
// module.
using PostingCode = std::uint64_t;

inline PostingCode MakePostingCode(std::uint32_t module, bool defined) {
  return PostingCode{module} * 2 + (defined ? 1 : 0);
}

struct NameEntry {
  std::string_view name;
  const std::uint8_t* postings_begin = nullptr;
  const std::uint8_t* postings_end = nullptr;
};

// Appends an entry. `codes` ascend strictly by module. `scratch` is overwritten.
void AppendNameEntry(std::string& out, std::string_view name, std::span<const PostingCode> codes,
                     std::string& scratch);

// Reads one and moves `at` behind it. False if [at, end) does not start with a whole entry.
bool ReadNameEntry(const std::uint8_t*& at, const std::uint8_t* end, NameEntry& entry);

// Walks the dictionary of a pack in its order: by (Hash64(name), name).
class NameWalker {
 public:
  explicit NameWalker(const PackTables& tables) : tables_(tables) {}

  // False at the end. kDamaged names the pack.
  Result<bool> Next();
  const NameEntry& entry() const { return entry_; }
  NamePostings postings() const;
  // Of the entry's bucket, and of the entry's end in the dictionary.
  std::uint64_t bucket() const { return next_bucket_ - 1; }
  std::uint64_t position() const { return bucket_end_ - static_cast<std::uint64_t>(end_ - at_); }

 private:
  const PackTables& tables_;
  std::uint64_t next_bucket_ = 0;
  std::uint64_t bucket_end_ = 0;
  const std::uint8_t* at_ = nullptr;
  const std::uint8_t* end_ = nullptr;
  NameEntry entry_;
};

}  // namespace coppice
