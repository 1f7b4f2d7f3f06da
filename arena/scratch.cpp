#include "arena/scratch.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>

namespace {

constexpr size_t kSlabBytes = size_t{1} << kScratchSlabShift;

void* Reserve(size_t bytes) {
  void* range = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return range == MAP_FAILED ? nullptr : range;
}

void ForgetBlocks(coppice_scratch* scratch) {
  std::fill(std::begin(scratch->free_list), std::end(scratch->free_list), nullptr);
  std::fill(std::begin(scratch->fresh), std::end(scratch->fresh), nullptr);
  std::fill(std::begin(scratch->fresh_end), std::end(scratch->fresh_end), nullptr);
  scratch->top = scratch->base;
  scratch->large_bytes = 0;
}

}  // namespace

int coppice_scratch_init(coppice_scratch* scratch, size_t capacity) {
  std::memset(scratch, 0, sizeof *scratch);
  // Where address space is limited (ulimit -v, strict overcommit), less has to do.
  for (capacity &= ~(kSlabBytes - 1); capacity >= kSlabBytes * 64; capacity /= 2) {
    void* range = Reserve(capacity);
    void* classes = range ? Reserve(capacity >> kScratchSlabShift) : nullptr;
    if (classes) {
      scratch->base = static_cast<char*>(range);
      scratch->slab_class = static_cast<uint8_t*>(classes);
      scratch->capacity = capacity & ~(kSlabBytes - 1);
      scratch->high_water = scratch->base;
      scratch->limit = scratch->base + scratch->capacity;
      scratch->large_bytes_limit = UINT64_MAX;
      ForgetBlocks(scratch);
      return 0;
    }
    if (range) munmap(range, capacity);
  }
  return -1;
}

void coppice_scratch_destroy(coppice_scratch* scratch) {
  if (!scratch->base) return;
  munmap(scratch->slab_class, scratch->capacity >> kScratchSlabShift);
  munmap(scratch->base, scratch->capacity);
  scratch->base = nullptr;
}

void coppice_scratch_reset(coppice_scratch* scratch, size_t keep) {
  ForgetBlocks(scratch);
  keep = (keep + kSlabBytes - 1) & ~(kSlabBytes - 1);
  char* kept_end = scratch->base + std::min(keep, scratch->capacity);
  if (scratch->high_water > kept_end) {
    // MADV_FREE would leave the resident set as it is until there is pressure.
    madvise(kept_end, static_cast<size_t>(scratch->high_water - kept_end), MADV_DONTNEED);
    scratch->high_water = kept_end;
  }
}

unsigned coppice_scratch_large_class(size_t size) {
  const auto doublings = static_cast<unsigned>(std::bit_width((size - 1) >> 11));
  return std::min<unsigned>(kScratchSmallClasses + doublings, kScratchClasses - 1);
}

void coppice_scratch_count_large(coppice_scratch* scratch, size_t size) {
  scratch->large_bytes += size;
  if (scratch->large_bytes > scratch->large_bytes_limit) scratch->exhausted(scratch);
}

void* coppice_scratch_refill(coppice_scratch* scratch, unsigned size_class) {
  const size_t block = coppice_scratch_class_size(size_class);
  const size_t slabs = (block + kSlabBytes - 1) >> kScratchSlabShift;
  const size_t bytes = slabs << kScratchSlabShift;
  char* slab = scratch->top;
  if (static_cast<size_t>(scratch->limit - slab) < bytes || scratch->limit < slab) {
    scratch->exhausted(scratch);
  }
  scratch->top = slab + bytes;
  scratch->high_water = std::max(scratch->high_water, scratch->top);
  // Only blocks' first bytes are looked up, but those of small classes may lie anywhere in a slab.
  scratch->slab_class[(slab - scratch->base) >> kScratchSlabShift] =
      static_cast<uint8_t>(size_class);
  scratch->fresh[size_class] = slab + block;
  scratch->fresh_end[size_class] = slab + bytes;
  return slab;
}

void* coppice_scratch_reallocate(coppice_scratch* scratch, void* block, size_t size) {
  const size_t old_size = coppice_scratch_class_size(coppice_scratch_class_of(scratch, block));
  if (size <= old_size && size * 2 > old_size) return block;
  void* moved = coppice_scratch_allocate(scratch, size);
  std::memcpy(moved, block, std::min(size, old_size));
  coppice_scratch_free(scratch, block);
  return moved;
}
