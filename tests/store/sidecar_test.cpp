#include "store/sidecar.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/store/temporary_tree.h"

namespace coppice {
namespace {

struct OwnedFile {
  SidecarFile file;
  std::string path;
};

std::vector<OwnedFile> MakeFiles(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<OwnedFile> files(count);
  for (std::size_t i = 0; i < count; ++i) {
    OwnedFile& owned = files[i];
    owned.path = std::string(i % 7, 'a') + std::to_string(i) + (i % 5 == 0 ? "\xff\n/x.py" : ".py");
    owned.file.root = i < count / 2 ? 0 : 1;
    owned.file.stat.size = random() >> (random() % 64);
    owned.file.stat.mtime_ns = static_cast<std::int64_t>(random());
    owned.file.stat.ctime_ns = static_cast<std::int64_t>(random());
    owned.file.stat.inode = random() >> (random() % 64);
    owned.file.stat.device = random() >> (random() % 64);
    owned.file.state = random() % 3 == 0 ? SidecarState::kSkipped : SidecarState::kIndexed;
    owned.file.trusted = random() % 3 != 0;
  }
  for (OwnedFile& owned : files) owned.file.path = owned.path;
  return files;
}

void WriteFiles(const std::vector<OwnedFile>& files, const std::string& path, const Hash128& pack) {
  SidecarWriter writer({"first", "second"});
  for (const OwnedFile& owned : files) writer.Add(owned.file);
  ASSERT_TRUE(writer.Write(path, pack));
}

// Removed first: some file systems write out a file that is truncated and written again.
Result<SidecarReader> OpenBytes(const TemporaryTree& tree, const std::string& bytes) {
  std::filesystem::remove(tree / "copy");
  return SidecarReader::Open(tree.Write("copy", bytes), 100);
}

const Hash128 kPack{1, 2};

TEST(SidecarTest, GivesBackWhatWasWritten) {
  const TemporaryTree tree;
  const std::vector<OwnedFile> files = MakeFiles(500, 1);
  WriteFiles(files, tree / "state", kPack);
  Result<SidecarReader> reader = SidecarReader::Open(tree / "state", 100);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->pack(), kPack);
  EXPECT_EQ(reader->root_names(), (std::vector<std::string>{"first", "second"}));
  SidecarFile file;
  for (const OwnedFile& owned : files) {
    ASSERT_TRUE(reader->Next(file));
    EXPECT_EQ(file.root, owned.file.root);
    EXPECT_EQ(file.path, owned.path);
    EXPECT_EQ(file.stat, owned.file.stat);
    EXPECT_EQ(file.state, owned.file.state);
    EXPECT_EQ(file.trusted, owned.file.trusted);
  }
  EXPECT_FALSE(reader->Next(file));
}

TEST(SidecarTest, ReplacesTheOldOneAndLeavesNothingElse) {
  const TemporaryTree tree;
  WriteFiles(MakeFiles(50, 2), tree / "state", kPack);
  WriteFiles(MakeFiles(3, 3), tree / "state", kPack);
  Result<SidecarReader> reader = SidecarReader::Open(tree / "state", 100);
  ASSERT_TRUE(reader);
  SidecarFile file;
  int count = 0;
  while (reader->Next(file)) ++count;
  EXPECT_EQ(count, 3);
  const std::filesystem::directory_iterator entries(tree.path());
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
}

TEST(SidecarTest, LeavesAloneWhatIsNoSidecar) {
  const TemporaryTree tree;
  const std::string path = tree.Write("state", "coppice statement\n");
  const Result<void> written = SidecarWriter({}).Write(path, kPack);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(std::filesystem::file_size(path), 18U);
  std::filesystem::create_symlink("elsewhere", tree / "link");
  EXPECT_FALSE(SidecarWriter({}).Write(tree / "link", kPack));
  // Of another version, or emptied: ours to replace.
  EXPECT_TRUE(SidecarWriter({}).Write(tree.Write("older", "coppice state 0\n"), kPack));
  EXPECT_TRUE(SidecarWriter({}).Write(tree.Write("empty", ""), kPack));
}

TEST(SidecarTest, RemovesOnlyLeftoversOfItsOwn) {
  const TemporaryTree tree;
  tree.Write("state.tmp", "somebody's");
  tree.Write(".state.01234567.tmp", "somebody's");
  tree.Write(".state.89abcdef.tmp", "coppice state 1\nhalf");
  ASSERT_TRUE(SidecarWriter({}).Write(tree / "state", kPack));
  EXPECT_TRUE(std::filesystem::exists(tree / "state.tmp"));
  EXPECT_TRUE(std::filesystem::exists(tree / ".state.01234567.tmp"));
  EXPECT_FALSE(std::filesystem::exists(tree / ".state.89abcdef.tmp"));
}

TEST(SidecarTest, RefusesEveryFlippedByteAndEveryTruncation) {
  const TemporaryTree tree;
  WriteFiles(MakeFiles(2, 4), tree / "state", kPack);
  std::ifstream file(tree / "state", std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(file), {}};
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    EXPECT_FALSE(OpenBytes(tree, damaged)) << at;
    EXPECT_FALSE(OpenBytes(tree, whole.substr(0, at))) << at;
  }
}

// A checksum is no defence against who makes one: whatever the entries hold, they stay in bounds.
TEST(SidecarTest, ReadsNothingOutsideOfForgedEntries) {
  const TemporaryTree tree;
  WriteFiles(MakeFiles(6, 5), tree / "state", kPack);
  std::ifstream file(tree / "state", std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(file), {}};
  std::mt19937_64 random(6);
  std::size_t opened = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string forged = whole.substr(0, whole.size() - 8);
    for (int flips = 0; flips < 3; ++flips) {
      forged[16 + random() % (forged.size() - 16)] = static_cast<char>(random());
    }
    if (random() % 4 == 0) forged.resize(16 + random() % (forged.size() - 16));
    const std::uint64_t checksum = Hash64(std::string_view(forged).substr(16));
    forged.append(reinterpret_cast<const char*>(&checksum), sizeof checksum);
    Result<SidecarReader> reader = OpenBytes(tree, forged);
    if (!reader) continue;
    ++opened;
    SidecarFile entry;
    while (reader->Next(entry)) {
      EXPECT_LT(entry.root, reader->root_names().size());
      EXPECT_LE(entry.path.size(), forged.size());
    }
  }
  EXPECT_GT(opened, 100U);
}

TEST(SidecarTest, SaysWhatIsMissing) {
  const TemporaryTree tree;
  const Result<SidecarReader> missing = SidecarReader::Open(tree / "state", 100);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_NE(missing.error().message.find("state"), std::string::npos);
  ASSERT_EQ(mkfifo((tree / "pipe").c_str(), 0600), 0);
  EXPECT_FALSE(SidecarReader::Open(tree / "pipe", 100));
  EXPECT_FALSE(SidecarWriter({}).Write(tree / "no/state", kPack));
}

TEST(SidecarTest, DoesNotReadWhatIsFarTooLong) {
  const TemporaryTree tree;
  ASSERT_TRUE(SidecarWriter({}).Write(tree / "state", kPack));
  ASSERT_EQ(truncate((tree / "state").c_str(), off_t{1} << 40), 0);
  const Result<SidecarReader> reader = SidecarReader::Open(tree / "state", 1'000'000);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, ErrorCode::kIo);
}

TEST(SidecarTest, TrustsWhatHasBeenStillForATick) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  FileStat stat;
  stat.ctime_ns = 100 * kSecond + 123'456'789;
  EXPECT_TRUE(IsRacy(stat, stat.ctime_ns));
  EXPECT_TRUE(IsRacy(stat, stat.ctime_ns + 1'000'000));
  EXPECT_TRUE(IsRacy(stat, stat.ctime_ns - kSecond)) << "changed after it was looked at";
  EXPECT_FALSE(IsRacy(stat, stat.ctime_ns + kSecond / 10));
  stat.ctime_ns = 100 * kSecond;
  EXPECT_TRUE(IsRacy(stat, stat.ctime_ns + kSecond)) << "a file system of whole seconds";
  EXPECT_FALSE(IsRacy(stat, stat.ctime_ns + 3 * kSecond));
}

}  // namespace
}  // namespace coppice
