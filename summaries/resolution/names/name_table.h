// Numbers for names, so that what is kept about a name can be found by number.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

namespace coppice {

enum class NameId : uint32_t {};

// Copies each name once. Not thread-safe.
class NameTable {
 public:
  NameId Intern(std::string_view name) {
    const auto found = ids_.find(name);
    if (found != ids_.end()) return found->second;
    const NameId id{static_cast<uint32_t>(names_.size())};
    names_.push_back(Copy(name));
    ids_.emplace(names_.back(), id);
    return id;
  }
  // Null: nobody asked for the number of that name.
  const NameId* Find(std::string_view name) const {
    const auto found = ids_.find(name);
    return found == ids_.end() ? nullptr : &found->second;
  }
  std::size_t bytes() const {
    return blocks_.size() * kBlockBytes + names_.capacity() * sizeof(std::string_view) +
           ids_.bucket_count() * sizeof(*ids_.begin());
  }
  // Valid while the table lives.
  std::string_view name(NameId id) const { return names_[static_cast<uint32_t>(id)]; }

 private:
  static constexpr size_t kBlockBytes = size_t{1} << 16;

  std::string_view Copy(std::string_view name) {
    if (name.size() > left_) {
      left_ = std::max(kBlockBytes, name.size());
      blocks_.push_back(std::make_unique<char[]>(left_));
      next_ = blocks_.back().get();
    }
    char* const copy = next_;
    std::copy(name.begin(), name.end(), copy);
    next_ += name.size();
    left_ -= name.size();
    return {copy, name.size()};
  }

  boost::unordered_flat_map<std::string_view, NameId> ids_;
  std::vector<std::string_view> names_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  size_t left_ = 0;
};

}  // namespace coppice
