#include "summaries/string_table.h"

#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace coppice {

std::size_t TextHash::operator()(std::string_view text) const noexcept {
  return XXH3_64bits(text.data(), text.size());
}

std::string_view TextArena::Keep(std::string_view text) {
  if (text.size() > kChunkBytes - used_ || chunks_.empty()) {
    if (text.size() > kChunkBytes / 4) {
      // On its own, before the chunk that is being filled.
      auto own = std::make_unique<char[]>(text.size());
      std::memcpy(own.get(), text.data(), text.size());
      const std::string_view kept(own.get(), text.size());
      chunks_.insert(chunks_.end() - (chunks_.empty() ? 0 : 1), std::move(own));
      if (chunks_.size() == 1) used_ = kChunkBytes;
      return kept;
    }
    chunks_.push_back(std::make_unique<char[]>(kChunkBytes));
    used_ = 0;
  }
  char* const at = chunks_.back().get() + used_;
  std::memcpy(at, text.data(), text.size());
  used_ += text.size();
  return {at, text.size()};
}

void TextArena::Clear() {
  // The last chunk is of the usual size unless all that was kept is one long text.
  if (chunks_.size() > 1 || used_ == kChunkBytes) {
    chunks_.clear();
    used_ = kChunkBytes;
  } else {
    used_ = 0;
  }
}

std::pair<uint32_t, bool> StringTable::Insert(std::string_view text) {
  const HashedText hashed(text);
  if (const auto place = entries_.find(hashed); place != entries_.end()) return {place->id, false};
  const uint32_t id = size();
  texts_.push_back(text);
  entries_.insert({hashed.hash, id});
  return {id, true};
}

uint32_t StringTable::Find(std::string_view text) const {
  const auto place = entries_.find(HashedText(text));
  return place == entries_.end() ? UINT32_MAX : place->id;
}

void StringTable::Clear() {
  // Clearing costs as much as the largest table that there was.
  constexpr size_t kKeptBuckets = size_t{1} << 13;
  if (entries_.bucket_count() > kKeptBuckets) {
    entries_ = decltype(entries_)(0, {}, {&texts_});
    texts_ = {};
  } else {
    entries_.clear();
    texts_.clear();
  }
}

}  // namespace coppice
