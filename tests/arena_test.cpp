#include "arena/arena.h"

#include <gtest/gtest.h>

#include <setjmp.h>
#include <sys/mman.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "arena/memory_pool.h"
#include "arena/scratch.h"

namespace coppice {
namespace {

using Random = std::mt19937_64;

TEST(MemoryPool, CountsWhatIsHeld) {
  MemoryPool pool;
  std::byte* small = pool.Allocate(1000);
  EXPECT_EQ(pool.bytes_in_use(), 1000U);
  std::byte* mapped = pool.Allocate(MemoryPool::kMappedBytes + 1);
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  EXPECT_EQ(pool.bytes_in_use(), 1000 + MemoryPool::kMappedBytes + page);
  pool.Free(mapped, MemoryPool::kMappedBytes + 1);
  pool.Free(small, 1000);
  EXPECT_EQ(pool.bytes_in_use(), 0U);
}

TEST(MemoryPool, RefusesWhatCannotBe) {
  MemoryPool pool;
  EXPECT_EQ(pool.Allocate(SIZE_MAX - 10), nullptr);
  EXPECT_EQ(pool.Allocate(SIZE_MAX / 2), nullptr);
  EXPECT_EQ(pool.bytes_in_use(), 0U);
}

TEST(MemoryPool, IsSharedByThreads) {
  MemoryPool pool;
  const auto work = [&](uint64_t seed) {
    Random random(seed);
    std::vector<std::pair<std::byte*, size_t>> held;
    for (int i = 0; i < 2000; ++i) {
      if (held.size() < 20 && random() % 2 == 0) {
        const size_t bytes = 1 + random() % (i % 50 == 0 ? 400'000 : 5000);
        std::byte* block = pool.Allocate(bytes);
        ASSERT_NE(block, nullptr);
        block[0] = block[bytes - 1] = std::byte{1};
        held.emplace_back(block, bytes);
      } else if (!held.empty()) {
        pool.Free(held.back().first, held.back().second);
        held.pop_back();
      }
    }
    for (const auto& [block, bytes] : held) pool.Free(block, bytes);
  };
  std::thread one(work, 1);
  std::thread two(work, 2);
  one.join();
  two.join();
  EXPECT_EQ(pool.bytes_in_use(), 0U);
}

// Random sequences of allocations of several types: counted first, they fill the arena exactly,
// stay aligned, and keep their contents apart.
TEST(Arena, IsFilledExactly) {
  Random random(7);
  MemoryPool pool;
  for (int round = 0; round < 300; ++round) {
    std::vector<std::pair<int, size_t>> plan;
    size_t bytes = 0;
    for (size_t n = 1 + random() % 20; n > 0; --n) {
      const int type = static_cast<int>(random() % 3);
      const size_t count = random() % 300 + 1;
      plan.emplace_back(type, count);
      bytes = type == 0   ? Arena::SizeAfter<char>(bytes, count)
              : type == 1 ? Arena::SizeAfter<uint32_t>(bytes, count)
                          : Arena::SizeAfter<double>(bytes, count);
    }
    Arena arena(pool, bytes);
    ASSERT_TRUE(arena);
    EXPECT_EQ(pool.bytes_in_use(), bytes < MemoryPool::kMappedBytes ? bytes : pool.bytes_in_use());
    std::vector<std::pair<unsigned char*, size_t>> blocks;
    for (const auto& [type, count] : plan) {
      void* block = nullptr;
      size_t size = count;
      if (type == 0) {
        block = arena.Allocate<char>(count);
      } else if (type == 1) {
        block = arena.Allocate<uint32_t>(count);
        size *= sizeof(uint32_t);
        EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % alignof(uint32_t), 0U);
      } else {
        block = arena.Allocate<double>(count);
        size *= sizeof(double);
        EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % alignof(double), 0U);
      }
      ASSERT_NE(block, nullptr);
      blocks.emplace_back(static_cast<unsigned char*>(block), size);
      std::memset(block, static_cast<int>(blocks.size()), size);
    }
    EXPECT_EQ(arena.used(), arena.size());
    EXPECT_EQ(arena.Allocate<char>(1), nullptr);
    const Arena moved = std::move(arena);
    for (size_t i = 0; i < blocks.size(); ++i) {
      EXPECT_TRUE(std::all_of(blocks[i].first, blocks[i].first + blocks[i].second,
                              [&](unsigned char c) { return c == i + 1; }));
    }
  }
  EXPECT_EQ(pool.bytes_in_use(), 0U);
}

TEST(Arena, RefusalIsAValue) {
  MemoryPool pool;
  const Arena arena(pool, SIZE_MAX / 2);
  EXPECT_FALSE(arena);
  EXPECT_EQ(arena.size(), 0U);
}

class ScratchTest : public testing::Test {
 protected:
  static constexpr size_t kCapacity = size_t{64} << 20;

  void SetUp() override { ASSERT_EQ(coppice_scratch_init(&scratch_, kCapacity), 0); }
  void TearDown() override { coppice_scratch_destroy(&scratch_); }

  // Bytes of the scratch's range that are in memory.
  size_t Resident() const {
    const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    std::vector<unsigned char> pages(scratch_.capacity / page);
    EXPECT_EQ(mincore(scratch_.base, scratch_.capacity, pages.data()), 0);
    return page * static_cast<size_t>(std::count_if(pages.begin(), pages.end(),
                                                    [](unsigned char p) { return (p & 1) != 0; }));
  }

  coppice_scratch scratch_;
};

// Random allocations, reallocations and frees against a model that remembers every byte.
TEST_F(ScratchTest, BlocksKeepTheirContents) {
  Random random(11);
  struct Block {
    unsigned char* data;
    size_t size;
    unsigned char fill;
  };
  for (int round = 0; round < 5; ++round) {
    std::vector<Block> blocks;
    for (int step = 0; step < 20'000; ++step) {
      const auto size = static_cast<size_t>(random() % (step % 100 == 0 ? 100'000 : 300));
      const auto fill = static_cast<unsigned char>(random());
      const uint64_t action = random() % 5;
      if (action < 2 || blocks.empty()) {
        if (blocks.size() > 500) continue;
        auto* data = static_cast<unsigned char*>(coppice_scratch_allocate(&scratch_, size));
        ASSERT_EQ(reinterpret_cast<uintptr_t>(data) % 8, 0U);
        ASSERT_LT(reinterpret_cast<uintptr_t>(data) - reinterpret_cast<uintptr_t>(scratch_.base),
                  scratch_.capacity);
        std::memset(data, fill, size);
        blocks.push_back({data, size, fill});
        continue;
      }
      Block& block = blocks[random() % blocks.size()];
      size_t kept = block.size;
      if (action == 2) {
        block.data =
            static_cast<unsigned char*>(coppice_scratch_reallocate(&scratch_, block.data, size));
        kept = std::min(kept, size);
        block.size = size;
      }
      ASSERT_TRUE(std::all_of(block.data, block.data + kept,
                              [&](unsigned char c) { return c == block.fill; }));
      std::memset(block.data, block.fill, block.size);
      if (action > 2) {
        coppice_scratch_free(&scratch_, block.data);
        block = blocks.back();
        blocks.pop_back();
      }
    }
    coppice_scratch_reset(&scratch_, kCapacity);
    EXPECT_EQ(scratch_.top, scratch_.base);
  }
}

TEST_F(ScratchTest, FreedBlocksAreUsedAgain) {
  void* block = coppice_scratch_allocate(&scratch_, 80);
  coppice_scratch_free(&scratch_, block);
  EXPECT_EQ(coppice_scratch_allocate(&scratch_, 77), block);
}

TEST_F(ScratchTest, EverySizeFitsItsClass) {
  for (size_t size = 0; size < 200'000; size = size < 3000 ? size + 1 : size * 5 / 4) {
    const unsigned c = coppice_scratch_class(size);
    ASSERT_LT(c, static_cast<unsigned>(kScratchClasses));
    EXPECT_GE(coppice_scratch_class_size(c), size);
    EXPECT_LE(coppice_scratch_class_size(c), std::max<size_t>(8, size * 2 + 8));
    void* block = coppice_scratch_allocate(&scratch_, size);
    EXPECT_EQ(coppice_scratch_class_of(&scratch_, block), c);
    coppice_scratch_free(&scratch_, block);
  }
}

TEST_F(ScratchTest, LargeBlocksAreCountedUntilReset) {
  for (int i = 0; i < 10; ++i) {
    coppice_scratch_free(&scratch_, coppice_scratch_allocate(&scratch_, 1000));
    coppice_scratch_free(&scratch_, coppice_scratch_allocate(&scratch_, 5000));
  }
  EXPECT_EQ(scratch_.large_bytes, 50'000U);
  coppice_scratch_reset(&scratch_, 0);
  EXPECT_EQ(scratch_.large_bytes, 0U);
}

TEST_F(ScratchTest, ResetGivesBackAllButTheKeep) {
  constexpr size_t kKeep = size_t{1} << 20;
  for (int i = 0; i < 20; ++i) {
    std::memset(coppice_scratch_allocate(&scratch_, size_t{1} << 20), 1, size_t{1} << 20);
  }
  EXPECT_GE(Resident(), size_t{20} << 20);
  coppice_scratch_reset(&scratch_, kKeep);
  EXPECT_LE(Resident(), kKeep);
  EXPECT_GT(Resident(), 0U);
}

TEST_F(ScratchTest, LimitIsNeverPassed) {
  static jmp_buf jump;
  scratch_.limit = scratch_.base + (size_t{4} << 20);
  scratch_.exhausted = [](coppice_scratch*) { longjmp(jump, 1); };
  Random random(3);
  if (setjmp(jump) == 0) {
    for (;;) {
      const size_t size = 1 + random() % 50'000;
      auto* block = static_cast<char*>(coppice_scratch_allocate(&scratch_, size));
      ASSERT_LE(block + size, scratch_.limit);
      std::memset(block, 1, size);
    }
  }
  EXPECT_GT(scratch_.top, scratch_.base + (size_t{3} << 20));
  // A block larger than any address space, likewise.
  coppice_scratch_reset(&scratch_, 0);
  if (setjmp(jump) == 0) {
    coppice_scratch_allocate(&scratch_, SIZE_MAX / 2);
    FAIL() << "was given more than there is";
  }
}

}  // namespace
}  // namespace coppice
