#include "summaries/name_entries.h"

#include <algorithm>

#include "summaries/pack_tables.h"
#include "summaries/wire_bytes.h"

namespace coppice {

namespace {

// An entry's first byte: the length of the name in the low bits, that of the postings in the high
// ones. A length that its bits do not hold sets all of them, and what it exceeds that by follows.
constexpr std::uint64_t kMaxShortName = 31;
constexpr std::uint64_t kMaxShortPostings = 7;
constexpr unsigned kPostingsShift = 5;

// Reads the excess if there is one. False if it does not fit before `end`.
bool ReadLength(const std::uint8_t*& at, const std::uint8_t* end, std::uint64_t largest_short,
                std::uint64_t& length) {
  std::uint64_t excess = 0;
  if (length == largest_short && !ReadVarint(at, end, excess)) return false;
  if (excess > static_cast<std::uint64_t>(end - at)) return false;
  length += excess;
  return length <= static_cast<std::uint64_t>(end - at);
}

}  // namespace

void AppendNameEntry(std::string& out, std::string_view name, std::span<const PostingCode> codes,
                     std::string& scratch) {
  scratch.clear();
  std::uint64_t first_free = 0;
  for (const PostingCode code : codes) {
    AppendVarint(scratch, code - first_free * 2);  // the gap, and the lowest bit as it is
    first_free = code / 2 + 1;
  }
  const std::uint64_t short_name = std::min<std::uint64_t>(name.size(), kMaxShortName);
  const std::uint64_t short_postings = std::min<std::uint64_t>(scratch.size(), kMaxShortPostings);
  out.push_back(static_cast<char>(short_name | short_postings << kPostingsShift));
  if (short_name == kMaxShortName) AppendVarint(out, name.size() - kMaxShortName);
  out += name;
  if (short_postings == kMaxShortPostings) AppendVarint(out, scratch.size() - kMaxShortPostings);
  out += scratch;
}

bool ReadNameEntry(const std::uint8_t*& at, const std::uint8_t* end, NameEntry& entry) {
  if (at == end) return false;
  const std::uint64_t head = *at++;
  std::uint64_t size = head & kMaxShortName;
  if (!ReadLength(at, end, kMaxShortName, size)) return false;
  entry.name = {reinterpret_cast<const char*>(at), static_cast<std::size_t>(size)};
  at += size;
  size = head >> kPostingsShift;
  if (!ReadLength(at, end, kMaxShortPostings, size)) return false;
  entry.postings_begin = at;
  entry.postings_end = at += size;
  return true;
}

Result<bool> NameWalker::Next() {
  while (at_ == end_) {
    if (next_bucket_ >> tables_.toc.name_bucket_bits != 0) return false;
    const auto bucket = tables_.NameBucket(next_bucket_);
    if (!bucket) return bucket.error();
    at_ = bucket->begin;
    end_ = bucket->end;
    bucket_end_ = bucket->end_offset;
    ++next_bucket_;
  }
  if (!ReadNameEntry(at_, end_, entry_)) return tables_.Damaged("an entry of the name dictionary");
  return true;
}

NamePostings NameWalker::postings() const {
  return {entry_.postings_begin, entry_.postings_end, tables_.toc.module_count};
}

}  // namespace coppice
