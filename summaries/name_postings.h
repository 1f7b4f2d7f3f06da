// The modules that mention a name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

namespace coppice {

// A module's row in one pack; means nothing beside it. Rows are in ascending order of
// (root name, path bytes).
enum class ModuleId : std::uint32_t {};

struct NamePosting {
  ModuleId module{};
  bool defined = false;  // a symbol of the module has this name, in whatever scope

  friend bool operator==(const NamePosting&, const NamePosting&) = default;
};

// The postings of one name, in ascending order of modules, decoded while walking. A view of the
// pack's bytes: valid while the pack lives. Bytes that are no postings end the walk.
class NamePostings {
 public:
  class Iterator {
   public:
    using value_type = NamePosting;
    using difference_type = std::ptrdiff_t;
    using pointer = const NamePosting*;
    using reference = const NamePosting&;
    using iterator_category = std::input_iterator_tag;

    Iterator() = default;
    Iterator(const std::uint8_t* next, const std::uint8_t* end, std::uint32_t module_count)
        : next_(next), end_(end), module_count_(module_count) {
      ++*this;
    }

    reference operator*() const { return posting_; }
    pointer operator->() const { return &posting_; }
    Iterator& operator++();
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& it, std::default_sentinel_t) { return it.done_; }

   private:
    const std::uint8_t* next_ = nullptr;
    const std::uint8_t* end_ = nullptr;
    std::uint32_t module_count_ = 0;
    std::uint32_t first_free_ = 0;  // the least module that can come next
    bool done_ = true;
    NamePosting posting_;
  };

  NamePostings() = default;
  NamePostings(const std::uint8_t* begin, const std::uint8_t* end, std::uint32_t module_count)
      : begin_(begin), end_(end), module_count_(module_count) {}

  Iterator begin() const { return Iterator(begin_, end_, module_count_); }
  std::default_sentinel_t end() const { return {}; }
  // No module of the pack mentions the name.
  bool empty() const { return begin_ == end_; }

 private:
  const std::uint8_t* begin_ = nullptr;
  const std::uint8_t* end_ = nullptr;
  std::uint32_t module_count_ = 0;
};

}  // namespace coppice
