#include "store/lock_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/store/temporary_tree.h"

namespace coppice {
namespace {

TEST(LockFileTest, LeavesNothingBehind) {
  const TemporaryTree tree;
  const std::string path = tree / "lock";
  {
    const Result<LockFile> lock = LockFile::Acquire(path, [] { FAIL() << "nobody holds it"; });
    ASSERT_TRUE(lock);
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(LockFileTest, TakesAFileThatAKilledHolderLeft) {
  const TemporaryTree tree;
  const std::string path = tree.Write("lock");
  EXPECT_TRUE(LockFile::Acquire(path, [] { FAIL() << "nobody holds it"; }));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(LockFileTest, LeavesAloneWhatIsNoLockFile) {
  const TemporaryTree tree;
  const std::string path = tree.Write("lock", "somebody's");
  const Result<LockFile> lock = LockFile::Acquire(path, {});
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(std::filesystem::file_size(path), 10U);
  ASSERT_EQ(mkfifo((tree / "pipe").c_str(), 0600), 0);
  EXPECT_FALSE(LockFile::Acquire(tree / "pipe", {}));
  EXPECT_TRUE(std::filesystem::exists(tree / "pipe"));
}

TEST(LockFileTest, IsHeldByOneAtATime) {
  const TemporaryTree tree;
  const std::string path = tree / "lock";
  std::atomic<int> most{0};
  std::atomic<int> inside{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        const Result<LockFile> lock = LockFile::Acquire(path, {});
        ASSERT_TRUE(lock);
        const int now = ++inside;
        if (now > most) most = now;
        --inside;
      });
    }
  }
  EXPECT_EQ(most, 1);
  EXPECT_FALSE(std::filesystem::exists(path));
}

// What a waiting one has opened is removed by the holder: a lock on that would exclude nobody.
TEST(LockFileTest, IsTakenOnTheFileThatIsThere) {
  const TemporaryTree tree;
  const std::string path = tree / "lock";
  std::optional<LockFile> held(std::move(*LockFile::Acquire(path, {})));
  std::promise<void> waiting;
  std::jthread waiter([&] {
    const Result<LockFile> lock = LockFile::Acquire(path, [&] { waiting.set_value(); });
    ASSERT_TRUE(lock);
    EXPECT_TRUE(std::filesystem::exists(path));
  });
  waiting.get_future().wait();
  held.reset();
}

TEST(LockFileTest, WaitsUntilItIsInterrupted) {
  const TemporaryTree tree;
  const std::string path = tree / "lock";
  const Result<LockFile> held = LockFile::Acquire(path, {});
  ASSERT_TRUE(held);
  std::atomic<bool> interrupted{false};
  int waits = 0;
  const Result<LockFile> second = LockFile::Acquire(
      path,
      [&] {
        ++waits;
        interrupted = true;
      },
      &interrupted);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(waits, 1);
  EXPECT_TRUE(std::filesystem::exists(path)) << "the holder's file is not the other's to remove";
}

TEST(LockFileTest, SaysWhyNot) {
  const TemporaryTree tree;
  const Result<LockFile> missing = LockFile::Acquire(tree / "no/lock", {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kIo);
  EXPECT_NE(missing.error().message.find("no/lock"), std::string::npos);
  // Root writes everywhere.
  const uid_t user = geteuid();
  constexpr uid_t kNobody = 65534;
  ASSERT_EQ(chmod(tree.path().c_str(), 0555), 0);
  ASSERT_EQ(seteuid(user == 0 ? kNobody : user), 0);
  const Result<LockFile> forbidden = LockFile::Acquire(tree / "lock", {});
  ASSERT_EQ(seteuid(user), 0);
  ASSERT_FALSE(forbidden);
  EXPECT_EQ(forbidden.error().code, ErrorCode::kUnavailable);
  ASSERT_EQ(chmod(tree.path().c_str(), 0700), 0);
}

}  // namespace
}  // namespace coppice
