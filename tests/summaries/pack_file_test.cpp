// How a pack takes its place: in one step or not at all.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "summaries/pack_writer.h"
#include "tests/summaries/pack_model.h"

namespace coppice::test {
namespace {

using Entries = std::vector<std::string>;

class PackFile : public ::testing::Test {
 protected:
  void SetUp() override {
    WritePack(directory_ / "p", old_);
    old_bytes_ = FileBytesOf(directory_ / "p");
  }

  void ExpectOldPackAlone() {
    EXPECT_EQ(FileBytesOf(directory_ / "p"), old_bytes_);
    EXPECT_EQ(directory_.Entries(), Entries{"p"});
  }

  // Runs `child` in a process of its own.
  template <class Child>
  static int InChild(Child child) {
    const pid_t pid = fork();
    if (pid == 0) _exit(child());
    int status = 0;
    waitpid(pid, &status, 0);
    return status;
  }

  const TemporaryDirectory directory_;
  const Model old_ = ModelMaker(1).Make(10);
  const Model new_ = ModelMaker(2).Make(500);
  std::string old_bytes_;
};

TEST_F(PackFile, ChangesNothingUntilItIsFinished) {
  {
    auto writer = PackWriter::Create(directory_ / "p", {.name_run_bytes = 1000});
    for (const auto& module : new_) ASSERT_TRUE(AddModule(*writer, module));
    EXPECT_EQ(FileBytesOf(directory_ / "p"), old_bytes_);
  }
  ExpectOldPackAlone();
}

TEST_F(PackFile, StopsWhenItIsInterrupted) {
  std::atomic<bool> interrupted{false};
  {
    auto writer =
        PackWriter::Create(directory_ / "p", {.name_run_bytes = 1000, .interrupted = &interrupted});
    for (const auto& module : new_) ASSERT_TRUE(AddModule(*writer, module));
    interrupted = true;
    const auto finished = writer->Finish();
    ASSERT_FALSE(finished);
    EXPECT_EQ(finished.error().code, ErrorCode::kCancelled);
    EXPECT_TRUE(finished.error().message.starts_with(directory_ / "p"));
  }
  ExpectOldPackAlone();
}

TEST_F(PackFile, IsReadOnlyAndReplacesReadOnlyOnes) {
  const mode_t mask = umask(027);
  WritePack(directory_ / "p", new_);
  umask(mask);
  struct stat status {};
  ASSERT_EQ(stat((directory_ / "p").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0440u);
  ExpectHolds(*OpenPack(directory_ / "p"), new_);
  EXPECT_EQ(directory_.Entries(), Entries{"p"});
}

TEST_F(PackFile, ReadersKeepTheOldOne) {
  const auto reader = OpenPack(directory_ / "p");
  WritePack(directory_ / "p", new_);
  ExpectHolds(*reader, old_);
}

TEST_F(PackFile, ReplacesWhatALinkLeadsTo) {
  std::filesystem::create_directory(directory_ / "d");
  std::filesystem::create_symlink("../p", directory_ / "d/second");
  std::filesystem::create_symlink("d/second", directory_ / "first");
  std::filesystem::create_symlink("d/absent", directory_ / "dangling");
  WritePack(directory_ / "first", new_);
  WritePack(directory_ / "dangling", new_);
  for (const char* link : {"first", "d/second", "dangling"}) {
    EXPECT_TRUE(std::filesystem::is_symlink(directory_ / link)) << link;
    EXPECT_EQ(FileBytesOf(directory_ / link), FileBytesOf(directory_ / "p"));
  }
  EXPECT_NE(FileBytesOf(directory_ / "p"), old_bytes_);

  std::filesystem::create_symlink("loop", directory_ / "loop");
  EXPECT_EQ(PackWriter::Create(directory_ / "loop").error().code, ErrorCode::kIo);
}

TEST_F(PackFile, SaysWhyItCannot) {
  const auto refused = [&](const std::string& path, ErrorCode code) {
    const auto writer = PackWriter::Create(path);
    ASSERT_FALSE(writer) << path;
    EXPECT_EQ(writer.error().code, code) << writer.error().message;
    EXPECT_NE(writer.error().message.find(path), std::string::npos) << writer.error().message;
  };
  std::filesystem::create_directory(directory_ / "d");
  ASSERT_EQ(mkfifo((directory_ / "fifo").c_str(), 0600), 0);
  refused(directory_ / "d", ErrorCode::kInvalidArgument);
  refused(directory_ / "d/", ErrorCode::kInvalidArgument);
  refused(directory_ / "fifo", ErrorCode::kInvalidArgument);
  refused(directory_ / "absent/p", ErrorCode::kIo);
  refused(directory_ / "p/p", ErrorCode::kIo);
  refused("/proc/p", ErrorCode::kIo);  // nobody can write there, not even root

  EXPECT_EQ(Pack::Open(directory_ / "absent").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(Pack::Open(directory_ / "d").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(Pack::Open(directory_ / "fifo").error().code, ErrorCode::kInvalidArgument);
  std::ofstream(directory_ / "empty").flush();
  for (const auto mode : {Pack::OpenMode::kMapped, Pack::OpenMode::kPrivateCopy}) {
    EXPECT_EQ(Pack::Open(directory_ / "empty", mode).error().code, ErrorCode::kDamaged);
  }
}

// As a full disk would: a limit on the size of files, which holds for root too.
TEST_F(PackFile, LeavesTheOldOneWhereTheDiskIsFull) {
  std::size_t size = 0;
  {
    WritePack(directory_ / "whole", new_);
    size = FileBytesOf(directory_ / "whole").size();
    std::filesystem::remove(directory_ / "whole");
  }
  for (const std::size_t limit : {std::size_t{0}, std::size_t{100}, size / 4, size / 2, size - 1}) {
    const int status = InChild([&] {
      signal(SIGXFSZ, SIG_IGN);
      const rlimit bytes{limit, limit};
      setrlimit(RLIMIT_FSIZE, &bytes);
      auto writer = PackWriter::Create(directory_ / "p", {.name_run_bytes = 1000});
      if (!writer) return 1;
      std::optional<Error> error;
      for (const auto& module : new_) {
        if (const auto added = AddModule(*writer, module); !added) {
          error = added.error();
          break;
        }
      }
      if (!error) {
        const auto finished = writer->Finish();
        if (finished) return 2;
        error = finished.error();
      }
      if (error->code != ErrorCode::kIo) return 3;
      return error->message.find("cannot write: File too large") == std::string::npos ? 4 : 0;
    });
    EXPECT_EQ(status, 0) << limit;
    ExpectOldPackAlone();
  }
}

TEST_F(PackFile, OutlivesItsWritersDeath) {
  const int status = InChild([&] {
    auto writer = PackWriter::Create(directory_ / "p", {.name_run_bytes = 1000});
    for (const auto& module : new_) {
      if (!AddModule(*writer, module)) return 1;
    }
    return raise(SIGKILL);
  });
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(FileBytesOf(directory_ / "p"), old_bytes_);
  EXPECT_EQ(directory_.Entries().size(), 2u);  // a leftover

  // Others' files stay, whatever they are called; so does what a living writer is at.
  std::ofstream(directory_ / ".p.01234567.tmp") << "not ours";
  std::ofstream(directory_ / ".p.0123456.tmp") << "";
  std::ofstream(directory_ / ".q.01234567.tmp") << "";
  auto living = PackWriter::Create(directory_ / "p");
  ASSERT_TRUE(living);
  const Entries before = directory_.Entries();
  EXPECT_EQ(before.size(), 5u);
  { const auto writer = PackWriter::Create(directory_ / "p"); }
  EXPECT_EQ(directory_.Entries(), before);
  ASSERT_TRUE(living->Finish());
  EXPECT_EQ(OpenPack(directory_ / "p")->module_count(), 0u);
}

}  // namespace
}  // namespace coppice::test
