#include "summaries/name_entries.h"

#include "summaries/pack_tables.h"
#include "summaries/wire_bytes.h"

namespace coppice {

void AppendNameEntry(std::string& out, std::string_view name, std::span<const PostingCode> codes,
                     std::string& scratch) {
  scratch.clear();
  std::uint64_t first_free = 0;
  for (const PostingCode code : codes) {
    AppendVarint(scratch, code - first_free * 2);  // the gap, and the lowest bit as it is
    first_free = code / 2 + 1;
  }
  AppendVarint(out, name.size());
  out += name;
  AppendVarint(out, scratch.size());
  out += scratch;
}

bool ReadNameEntry(const std::uint8_t*& at, const std::uint8_t* end, NameEntry& entry) {
  std::uint64_t size = 0;
  if (!ReadVarint(at, end, size) || size > static_cast<std::uint64_t>(end - at)) return false;
  entry.name = {reinterpret_cast<const char*>(at), static_cast<std::size_t>(size)};
  at += size;
  if (!ReadVarint(at, end, size) || size > static_cast<std::uint64_t>(end - at)) return false;
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
