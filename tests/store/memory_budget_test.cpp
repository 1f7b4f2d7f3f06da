#include "store/memory_budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <vector>

namespace coppice {
namespace {

TEST(MemoryBudgetTest, IsNeverExceededButByASingleHolder) {
  constexpr std::size_t kBytes = 1000;
  MemoryBudget budget(kBytes);
  std::atomic<std::size_t> used{0};
  std::atomic<std::size_t> holders{0};
  std::atomic<int> alone{0};
  {
    std::vector<std::jthread> threads;
    for (unsigned seed = 0; seed < 4; ++seed) {
      threads.emplace_back([&, seed] {
        std::mt19937 random(seed);
        for (int i = 0; i < 2000; ++i) {
          const std::size_t bytes = random() % 50 == 0 ? 5000 : random() % 600;
          const MemoryBudget::Reservation reservation = budget.Reserve(bytes);
          const std::size_t now = used += bytes;
          const std::size_t others = holders++;
          if (bytes > kBytes) {
            EXPECT_EQ(others, 0U);
            ++alone;
          } else {
            EXPECT_LE(now, kBytes);
          }
          --holders;
          used -= bytes;
        }
      });
    }
  }
  EXPECT_GT(alone, 0);
}

TEST(MemoryBudgetTest, ServesALargeRequestBeforeLaterSmallOnes) {
  MemoryBudget budget(100);
  std::optional<MemoryBudget::Reservation> held(budget.Reserve(60));
  std::mutex mutex;
  std::vector<std::size_t> served;
  const auto ask = [&](std::size_t bytes) {
    const MemoryBudget::Reservation reservation = budget.Reserve(bytes);
    const std::lock_guard lock(mutex);
    served.push_back(bytes);
  };
  const auto wait_for_requests = [&budget](std::uint64_t count) {
    while (budget.request_count() < count) std::this_thread::yield();
  };
  std::jthread large(ask, 100);
  wait_for_requests(2);
  std::jthread small(ask, 10);  // would fit beside what is held
  wait_for_requests(3);
  held.reset();
  large.join();
  small.join();
  EXPECT_EQ(served, (std::vector<std::size_t>{100, 10}));
}

TEST(MemoryBudgetTest, GivesBackOnceThroughMoves) {
  MemoryBudget budget(10);
  MemoryBudget::Reservation first = budget.Reserve(10);
  MemoryBudget::Reservation second = std::move(first);
  first = MemoryBudget::Reservation();
  second = MemoryBudget::Reservation();
  budget.Reserve(10);  // would wait for ever if something were still held
}

}  // namespace
}  // namespace coppice
