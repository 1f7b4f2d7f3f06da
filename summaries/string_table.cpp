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
  const auto [place, is_new] = ids_.try_emplace(text, size());
  if (is_new) texts_.push_back(text);
  return {place->second, is_new};
}

uint32_t StringTable::Find(std::string_view text) const {
  const auto place = ids_.find(text);
  return place == ids_.end() ? UINT32_MAX : place->second;
}

void StringTable::Clear() {
  // Clearing costs as much as the largest table that there was.
  constexpr size_t kKeptBuckets = size_t{1} << 16;
  if (ids_.bucket_count() > kKeptBuckets) {
    ids_ = {};
    texts_ = {};
  } else {
    ids_.clear();
    texts_.clear();
  }
}

}  // namespace coppice
