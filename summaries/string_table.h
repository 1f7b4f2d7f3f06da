// Distinct strings under construction, and memory for those that are not in the source as they are.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
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
  // Id, and whether the text is new.
  std::pair<uint32_t, bool> Insert(std::string_view text);

  // Id, or UINT32_MAX if the text is not in the table.
  uint32_t Find(std::string_view text) const;

  uint32_t size() const { return static_cast<uint32_t>(texts_.size()); }
  std::string_view operator[](uint32_t id) const { return texts_[id]; }
  void Clear();

 private:
  boost::unordered_flat_map<std::string_view, uint32_t, TextHash> ids_;
  std::vector<std::string_view> texts_;
};

}  // namespace coppice
