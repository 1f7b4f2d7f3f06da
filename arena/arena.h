// One file's memory: bump-allocated while it is built, exactly sized once it is frozen, freed in
// one call.
#pragma once

#include <cstddef>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "arena/memory_pool.h"

namespace coppice {

// A single block of exactly the bytes that were asked for, charged to its pool. Move-only;
// destruction frees it in one call and runs no destructors.
class FrozenArena {
 public:
  FrozenArena() = default;
  FrozenArena(FrozenArena&& other) noexcept { swap(other); }
  FrozenArena& operator=(FrozenArena&& other) noexcept {
    FrozenArena(std::move(other)).swap(*this);
    return *this;
  }
  ~FrozenArena();

  // Null data if it is empty or memory was refused: see operator bool.
  const std::byte* data() const { return data_; }
  size_t size() const { return size_; }
  explicit operator bool() const { return data_ != nullptr; }

 private:
  friend class Arena;
  FrozenArena(MemoryPool* pool, std::byte* data, size_t size)
      : pool_(pool), data_(data), size_(size) {}
  void swap(FrozenArena& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

  MemoryPool* pool_ = nullptr;
  std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace coppice
