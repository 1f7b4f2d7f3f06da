#include "store/indexer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <new>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "arena/memory_pool.h"
#include "store/memory_budget.h"
#include "store/module_builder.h"
#include "store/sidecar.h"
#include "summaries/pack.h"
#include "summaries/pack_format.h"
#include "tests/store/temporary_tree.h"
#include "tests/summaries/pack_repair.h"

namespace coppice {
namespace {

// The real file system, injured where a test says so.
class InjuredFileSystem final : public FileSystem {
 public:
  std::map<std::string, FileErrorCode> unreadable;  // by the end of the path
  // Before a file below a root is read; several threads may be in it.
  std::function<void(const std::string& path)> on_read;
  std::function<void()> on_open;  // before a directory is opened

  FileResult<std::unique_ptr<Directory>> OpenDirectory(const std::string& path) const override {
    if (on_open) on_open();
    auto directory = real_.OpenDirectory(path);
    if (!directory) return directory;
    return std::unique_ptr<Directory>(
        std::make_unique<InjuredDirectory>(*std::move(directory), *this));
  }
  FileResult<FileStat> Stat(const std::string& path) const override { return real_.Stat(path); }
  FileResult<std::string> CanonicalPath(const std::string& path) const override {
    return real_.CanonicalPath(path);
  }
  FileResult<FileStat> ReadFile(const std::string& path, std::uint64_t max_bytes,
                                std::string& contents) const override {
    return real_.ReadFile(path, max_bytes, contents);
  }
  // Since the last call.
  int TakeReads() const { return reads_.exchange(0); }

 private:
  class InjuredDirectory final : public Directory {
   public:
    InjuredDirectory(std::unique_ptr<Directory> real, const InjuredFileSystem& files)
        : real_(std::move(real)), files_(files) {}
    FileResult<std::vector<DirectoryEntry>> List() override { return real_->List(); }
    FileResult<FileStat> Stat(const std::string& name) const override { return real_->Stat(name); }
    FileResult<FileStat> StatNoFollow(const std::string& name) const override {
      return real_->StatNoFollow(name);
    }
    FileResult<FileStat> Stat() const override { return real_->Stat(); }
    FileResult<FileStat> ReadFile(const std::string& path, std::uint64_t max_bytes,
                                  std::string& contents) const override {
      ++files_.reads_;
      if (files_.on_read) files_.on_read(path);
      for (const auto& [end, code] : files_.unreadable) {
        if (path.ends_with(end)) return FileError{code, path, "injured"};
      }
      return real_->ReadFile(path, max_bytes, contents);
    }

   private:
    std::unique_ptr<Directory> real_;
    const InjuredFileSystem& files_;
  };

  PosixFileSystem real_;
  mutable std::atomic<int> reads_{0};
};

class RecordingSink final : public ProgressSink {
 public:
  void OnWarning(const IndexWarning& warning) override { warnings.push_back(warning.path); }
  void OnProgress(const IndexProgress& progress) override {
    EXPECT_GT(progress.files_done, last.files_done);
    EXPECT_GE(progress.bytes_done, last.bytes_done);
    last = progress;
  }
  std::vector<std::string> warnings;
  IndexProgress last;
};

class IndexerTest : public testing::Test {
 protected:
  IndexerTest() {
    options_.roots = {{"src", tree_ / "src"}};
    options_.pack_path = tree_ / "a.pack";
    options_.jobs = 2;
    for (int i = 0; i < 40; ++i) {
      tree_.Write("src/m" + std::to_string(100 + i) + ".py",
                  "x" + std::to_string(i) + " = 1\ndef f(): pass\n");
    }
  }

  IndexReport Index() {
    Result<IndexReport> report = BuildIndex(options_, files_);
    EXPECT_TRUE(report) << report.error().message;
    return report ? std::move(*report) : IndexReport{};
  }
  std::string Contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // What a run from nothing gives for the files as they are.
  std::string FreshBytes() {
    IndexOptions fresh = options_;
    fresh.fresh = true;
    fresh.pack_path = tree_ / "fresh.pack";
    EXPECT_TRUE(BuildIndex(fresh, files_));
    return Contents(fresh.pack_path);
  }
  // Puts other bytes at the pack's place; packs themselves cannot be written to.
  void ReplacePack(const std::string& bytes) {
    std::filesystem::remove(options_.pack_path);
    tree_.Write("a.pack", bytes);
  }
  // Rewrites the sidecar so that every file has its present stat, and `path` is trusted or not;
  // `left_out` is missing there.
  void ForgeSidecar(const std::string& path, bool trusted, const std::string& left_out = {}) {
    const std::string sidecar = options_.pack_path + ".coppice-state";
    Result<SidecarReader> reader = SidecarReader::Open(sidecar, 100);
    ASSERT_TRUE(reader);
    SidecarWriter writer(reader->root_names());
    SidecarFile file;
    while (reader->Next(file)) {
      if (file.path == left_out) continue;
      const FileResult<FileStat> stat = files_.Stat(tree_ / "src/" + std::string(file.path));
      ASSERT_TRUE(stat);
      file.stat = *stat;
      file.trusted = file.path != path || trusted;
      writer.Add(file);
    }
    ASSERT_TRUE(writer.Write(sidecar, reader->pack()));
  }

  TemporaryTree tree_;
  InjuredFileSystem files_;
  IndexOptions options_;
};

TEST_F(IndexerTest, ReportsWhatItDid) {
  const IndexReport report = Index();
  EXPECT_EQ(report.modules, 40U);
  EXPECT_EQ(report.parsed, 40U);
  EXPECT_EQ(report.reused, 0U);
  EXPECT_EQ(report.lines, 80U);
  EXPECT_GT(report.ast_bytes, report.ast_nodes);
  EXPECT_TRUE(report.pack_written);
  EXPECT_EQ(report.pack_bytes, Contents(options_.pack_path).size());
  EXPECT_TRUE(report.warnings.empty());

  const IndexReport again = Index();
  EXPECT_EQ(again.parsed, 0U);
  EXPECT_EQ(again.reused, 40U);
  EXPECT_EQ(again.lines, 80U);
  EXPECT_FALSE(again.pack_written);
}

TEST_F(IndexerTest, ReadsOnlyWhatTheSidecarDoesNotVouchFor) {
  Index();
  // Files that were new a moment ago are read until their times can be trusted.
  const auto limit = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  do {
    ASSERT_LT(std::chrono::steady_clock::now(), limit);
    files_.TakeReads();
    Index();
  } while (files_.TakeReads() != 0);
  tree_.Write("src/m100.py", "changed = 1\n");
  EXPECT_EQ(Index().parsed, 1U);
  EXPECT_EQ(files_.TakeReads(), 1);
  EXPECT_EQ(Contents(options_.pack_path), FreshBytes());
}

TEST_F(IndexerTest, ParsesNothingThatHasTheOldContent) {
  Index();
  std::filesystem::remove(options_.pack_path + ".coppice-state");
  const IndexReport report = Index();
  EXPECT_EQ(report.parsed, 0U);
  EXPECT_FALSE(report.pack_written);
  EXPECT_TRUE(std::filesystem::exists(options_.pack_path + ".coppice-state"));
}

TEST_F(IndexerTest, ReadsAgainWhoseStatIsNotTrusted) {
  Index();
  const std::string before = Contents(options_.pack_path);
  tree_.Write("src/m100.py", "changed = 1\n");
  files_.TakeReads();

  // Vouched for, if falsely: it is not looked at.
  ForgeSidecar("m100.py", true);
  EXPECT_EQ(Index().parsed, 0U);
  EXPECT_EQ(files_.TakeReads(), 0);
  EXPECT_EQ(Contents(options_.pack_path), before);

  ForgeSidecar("m100.py", false);
  EXPECT_EQ(Index().parsed, 1U);
  EXPECT_EQ(files_.TakeReads(), 1);
  EXPECT_EQ(Contents(options_.pack_path), FreshBytes());
}

TEST_F(IndexerTest, BelievesNoSidecarOfAnotherPack) {
  Index();
  const std::string pack = options_.pack_path;
  tree_.Write("src/m100.py", "changed = 1\n");
  options_.pack_path = tree_ / "b.pack";
  Index();
  ForgeSidecar("", true);
  std::filesystem::rename(tree_ / "b.pack.coppice-state", pack + ".coppice-state");
  options_.pack_path = pack;
  EXPECT_EQ(Index().parsed, 1U);
  EXPECT_EQ(Contents(pack), FreshBytes());
}

TEST_F(IndexerTest, ParsesTheSameContentOnce) {
  const auto write = [this](const std::string& path) {
    tree_.Write("src/" + path, "class C:\n    'Doc.'\n    attribute = 1\n");
    tree_.Write("src/errors/" + path, "def f(:\n");
    tree_.Write("src/undecodable/" + path, "x = '\xff'\n");
  };
  const IndexReport others = Index();
  write("x.py");
  const IndexReport first = Index();  // parses these three alone
  // Taken over from the old pack, and copied within a new one.
  write("y/x.py");
  write("z/y.py");
  Index();
  EXPECT_EQ(Contents(options_.pack_path), FreshBytes());

  options_.fresh = true;
  for (const unsigned jobs : {1U, 2U}) {
    SCOPED_TRACE(jobs);
    options_.jobs = jobs;
    const IndexReport report = Index();
    EXPECT_EQ(report.modules, 49U);
    // What does not decode has its warning each time.
    EXPECT_EQ(report.parsed, 45U);
    EXPECT_EQ(report.reused, 4U);
    EXPECT_EQ(report.warnings.size(), 3U);
    EXPECT_EQ(report.files_with_errors, 3U);
    EXPECT_EQ(report.undecodable, 3U);
    EXPECT_EQ(report.lines - others.lines, 3 * (first.lines - others.lines));
    EXPECT_EQ(report.source_bytes - others.source_bytes,
              3 * (first.source_bytes - others.source_bytes));
    EXPECT_EQ(report.read_bytes, report.source_bytes);
    // Copies count as if they had been parsed.
    EXPECT_EQ(report.ast_nodes - others.ast_nodes, 3 * first.ast_nodes);
    EXPECT_EQ(report.ast_bytes - others.ast_bytes, 3 * first.ast_bytes);
  }
}

// Nothing is written before the first file, so that both of the same content are parsed.
TEST_F(IndexerTest, CountsOnceWhatIsParsedSideBySide) {
  using std::chrono::steady_clock;
  tree_.Write("src/a.py", "first = 1\n");
  tree_.Write("src/b.py", "same = 1\n");
  tree_.Write("src/c.py", "same = 1\n");
  std::atomic<bool> both_parsed{false};
  options_.fresh = true;
  files_.on_read = [&](const std::string& path) {
    if (path == "m100.py") both_parsed = true;
    if (path != "a.py") return;
    const auto limit = steady_clock::now() + std::chrono::seconds(30);
    while (!both_parsed && steady_clock::now() < limit) std::this_thread::yield();
  };
  const IndexReport report = Index();
  EXPECT_TRUE(both_parsed);
  EXPECT_EQ(report.parsed, 42U);
  EXPECT_EQ(report.reused, 1U);
  EXPECT_EQ(report.read_bytes, report.source_bytes);
}

TEST(ModuleBuilder, ParsesNothingThatIsWritten) {
  const TemporaryTree tree;
  tree.Write("a.py", "def f(:\n");
  tree.Write("b.py", "def f(:\n");
  const PosixFileSystem files;
  MemoryPool pool;
  MemoryBudget budget(1);
  WrittenContents written;
  ModuleBuilder builder(files, pool, budget, written, nullptr);
  const BuiltModule built = builder.Build(tree.path(), "a.py", 100, {});
  EXPECT_EQ(built.outcome, ModuleOutcome::kBuilt);
  const auto add = [&](ModuleId id) {
    return written.Add(built.content_hash, {id, built.syntax, built.ast_nodes, built.ast_bytes});
  };
  EXPECT_TRUE(add(ModuleId{7}));
  EXPECT_FALSE(add(ModuleId{8}));

  const BuiltModule& copy = builder.Build(tree.path(), "b.py", 100, {});
  EXPECT_EQ(copy.outcome, ModuleOutcome::kCopy);
  EXPECT_EQ(copy.same, ModuleId{7});
  EXPECT_EQ(copy.syntax, SyntaxState::kErrors);
  EXPECT_EQ(copy.source_bytes, built.source_bytes);
  EXPECT_GT(copy.ast_nodes, 0U);
  EXPECT_EQ(copy.ast_nodes, built.ast_nodes);
  EXPECT_EQ(copy.ast_bytes, built.ast_bytes);
}

TEST_F(IndexerTest, BelievesNoSidecarThatCountsOtherwise) {
  Index();
  const std::string before = Contents(options_.pack_path);
  ForgeSidecar("", true, "m100.py");
  files_.TakeReads();
  EXPECT_EQ(Index().reused, 40U);
  EXPECT_EQ(files_.TakeReads(), 40);
  EXPECT_EQ(Contents(options_.pack_path), before);
}

TEST_F(IndexerTest, TakesNothingOverFromAnotherProducer) {
  Index();
  const std::string own = Contents(options_.pack_path);
  std::string other = own;
  const std::string producer((*Pack::Open(options_.pack_path))->info().producer);
  const std::size_t at = other.rfind(producer);
  ASSERT_NE(at, std::string::npos);
  other[at] = static_cast<char>(other[at] ^ 1);
  ReplacePack(test::RepairChecksums(other));
  ASSERT_NE((*Pack::Open(options_.pack_path))->info().producer, producer);
  const IndexReport report = Index();
  EXPECT_EQ(report.parsed, 40U);
  EXPECT_TRUE(report.warnings.empty());
  EXPECT_EQ(Contents(options_.pack_path), own);
}

TEST_F(IndexerTest, LeavesOutWhatALowerLimitExcludes) {
  tree_.Write("src/large.py", std::string(1000, '#'));
  EXPECT_EQ(Index().modules, 41U);
  ForgeSidecar("", true);
  files_.TakeReads();
  options_.max_file_bytes = 500;
  const IndexReport report = Index();
  EXPECT_EQ(report.modules, 40U);
  EXPECT_EQ(report.skipped, 1U);
  EXPECT_EQ(report.warnings.size(), 1U);
  EXPECT_EQ(files_.TakeReads(), 0);
  EXPECT_EQ(Contents(options_.pack_path), FreshBytes());
}

TEST_F(IndexerTest, ReadsNothingToLeaveDocstringsOut) {
  Index();
  ForgeSidecar("", true);
  files_.TakeReads();
  options_.docstrings = false;
  EXPECT_EQ(Index().reused, 40U);
  EXPECT_EQ(files_.TakeReads(), 0);
  EXPECT_EQ(Contents(options_.pack_path), FreshBytes());
  options_.docstrings = true;
  EXPECT_EQ(Index().parsed, 40U);
  EXPECT_EQ(Contents(options_.pack_path), FreshBytes());
}

TEST_F(IndexerTest, BuildsADamagedPackAnewThoughNoFileChanged) {
  Index();
  const std::string whole = Contents(options_.pack_path);
  for (std::size_t at = 8; at < whole.size(); at += 97) {
    ForgeSidecar("", true);
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    ReplacePack(damaged);
    const IndexReport report = Index();
    EXPECT_EQ(Contents(options_.pack_path), whole) << at;
    EXPECT_TRUE(report.pack_written) << at;
    EXPECT_EQ(report.warnings.size(), 1U) << at;
  }
}

// All checksums are right: what is wrong shows only when the names are taken over.
TEST_F(IndexerTest, StartsAgainWhereDamageShowsInMidRun) {
  namespace format = pack_format;
  Index();
  std::string damaged = Contents(options_.pack_path);
  const auto bytes = std::as_bytes(std::span(damaged));
  const std::uint64_t toc_offset = format::DecodeHeader(bytes)->toc_offset;
  const auto toc = format::DecodeToc(bytes.subspan(toc_offset), toc_offset);
  ASSERT_TRUE(toc);
  damaged[toc->sections[format::kNames].offset] = '\xff';
  ReplacePack(test::RepairChecksums(damaged));
  tree_.Write("src/m100.py", "changed = 1\n");
  const IndexReport report = Index();
  EXPECT_EQ(report.parsed, 40U);
  ASSERT_EQ(report.warnings.size(), 1U);
  EXPECT_TRUE(report.warnings[0].reason.ends_with("; it is built anew"));
  EXPECT_EQ(Contents(options_.pack_path), FreshBytes());
}

TEST_F(IndexerTest, TouchesNothingOfOthers) {
  const std::string pack = options_.pack_path;
  const std::map<std::string, std::string> others = {
      {".lock", ""}, {".state", ""}, {".state.tmp", "x"}, {".coppice-state", "their state"}};
  for (const auto& [end, contents] : others) tree_.Write("a.pack" + end, contents);
  IndexReport report = Index();
  ASSERT_EQ(report.warnings.size(), 1U);
  EXPECT_EQ(report.warnings[0].path, pack + ".coppice-state");
  EXPECT_EQ(Index().reused, 40U);
  tree_.Write("a.pack.coppice-lock", "their lock");
  const Result<IndexReport> refused = BuildIndex(options_, files_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(Contents(pack + ".coppice-lock"), "their lock");
  for (const auto& [end, contents] : others) {
    EXPECT_TRUE(std::filesystem::exists(pack + end)) << end;
    EXPECT_EQ(Contents(pack + end), contents) << end;
  }
}

TEST_F(IndexerTest, NamesTheDirectoryThatIsMissing) {
  tree_.Write("file", "x");
  for (const char* directory : {"missing", "file", "file/missing"}) {
    options_.pack_path = tree_ / directory + "/a.pack";
    const Result<IndexReport> report = BuildIndex(options_, files_);
    ASSERT_FALSE(report);
    EXPECT_TRUE(report.error().message.starts_with(options_.pack_path + ": cannot be made: "));
    EXPECT_EQ(report.error().message.find("lock"), std::string::npos);
  }
}

TEST_F(IndexerTest, SkipsWhatItCannotRead) {
  files_.unreadable["m105.py"] = FileErrorCode::kPermissionDenied;
  files_.unreadable["m110.py"] = FileErrorCode::kNotFound;
  files_.unreadable["m139.py"] = FileErrorCode::kChanging;
  IndexReport report = Index();
  EXPECT_EQ(report.modules, 37U);
  EXPECT_EQ(report.skipped, 3U);
  ASSERT_EQ(report.warnings.size(), 3U);
  EXPECT_TRUE(report.warnings[0].path.ends_with("/src/m105.py"));
  EXPECT_NE(report.warnings[0].reason.find("injured"), std::string::npos);
  EXPECT_NE(report.warnings[1].reason.find("vanished"), std::string::npos);
  EXPECT_EQ(Contents(options_.pack_path), FreshBytes());

  // Its stat is what it was: only trying again shows that it can be read now.
  files_.unreadable.erase("m105.py");
  report = Index();
  EXPECT_EQ(report.parsed, 1U);
  EXPECT_EQ(report.modules, 38U);
  EXPECT_EQ(Contents(options_.pack_path), FreshBytes());

  files_.unreadable.clear();
  EXPECT_EQ(Index().modules, 40U);
}

TEST_F(IndexerTest, ForgetsWhatBecameUnreadable) {
  Index();
  tree_.Write("src/m101.py", "changed = 1\n");
  files_.unreadable["m101.py"] = FileErrorCode::kPermissionDenied;
  EXPECT_EQ(Index().modules, 39U);
  EXPECT_EQ(Contents(options_.pack_path), FreshBytes());
}

TEST_F(IndexerTest, SkipsARootThatVanishedWhileItRan) {
  tree_.Write("first/first.py", "x = 1\n");
  options_.roots.push_back({"first", tree_ / "first"});
  options_.jobs = 1;
  files_.on_read = [&](const std::string& path) {
    if (path == "first.py") std::filesystem::rename(tree_ / "src", tree_ / "elsewhere");
  };
  const IndexReport report = Index();
  EXPECT_EQ(report.modules, 1U);
  EXPECT_EQ(report.skipped, 40U);
  EXPECT_EQ(report.warnings.size(), 40U);
}

TEST_F(IndexerTest, NoticesWhatChangedWhileItRan) {
  bool changed = false;
  files_.on_read = [&](const std::string& path) {
    if (!path.ends_with("m120.py") || std::exchange(changed, true)) return;
    tree_.Write("src/m100.py", "late = 1\n");  // was read already, or not yet: both are fine
    tree_.Write("src/m130.py", "later = 1\n");
  };
  options_.jobs = 1;
  Index();
  files_.on_read = nullptr;
  Index();
  EXPECT_EQ(Contents(options_.pack_path), FreshBytes());
}

TEST_F(IndexerTest, StopsWhenItIsInterrupted) {
  Index();
  const std::string before = Contents(options_.pack_path);
  std::atomic<bool> interrupted{false};
  options_.interrupted = &interrupted;
  options_.fresh = true;
  std::atomic<int> reads{0};
  for (const unsigned jobs : {1U, 3U}) {
    options_.jobs = jobs;
    interrupted = false;
    reads = 0;
    files_.on_read = [&](const std::string&) {
      if (++reads == 10) interrupted = true;
    };
    const Result<IndexReport> report = BuildIndex(options_, files_);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::kCancelled);
    EXPECT_EQ(Contents(options_.pack_path), before);
  }
  std::set<std::string> left;
  for (const auto& entry : std::filesystem::directory_iterator(tree_.path())) {
    left.insert(entry.path().filename());
  }
  EXPECT_EQ(left, (std::set<std::string>{"a.pack", "a.pack.coppice-state", "src"}));
}

class ThrowingSink final : public ProgressSink {
 public:
  void OnProgress(const IndexProgress&) override { throw std::bad_alloc(); }
};

TEST_F(IndexerTest, SaysThatMemoryRanOut) {
  Index();
  const std::string before = Contents(options_.pack_path);
  options_.fresh = true;
  ThrowingSink sink;
  const Result<IndexReport> late = BuildIndex(options_, files_, &sink);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().message, options_.pack_path + ": was not written: out of memory");
  files_.on_open = [] { throw std::bad_alloc(); };
  const Result<IndexReport> early = BuildIndex(options_, files_);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(early.error().message, late.error().message);
  EXPECT_EQ(Contents(options_.pack_path), before);
}

TEST_F(IndexerTest, StopsWithinALongParse) {
  std::string text;
  while (text.size() < 2'000'000) text += "def f(a, b=[1, 2]): return {a: b}\n";
  tree_.Write("src/long.py", text);
  const std::string root = tree_ / "src";
  MemoryPool pool;
  MemoryBudget budget(1);
  std::atomic<bool> cancelled{false};
  const WrittenContents written;
  ModuleBuilder builder(files_, pool, budget, written, &cancelled);
  EXPECT_EQ(builder.Build(root, "long.py", text.size(), {}).outcome, ModuleOutcome::kBuilt);
  cancelled = true;
  EXPECT_EQ(builder.Build(root, "long.py", text.size(), {}).outcome, ModuleOutcome::kSkipped);

  // Nothing is said about the file whose parse did not end.
  options_.interrupted = &cancelled;
  cancelled = false;
  files_.on_read = [&](const std::string& read) {
    if (read == "long.py") cancelled = true;
  };
  RecordingSink sink;
  const Result<IndexReport> report = BuildIndex(options_, files_, &sink);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(sink.warnings.empty());
}

TEST_F(IndexerTest, GivesTheSameBytesWithAnyNumberOfJobs) {
  for (int i = 0; i < 80; ++i) {
    std::string text = "import m" + std::to_string(i) + "\n";
    for (int line = 0; line < i % 20 * 20; ++line) {
      text += "def f" + std::to_string(line) + "(a: int = 1): 'Doc.'\n";
    }
    tree_.Write("src/n" + std::to_string(i % 10) + "/k" + std::to_string(i) + ".py", text);
  }
  options_.jobs = 1;
  const std::string expected = FreshBytes();
  for (const unsigned jobs : {2U, 5U, 16U}) {
    options_.jobs = jobs;
    options_.scratch_bytes = jobs == 5 ? 1 : IndexOptions::kDefaultScratchBytes;
    EXPECT_EQ(FreshBytes(), expected) << jobs;
  }
}

// One file takes long, and every one behind it makes a result of a MiB: only eight may wait for it.
TEST_F(IndexerTest, BoundsWhatWaitsForASlowFile) {
  using std::chrono::steady_clock;
  const std::string text = "'" + std::string(std::size_t{1} << 20, 'x') + "'\n";
  tree_.Write("src/a.py", "first = 1\n");
  for (int i = 10; i < 25; ++i) {
    tree_.Write("src/b" + std::to_string(i) + ".py", text + std::to_string(i));
  }
  std::atomic<int> behind{0};
  int seen = 0;
  files_.on_read = [&](const std::string& path) {
    if (path != "a.py") {
      ++behind;
      return;
    }
    const auto limit = steady_clock::now() + std::chrono::seconds(30);
    while (behind < 8 && steady_clock::now() < limit) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    seen = behind;
  };
  EXPECT_EQ(Index().parsed, 56U);
  EXPECT_EQ(seen, 8);
  files_.on_read = nullptr;
  EXPECT_EQ(Contents(options_.pack_path), FreshBytes());
}

TEST_F(IndexerTest, TellsHowFarItIs) {
  files_.unreadable["m105.py"] = FileErrorCode::kPermissionDenied;
  RecordingSink sink;
  ASSERT_TRUE(BuildIndex(options_, files_, &sink));
  EXPECT_EQ(sink.warnings.size(), 1U);
  EXPECT_EQ(sink.last.files_done, 40U);
  EXPECT_EQ(sink.last.files_total, 40U);
  EXPECT_EQ(sink.last.bytes_done, sink.last.bytes_total);
}

TEST_F(IndexerTest, RefusesWhatCannotWork) {
  IndexOptions wrong = options_;
  wrong.roots.clear();
  EXPECT_FALSE(BuildIndex(wrong, files_));
  wrong = options_;
  wrong.pack_path.clear();
  EXPECT_FALSE(BuildIndex(wrong, files_));
  wrong = options_;
  wrong.pack_path = tree_ / "src";
  const Result<IndexReport> report = BuildIndex(wrong, files_);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kInvalidArgument);
}

TEST_F(IndexerTest, CountsLinesAsPythonDoes) {
  tree_.Write("lines/a.py", "a\rb\r\nc\n\nd");  // five
  tree_.Write("lines/b.py", "");                // none
  tree_.Write("lines/c.py", "\n");              // one
  tree_.Write("lines/d.py", "a\fb\r");          // one
  options_.roots = {{"lines", tree_ / "lines"}};
  EXPECT_EQ(Index().lines, 7U);
}

}  // namespace
}  // namespace coppice
