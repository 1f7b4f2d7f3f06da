// Short-lived memory for one piece of work: allocated and freed at a few instructions each, thrown
// away as a whole in one call.
//
// Written in the common subset of C and C++, because the tree-sitter core is compiled with these
// functions in place of malloc and free.
#ifndef COPPICE_ARENA_SCRATCH_H_
#define COPPICE_ARENA_SCRATCH_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Size classes: multiples of 8 up to 1 KiB in slabs of one size each, then doublings. A block's
// class follows from the slab that it lies in, so blocks have no headers.
enum {
  kScratchSmallClasses = 129,  // class c holds blocks of 8 * c bytes; class 0 is unused
  kScratchClasses = 160,       // class 129 + d holds blocks of 2 KiB << d
  kScratchMaxSmall = 1024,     // bytes
  kScratchSlabShift = 14,      // slabs are 16 KiB; larger blocks take whole runs of slabs
};

// One reserved range of addresses, of which only what was touched is in memory. Not thread-safe.
//
// Invariants: base <= top <= high_water <= base + capacity, all slab-aligned. Slabs below `top`
// belong to the class in slab_class. For each class, [fresh, fresh_end) was never handed out.
typedef struct coppice_scratch {
  char* base;
  char* top;         // first byte that no slab uses
  char* limit;       // top never exceeds this: the cap of the work under way
  char* high_water;  // the largest top since memory was last given back
  size_t capacity;   // bytes reserved
  uint8_t* slab_class;
  // Bytes of all large blocks allocated since the last reset, freed or not: a measure of work that
  // does not depend on the machine, for users whose blocks grow with what they do.
  uint64_t large_bytes;
  uint64_t large_bytes_limit;  // `exhausted` is called beyond it
  // Called when an allocation would go beyond a limit. Must not return.
  void (*exhausted)(struct coppice_scratch*);
  void* free_list[kScratchClasses];  // each block's first word links to the next
  char* fresh[kScratchClasses];
  char* fresh_end[kScratchClasses];
} coppice_scratch;

// Reserves up to `capacity` bytes of addresses, less where the system allows less. Returns 0, or
// -1 if it allows none at all.
int coppice_scratch_init(coppice_scratch* scratch, size_t capacity);
void coppice_scratch_destroy(coppice_scratch* scratch);

// Frees everything at once. Memory beyond `keep` bytes goes back to the operating system. Constant
// time but for that.
void coppice_scratch_reset(coppice_scratch* scratch, size_t keep);

// Never null: calls `exhausted` instead. Blocks are 8-byte aligned.
void* coppice_scratch_refill(coppice_scratch* scratch, unsigned size_class);
unsigned coppice_scratch_large_class(size_t size);
void coppice_scratch_count_large(coppice_scratch* scratch, size_t size);

static inline unsigned coppice_scratch_class(size_t size) {
  if (size <= kScratchMaxSmall) return size == 0 ? 1 : (unsigned)((size + 7) / 8);
  return coppice_scratch_large_class(size);
}

static inline size_t coppice_scratch_class_size(unsigned size_class) {
  if (size_class < kScratchSmallClasses) return (size_t)size_class * 8;
  return (size_t)2048 << (size_class - kScratchSmallClasses);
}

static inline unsigned coppice_scratch_class_of(const coppice_scratch* scratch, const void* block) {
  return scratch->slab_class[((uintptr_t)block - (uintptr_t)scratch->base) >> kScratchSlabShift];
}

static inline void* coppice_scratch_allocate(coppice_scratch* scratch, size_t size) {
  if (size > kScratchMaxSmall) coppice_scratch_count_large(scratch, size);
  unsigned c = coppice_scratch_class(size);
  void* block = scratch->free_list[c];
  if (block) {
    scratch->free_list[c] = *(void**)block;
    return block;
  }
  size_t bytes = coppice_scratch_class_size(c);
  char* fresh = scratch->fresh[c];
  if ((size_t)(scratch->fresh_end[c] - fresh) >= bytes) {
    scratch->fresh[c] = fresh + bytes;
    return fresh;
  }
  return coppice_scratch_refill(scratch, c);
}

static inline void coppice_scratch_free(coppice_scratch* scratch, void* block) {
  unsigned c = coppice_scratch_class_of(scratch, block);
  *(void**)block = scratch->free_list[c];
  scratch->free_list[c] = block;
}

// What realloc does; `block` must be the scratch's own and not null.
void* coppice_scratch_reallocate(coppice_scratch* scratch, void* block, size_t size);

#ifdef __cplusplus
}
#endif

#endif  // COPPICE_ARENA_SCRATCH_H_
