// Distinct strings under construction, and memory for those that are not in the source as they are.
#pragma once

#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace coppice {

// XXH3, for Boost's open-addressing maps.
struct TextHash {
  using is_avalanching = void;
  std::size_t operator()(std::string_view text) const noexcept;
};

// Appends texts that stay where they are until Clear. Keeps its first chunk.
class TextArena {
 public:
  // A copy, valid until Clear.
  std::string_view Keep(std::string_view text);
  void Clear();

 private:
  static constexpr size_t kChunkBytes = size_t{64} << 10;
  std::vector<std::unique_ptr<char[]>> chunks_;
  size_t used_ = kChunkBytes;  // of the last chunk
};

// Gives each distinct text an id, in order of first appearance. Texts are not copied: they must
// live until Clear.
class StringTable {
 public:
  StringTable() = default;
  StringTable(const StringTable&) = delete;
  StringTable& operator=(const StringTable&) = delete;

  // Id, and whether the text is new.
  std::pair<uint32_t, bool> Insert(std::string_view text);

  // Id, or UINT32_MAX if the text is not in the table.
  uint32_t Find(std::string_view text) const;

  uint32_t size() const { return static_cast<uint32_t>(texts_.size()); }
  std::string_view operator[](uint32_t id) const { return texts_[id]; }
  void Clear();

 private:
  // Eight bytes, the texts being elsewhere: what costs time is that a table grown by a large file
  // misses the caches.
  struct Entry {
    uint32_t hash;  // of the text
    uint32_t id;
  };
  struct HashedText {
    explicit HashedText(std::string_view from)
        : hash(static_cast<uint32_t>(TextHash()(from))), text(from) {}
    uint32_t hash;
    std::string_view text;
  };
  struct EntryHash {
    using is_avalanching = void;
    using is_transparent = void;
    std::size_t operator()(const auto& hashed) const noexcept {
      return hashed.hash * uint64_t{0x9E3779B97F4A7C15};  // spreads 32 bits over 64
    }
  };
  struct EntryEqual {
    using is_transparent = void;
    bool operator()(Entry a, Entry b) const { return a.id == b.id; }
    bool operator()(const HashedText& a, Entry b) const {
      return a.hash == b.hash && a.text == (*texts)[b.id];
    }
    bool operator()(Entry a, const HashedText& b) const { return (*this)(b, a); }
    const std::vector<std::string_view>* texts;
  };

  std::vector<std::string_view> texts_;
  boost::unordered_flat_set<Entry, EntryHash, EntryEqual> entries_{0, {}, {&texts_}};
};

}  // namespace coppice
