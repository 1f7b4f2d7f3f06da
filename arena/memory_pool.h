// One account for the memory of many arenas, shared by threads.
#pragma once

#include <atomic>
#include <cstddef>

namespace coppice {

// Hands out blocks of the exact size that was asked for, and counts every byte of them. Large
// blocks come straight from the operating system and go straight back to it, so that the resident
// set shrinks with the account; small ones come from the heap.
//
// Thread-safe. Must outlive its blocks: destruction asserts that all are back.
class MemoryPool {
 public:
  // From this size on, blocks are mappings of their own, charged in whole pages.
  static constexpr size_t kMappedBytes = size_t{128} << 10;

  MemoryPool() = default;
  ~MemoryPool();
  MemoryPool(const MemoryPool&) = delete;
  MemoryPool& operator=(const MemoryPool&) = delete;

  // Zeroed or not, aligned for every scalar type; null when the system refuses. `bytes` > 0.
  std::byte* Allocate(size_t bytes);
  // `bytes` as it was given to Allocate.
  void Free(std::byte* block, size_t bytes);

  // What a residency budget is checked against.
  size_t bytes_in_use() const { return in_use_.load(std::memory_order_relaxed); }

 private:
  std::atomic<size_t> in_use_{0};
};

}  // namespace coppice
