// One file's memory: a single block of exactly the size that its contents need, freed in one call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#include "arena/memory_pool.h"

namespace coppice {

// Builders count first (in scratch memory), make the arena once, and fill it from the front; when
// it is full it is frozen. Freeing runs no destructors, so only what needs none may live here.
//
// Move-only. Addresses stay when the arena moves.
class Arena {
 public:
  // No memory; for tests of operator bool and as a target of moves.
  Arena() = default;
  // Takes `bytes` (> 0) from the pool. operator bool is false when the system refuses them.
  Arena(MemoryPool& pool, size_t bytes)
      : pool_(&pool), data_(pool.Allocate(bytes)), size_(data_ ? bytes : 0) {}
  Arena(Arena&& other) noexcept { Swap(other); }
  Arena& operator=(Arena&& other) noexcept {
    Arena(std::move(other)).Swap(*this);
    return *this;
  }
  ~Arena() {
    if (data_ != nullptr) pool_->Free(data_, size_);
  }

  explicit operator bool() const { return data_ != nullptr; }
  size_t size() const { return size_; }
  size_t used() const { return used_; }

  // What `count` objects take after `used` bytes: for counting first.
  template <class T>
  static constexpr size_t SizeAfter(size_t used, size_t count) {
    return Aligned(used, alignof(T)) + count * sizeof(T);
  }

  // Uninitialised room for `count` objects, behind what was allocated before; null if they do not
  // fit.
  template <class T>
  T* Allocate(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>, "arenas run no destructors");
    static_assert(alignof(T) <= alignof(std::max_align_t));
    const size_t at = Aligned(used_, alignof(T));
    if (at > size_ || count > (size_ - at) / sizeof(T)) return nullptr;
    used_ = at + count * sizeof(T);
    return reinterpret_cast<T*>(data_ + at);
  }

 private:
  static constexpr size_t Aligned(size_t offset, size_t alignment) {
    return (offset + alignment - 1) & ~(alignment - 1);
  }
  void Swap(Arena& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(used_, other.used_);
  }

  MemoryPool* pool_ = nullptr;
  std::byte* data_ = nullptr;
  size_t size_ = 0;
  size_t used_ = 0;
};

}  // namespace coppice
