// One account for the memory of many arenas, shared by threads, and a cache of their chunks.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

namespace coppice {

// Hands out page-aligned chunks of memory that comes straight from the system, and counts every
// byte. Freed chunks of the usual size are kept for reuse up to `keep_bytes`; everything beyond
// goes back to the operating system at once, so that the resident set shrinks with the account.
//
// Thread-safe. Must outlive the arenas that use it.
class MemoryPool {
 public:
  // The usual chunk. Larger ones are made to measure and never cached.
  static constexpr size_t kChunkBytes = size_t{64} << 10;

  explicit MemoryPool(size_t keep_bytes = size_t{1} << 20);
  ~MemoryPool();
  MemoryPool(const MemoryPool&) = delete;
  MemoryPool& operator=(const MemoryPool&) = delete;

  // Bytes held by arenas, growing and frozen: what a residency budget is checked against.
  size_t bytes_in_use() const { return in_use_.load(std::memory_order_relaxed); }
  // The largest bytes_in_use() so far.
  size_t peak_bytes_in_use() const { return peak_.load(std::memory_order_relaxed); }
  // Bytes of cached chunks, which nobody uses but the process still holds.
  size_t bytes_cached() const;

  // Returns all cached chunks to the operating system.
  void Trim();

 private:
  friend class Arena;
  friend class FrozenArena;

  struct Chunk {
    std::byte* data;
    size_t size;
  };

  // At least `bytes`; null data when the system refuses.
  Chunk AllocateChunk(size_t bytes);
  void FreeChunk(Chunk chunk);
  // Exactly `bytes`, from the heap; null when the system refuses.
  std::byte* AllocateBlock(size_t bytes);
  void FreeBlock(std::byte* block, size_t bytes);

  void Charge(size_t bytes);
  void Discharge(size_t bytes) { in_use_.fetch_sub(bytes, std::memory_order_relaxed); }

  const size_t keep_bytes_;
  std::atomic<size_t> in_use_{0};
  std::atomic<size_t> peak_{0};
  mutable std::mutex mutex_;              // guards cached_
  std::vector<std::byte*> cached_;        // chunks of kChunkBytes
};

}  // namespace coppice
