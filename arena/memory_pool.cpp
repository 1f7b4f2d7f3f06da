#include "arena/memory_pool.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cassert>
#include <cstdlib>

namespace coppice {
namespace {

size_t ChargedBytes(size_t bytes) {
  if (bytes < MemoryPool::kMappedBytes) return bytes;
  static const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

}  // namespace

MemoryPool::~MemoryPool() { assert(bytes_in_use() == 0); }

std::byte* MemoryPool::Allocate(size_t bytes) {
  const size_t charge = ChargedBytes(bytes);
  if (charge < bytes) return nullptr;
  void* block = nullptr;
  if (bytes < kMappedBytes) {
    block = std::malloc(bytes);
  } else {
    block = mmap(nullptr, charge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) block = nullptr;
  }
  if (block == nullptr) return nullptr;
  in_use_.fetch_add(charge, std::memory_order_relaxed);
  return static_cast<std::byte*>(block);
}

void MemoryPool::Free(std::byte* block, size_t bytes) {
  const size_t charge = ChargedBytes(bytes);
  if (bytes < kMappedBytes) {
    std::free(block);
  } else {
    munmap(block, charge);
  }
  in_use_.fetch_sub(charge, std::memory_order_relaxed);
}

}  // namespace coppice
