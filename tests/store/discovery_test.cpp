#include "store/discovery.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "store/glob.h"
#include "summaries/module_name.h"
#include "tests/store/program_fields.h"
#include "tests/store/temporary_tree.h"

namespace coppice {
namespace {

// Lists directories in another order each time and without kinds, as some file systems do; fails
// where it is told to.
class HostileFileSystem final : public FileSystem {
 public:
  std::string unopenable;  // a directory that cannot be opened
  std::string unlistable;  // one that can, but not listed

  FileResult<std::unique_ptr<Directory>> OpenDirectory(const std::string& path) const override {
    if (path == unopenable) return FileError{FileErrorCode::kPermissionDenied, path, "refused"};
    auto directory = posix_.OpenDirectory(path);
    if (!directory) return directory;
    return std::unique_ptr<Directory>(
        std::make_unique<Shuffled>(*std::move(directory), path == unlistable, random_));
  }
  FileResult<FileStat> Stat(const std::string& path) const override { return posix_.Stat(path); }
  FileResult<std::string> CanonicalPath(const std::string& path) const override {
    return posix_.CanonicalPath(path);
  }
  FileResult<FileStat> ReadFile(const std::string& path, std::uint64_t max_bytes,
                                std::string& contents) const override {
    return posix_.ReadFile(path, max_bytes, contents);
  }

 private:
  class Shuffled final : public Directory {
   public:
    Shuffled(std::unique_ptr<Directory> inner, bool fails, std::mt19937& random)
        : inner_(std::move(inner)), fails_(fails), random_(random) {}
    FileResult<std::vector<DirectoryEntry>> List() override {
      if (fails_) return FileError{FileErrorCode::kOther, "", "input/output error"};
      auto entries = inner_->List();
      if (!entries) return entries;
      std::shuffle(entries->begin(), entries->end(), random_);
      for (DirectoryEntry& entry : *entries) entry.kind = FileKind::kUnknown;
      return entries;
    }
    FileResult<FileStat> Stat(const std::string& name) const override { return inner_->Stat(name); }
    FileResult<FileStat> StatNoFollow(const std::string& name) const override {
      return inner_->StatNoFollow(name);
    }
    FileResult<FileStat> Stat() const override { return inner_->Stat(); }
    FileResult<FileStat> ReadFile(const std::string& path, std::uint64_t max_bytes,
                                  std::string& contents) const override {
      return inner_->ReadFile(path, max_bytes, contents);
    }

   private:
    std::unique_ptr<Directory> inner_;
    bool fails_;
    std::mt19937& random_;
  };

  PosixFileSystem posix_;
  mutable std::mt19937 random_{11};
};

using Strings = std::vector<std::string>;

Strings Places(const Discovery& discovery) {
  Strings places;
  for (const DiscoveredFile& file : discovery.files) {
    places.push_back(discovery.roots[file.root].name + ':' + file.path);
  }
  return places;
}

Strings Warnings(const Discovery& discovery) {
  Strings texts;
  for (const DiscoveryWarning& warning : discovery.warnings) {
    texts.push_back(discovery.roots[warning.root].name + ':' + warning.path + ": " +
                    warning.reason);
  }
  return texts;
}

// Discovers by several file systems and orders of the roots, which must not show.
Discovery Found(std::vector<Root> roots, const DiscoveryOptions& options = {}) {
  const Discovery first = Discover(PosixFileSystem(), roots, options).value();
  const HostileFileSystem hostile;
  for (int round = 0; round < 3; ++round) {
    std::rotate(roots.begin(), roots.begin() + 1, roots.end());
    const Discovery again = Discover(hostile, roots, options).value();
    EXPECT_EQ(Places(again), Places(first));
    EXPECT_EQ(Warnings(again), Warnings(first));
    EXPECT_EQ(again.roots, first.roots);
    for (std::size_t i = 0; i < first.files.size(); ++i) {
      EXPECT_EQ(again.files[i].stat, first.files[i].stat);
    }
  }
  return first;
}

Strings FilesOf(const TemporaryTree& tree, const Strings& excludes = {}) {
  Strings paths;
  for (const DiscoveredFile& file : Found({{"r", tree.path()}}, {excludes}).files) {
    paths.push_back(file.path);
  }
  return paths;
}

TEST(Discovery, TakesSourcesAndStubsInOrderOfTheirBytes) {
  const TemporaryTree tree;
  tree.Write("b.py");
  tree.Write("a/x.py");
  tree.Write("a.py");
  tree.Write("a-b.py");
  tree.Write("a/x.pyi");
  tree.Write("a/x.pyc");
  tree.Write("A.PY");
  tree.Write("no");
  tree.Write("p.py/__init__.py");
  tree.Write(".py");
  EXPECT_EQ(FilesOf(tree),
            (Strings{".py", "a-b.py", "a.py", "a/x.py", "a/x.pyi", "b.py", "p.py/__init__.py"}));
}

TEST(Discovery, GivesWhatStatGives) {
  const TemporaryTree tree;
  tree.Write("m.py", "x = 1\n");
  const Discovery found = Found({{"r", tree.path()}});
  struct stat expected;
  ASSERT_EQ(stat((tree / "m.py").c_str(), &expected), 0);
  ASSERT_EQ(found.files.size(), 1U);
  const FileStat& actual = found.files[0].stat;
  EXPECT_EQ(actual.size, 6U);
  EXPECT_EQ(actual.inode, expected.st_ino);
  EXPECT_EQ(actual.device, expected.st_dev);
  EXPECT_EQ(actual.kind, FileKind::kRegular);
  EXPECT_EQ(actual.mtime_ns, expected.st_mtim.tv_sec * 1'000'000'000 + expected.st_mtim.tv_nsec);
  EXPECT_EQ(actual.ctime_ns, expected.st_ctim.tv_sec * 1'000'000'000 + expected.st_ctim.tv_nsec);
}

TEST(Discovery, NamesMayBeAnyBytes) {
  const TemporaryTree tree;
  tree.Write("\xff\xfe.py");
  tree.Write("new\nline/m.py");
  tree.Write(
      "m\xc3\xb3"
      "dulo.py");
  EXPECT_EQ(FilesOf(tree), (Strings{"m\xc3\xb3"
                                    "dulo.py",
                                    "new\nline/m.py", "\xff\xfe.py"}));
}

TEST(Discovery, EntersNoCachesHiddenDirectoriesAndEnvironments) {
  const TemporaryTree tree;
  for (const char* directory : {"__pycache__", ".git", ".venv", "node_modules", "kept"}) {
    tree.Write(std::string(directory) + "/m.py");
  }
  tree.Write("env/pyvenv.cfg");
  tree.Write("env/lib/m.py");
  tree.Write(".hidden.py");
  EXPECT_EQ(FilesOf(tree), (Strings{".hidden.py", "kept/m.py"}));
  EXPECT_EQ(Places(Found({{"e", tree / "env"}, {"g", tree / ".git"}})),
            (Strings{"e:lib/m.py", "g:m.py"}));
}

TEST(Discovery, FollowsLinksToFilesUnderEachName) {
  const TemporaryTree tree;
  const std::string file = tree.Write("real/m.py", "1");
  tree.Link(file, "link.py");
  tree.Link("link.py", "chain.pyi");
  tree.Link(file, "not_python");
  EXPECT_EQ(FilesOf(tree), (Strings{"chain.pyi", "link.py", "real/m.py"}));
}

TEST(Discovery, VisitsEveryDirectoryOnceByItsPathWithoutLinks) {
  const TemporaryTree tree;
  tree.Write("z/real/m.py");
  tree.Link("z/real", "a");
  tree.Link("z", "b.py");
  EXPECT_EQ(FilesOf(tree), (Strings{"z/real/m.py"}));
}

TEST(Discovery, OfSeveralLinksToADirectoryTheSmallestPathWins) {
  const TemporaryTree tree;
  const TemporaryTree elsewhere;
  elsewhere.Write("sub/m.py");
  elsewhere.Write("top.py");
  tree.Link(elsewhere.path(), "c");
  tree.Link(elsewhere.path(), "b");
  tree.Link(elsewhere / "sub", "a");
  EXPECT_EQ(FilesOf(tree), (Strings{"a/m.py", "b/top.py"}));
}

TEST(Discovery, CyclesOfLinksEnd) {
  const TemporaryTree tree;
  tree.Write("a/m.py");
  tree.Link(".", "a/self");
  tree.Link("..", "a/up");
  tree.Link("loop.py", "loop.py");
  const TemporaryTree elsewhere;
  elsewhere.Write("n.py");
  elsewhere.Link(tree.path(), "back");
  tree.Link(elsewhere.path(), "out");
  const Discovery found = Found({{"r", tree.path()}});
  EXPECT_EQ(Places(found), (Strings{"r:a/m.py", "r:out/n.py"}));
  EXPECT_EQ(Warnings(found), (Strings{"r:loop.py: Too many levels of symbolic links"}));
}

TEST(Discovery, FollowsNoLinkAboveTheRoot) {
  const TemporaryTree tree;
  tree.Write("root/m.py");
  tree.Write("beside.py");
  tree.Link("..", "root/up");
  tree.Link("/", "root/top");
  const Discovery found = Found({{"r", tree / "root"}});
  EXPECT_EQ(Places(found), Strings{"r:m.py"});
  EXPECT_EQ(Warnings(found), (Strings{"r:top: a link to a directory above the root",
                                      "r:up: a link to a directory above the root"}));
}

TEST(Discovery, ReportsWhatIsNamedAsAModuleButIsNone) {
  const TemporaryTree tree;
  ASSERT_EQ(mkfifo((tree / "fifo.py").c_str(), 0600), 0);
  tree.Link("/dev/null", "device.py");
  tree.Link("nowhere", "dangling.py");
  tree.Link("nowhere", "dangling");
  tree.Link("user@host.1", ".#locked.py");
  tree.Write("m.py");
  const Discovery found = Found({{"r", tree.path()}});
  EXPECT_EQ(Places(found), Strings{"r:m.py"});
  EXPECT_EQ(Warnings(found),
            (Strings{"r:dangling.py: a link to nothing", "r:device.py: not a regular file",
                     "r:fifo.py: not a regular file"}));
}

TEST(Discovery, GoesOnAfterADirectoryThatCannotBeRead) {
  const TemporaryTree tree;
  tree.Write("a/m.py");
  tree.Write("b/m.py");
  tree.Write("c/m.py");
  HostileFileSystem hostile;
  hostile.unopenable = tree / "a";
  hostile.unlistable = tree / "b";
  const Discovery found = Discover(hostile, {{"r", tree.path()}}).value();
  EXPECT_EQ(Places(found), Strings{"r:c/m.py"});
  EXPECT_EQ(Warnings(found), (Strings{"r:a: refused", "r:b: input/output error"}));
}

TEST(Discovery, TheDeepestRootWins) {
  const TemporaryTree tree;
  tree.Write("m.py");
  tree.Write("lib/m.py");
  tree.Write("lib/site-packages/p/m.py");
  tree.Link("lib/site-packages", "link");
  const Discovery found =
      Found({{"outer", tree.path()}, {"site", tree / "lib/site-packages"}, {"lib", tree / "lib"}});
  EXPECT_EQ(Places(found), (Strings{"lib:m.py", "outer:m.py", "site:p/m.py"}));
  EXPECT_EQ(Warnings(found),
            (Strings{"lib:site-packages: left to the root 'site'",
                     "outer:lib: left to the root 'lib'", "outer:link: left to the root 'site'"}));
}

TEST(Discovery, OneDirectoryUnderTwoNamesBelongsToTheFirst) {
  const TemporaryTree tree;
  tree.Write("d/m.py");
  tree.Link("d", "again");
  const Discovery found = Found({{"b", tree / "d"}, {"a", tree / "again"}});
  EXPECT_EQ(Places(found), Strings{"a:m.py"});
  EXPECT_EQ(Warnings(found), Strings{"b:: left to the root 'a'"});
}

TEST(Discovery, RefusesRootsThatCannotBe) {
  const TemporaryTree tree;
  const PosixFileSystem files;
  const std::string file = tree.Write("file");
  EXPECT_FALSE(Discover(files, {}));
  EXPECT_FALSE(Discover(files, {{"r", tree / "nothing"}}));
  EXPECT_FALSE(Discover(files, {{"r", file}}));
  EXPECT_FALSE(Discover(files, {{"", tree.path()}}));
  const auto twice = Discover(files, {{"r", tree.path()}, {"r", "/"}});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().message, "two roots are named 'r' (/ and " + tree.path() +
                                       "): write NAME=DIRECTORY for one of them");
}

TEST(Discovery, ExcludesByNameAndByPath) {
  const TemporaryTree tree;
  for (const char* path :
       {"a/tests/m.py", "a/m.py", "tests.py", "tests/m.py", "b/gen_pb2.py", "b/c/d.py", "b/c.py"}) {
    tree.Write(path);
  }
  tree.Link("../b", "links/build");
  EXPECT_EQ(FilesOf(tree, {"tests"}),
            (Strings{"a/m.py", "b/c.py", "b/c/d.py", "b/gen_pb2.py", "tests.py"}));
  EXPECT_EQ(FilesOf(tree, {"/tests", "*_pb2.py"}),
            (Strings{"a/m.py", "a/tests/m.py", "b/c.py", "b/c/d.py", "tests.py"}));
  EXPECT_EQ(FilesOf(tree, {"./tests", ".//*_pb2.py"}), FilesOf(tree, {"/tests", "/*_pb2.py"}));
  EXPECT_EQ(FilesOf(tree, {"b/*", "tests*/"}), (Strings{"a/m.py", "tests.py"}));
  EXPECT_EQ(FilesOf(tree, {"**/m.py", "b"}), (Strings{"links/build/c.py", "links/build/c/d.py",
                                                      "links/build/gen_pb2.py", "tests.py"}));
}

TEST(DiscoveryAgainstCPython, FindsTheFilesOfTheStandardLibraryAndItsModules) {
  const std::string python = std::string("'") + COPPICE_PYTHON + "' ";
  const Strings home =
      ProgramFields(python +
                    "-c 'import sysconfig; print(end=sysconfig.get_path(\"stdlib\")+"
                    "chr(0))'");
  ASSERT_EQ(home.size(), 1U) << "the interpreter did not answer";
  const std::string oracle = python + "'" + COPPICE_DISCOVERY_ORACLE + "' ";
  const Strings files = ProgramFields(oracle + "files '" + home[0] + "'");
  const Strings modules = ProgramFields(oracle + "modules '" + home[0] + "'");
  ASSERT_GT(files.size(), 300U);
  ASSERT_GT(modules.size(), 200U);

  std::set<Strings> expected;
  for (std::size_t i = 0; i + 2 < files.size(); i += 3) {
    expected.insert({files[i], files[i + 1], files[i + 2]});
  }
  std::set<Strings> actual;
  std::map<std::string, std::set<std::string>> paths_by_name;
  for (const DiscoveredFile& file : Found({{"stdlib", home[0]}}).files) {
    actual.insert({file.path, std::to_string(file.stat.size), std::to_string(file.stat.mtime_ns)});
    paths_by_name[DottedName(file.path)].insert(file.path);
  }
  EXPECT_EQ(actual, expected);
  for (std::size_t i = 0; i + 1 < modules.size(); i += 2) {
    EXPECT_TRUE(paths_by_name[modules[i]].contains(modules[i + 1])) << modules[i];
  }
}

TEST(RootArgument, NamesRootsByTheirDirectory) {
  const TemporaryTree tree;
  tree.Write("src/m.py");
  tree.Write("a=b/m.py");
  tree.Link("src", "link");
  const PosixFileSystem files;
  const auto parse = [&](const std::string& argument) {
    return ParseRootArgument(files, argument).value();
  };
  EXPECT_EQ(parse(tree / "src"), (Root{"src", tree / "src"}));
  EXPECT_EQ(parse(tree / "src/"), (Root{"src", tree / "src/"}));
  EXPECT_EQ(parse(tree / "src/../src/."), (Root{"src", tree / "src/../src/."}));
  EXPECT_EQ(parse(tree / "link"), (Root{"src", tree / "link"}));
  EXPECT_EQ(parse("lib=" + (tree / "src")), (Root{"lib", tree / "src"}));
  EXPECT_EQ(parse("top=/"), (Root{"top", "/"}));
  EXPECT_EQ(parse("lib=" + (tree / "a=b")), (Root{"lib", tree / "a=b"}));
}

TEST(RootArgument, SaysWhatIsWrong) {
  const TemporaryTree tree;
  tree.Write("file.py");
  tree.Write("a=b/m.py");
  tree.Write("\xff/m.py");
  const PosixFileSystem files;
  const auto message = [&](const std::string& argument) {
    const auto root = ParseRootArgument(files, argument);
    return root ? "no error" : root.error().message;
  };
  EXPECT_EQ(message(tree / "none"), (tree / "none") + ": No such file or directory");
  EXPECT_EQ(message(tree / "file.py"), (tree / "file.py") + ": not a directory");
  EXPECT_EQ(message("/"), "'' cannot name the root /: write NAME=DIRECTORY");
  EXPECT_EQ(message("=/"), "'' cannot name the root /: write NAME=DIRECTORY");
  EXPECT_EQ(message(tree / "a=b"),
            "'a=b' cannot name the root " + (tree / "a=b") + ": write NAME=DIRECTORY");
  EXPECT_EQ(message(tree / "\xff"),
            "'\xff' cannot name the root " + (tree / "\xff") + ": write NAME=DIRECTORY");
  EXPECT_EQ(message(""), "'': a root without a directory");
  EXPECT_EQ(message("x="), "'x=': a root without a directory");
  EXPECT_NE(message(std::string("/\0x", 3)), "no error");
}

TEST(RootArgument, TellsWrongNamesFromMissingDirectories) {
  const TemporaryTree tree;
  const std::string file = tree.Write("file");
  const PosixFileSystem files;
  const auto code = [&](const std::vector<std::string>& arguments) {
    return ParseRootArguments(files, arguments).error().code;
  };
  EXPECT_EQ(code({"="}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({"=/"}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({"x=/", "x=" + tree.path()}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({"x=/", "y=" + (tree / "none")}), ErrorCode::kNotFound);
  EXPECT_EQ(code({file}), ErrorCode::kIo);
  const auto roots = ParseRootArguments(files, {"y=/", "x=" + tree.path()});
  ASSERT_TRUE(roots);
  EXPECT_EQ(*roots, (std::vector<Root>{{"x", tree.path()}, {"y", "/"}}));
}

TEST(Glob, KnowsWhatIsNotWellFormed) {
  for (const char* pattern : {"", "a*", "[a]", "[]]", "[!]]", "\\[", "\\\\"}) {
    EXPECT_TRUE(Glob(pattern).well_formed()) << pattern;
  }
  for (const char* pattern : {"[", "a[b", "[]", "[!]", "[a][", "\\", "a\\", "[z-a]*"}) {
    EXPECT_FALSE(Glob(pattern).well_formed()) << pattern;
  }
}

TEST(Glob, MatchesAsDocumented) {
  const auto matches = [](std::string_view pattern, std::string_view text) {
    return Glob(pattern).Matches(text);
  };
  EXPECT_TRUE(matches("", ""));
  EXPECT_FALSE(matches("", "a"));
  EXPECT_TRUE(matches("a?c", "abc"));
  EXPECT_FALSE(matches("a?c", "a/c"));
  EXPECT_TRUE(matches("*.py", ".py"));
  EXPECT_FALSE(matches("*.py", "a/b.py"));
  EXPECT_TRUE(matches("**.py", "a/b.py"));
  EXPECT_TRUE(matches("**/b", "b"));
  EXPECT_TRUE(matches("**/b", "x/y/b"));
  EXPECT_FALSE(matches("**/b", "xb"));
  EXPECT_TRUE(matches("a/**/b", "a/b"));
  EXPECT_TRUE(matches("a/**/b", "a/x/y/b"));
  EXPECT_FALSE(matches("a/**/b", "a/xb"));
  EXPECT_TRUE(matches("[a-c]x", "bx"));
  EXPECT_FALSE(matches("[!a-c]x", "bx"));
  EXPECT_TRUE(matches("[!a-c]x", "dx"));
  EXPECT_FALSE(matches("[!a]", "/"));
  EXPECT_TRUE(matches("[]-]", "]"));
  EXPECT_TRUE(matches("[]-]", "-"));
  EXPECT_TRUE(matches("[a", "[a"));
  EXPECT_TRUE(matches("\\*", "*"));
  EXPECT_FALSE(matches("\\*", "x"));
  EXPECT_TRUE(matches("\\", "\\"));
  EXPECT_TRUE(matches("\xff*", "\xff\xfe"));
}

// A matcher that tries every split would not come back from this one.
TEST(Glob, HostilePatternsTakeNoExponentialTime) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  EXPECT_FALSE(Glob(pattern + "b").Matches(std::string(5000, 'a')));
  EXPECT_TRUE(Glob(std::string(100'000, '*')).Matches("x"));
}

TEST(PosixFileSystem, ReadsWholeRegularFilesOnly) {
  const TemporaryTree tree;
  const PosixFileSystem files;
  std::string contents = "left over";
  const std::string text(100'000, 'x');
  const auto stat = files.ReadFile(tree.Write("m.py", text), text.size(), contents);
  ASSERT_TRUE(stat);
  EXPECT_EQ(contents, text);
  EXPECT_EQ(*stat, files.Stat(tree / "m.py").value());
  tree.Write("p/n.py", "n = 1\n");
  ASSERT_TRUE((*files.OpenDirectory(tree.path()))->ReadFile("p/n.py", 6, contents));
  EXPECT_EQ(contents, "n = 1\n");
  ASSERT_TRUE(files.ReadFile(tree.Write("empty.py"), 0, contents));
  EXPECT_EQ(contents, "");

  const auto code = [&](const std::string& path, std::uint64_t limit = 1 << 20) {
    const auto result = files.ReadFile(path, limit, contents);
    EXPECT_FALSE(result);
    EXPECT_EQ(result.error().path, path);
    EXPECT_FALSE(result.error().reason.empty());
    return result.error().code;
  };
  ASSERT_EQ(mkfifo((tree / "fifo.py").c_str(), 0600), 0);
  EXPECT_EQ(code(tree / "fifo.py"), FileErrorCode::kNotRegular);
  EXPECT_EQ(code("/dev/zero"), FileErrorCode::kNotRegular);
  EXPECT_EQ(code(tree.path()), FileErrorCode::kNotRegular);
  EXPECT_EQ(code(tree / "none"), FileErrorCode::kNotFound);
  EXPECT_EQ(code(tree / "m.py/x"), FileErrorCode::kNotDirectory);
  EXPECT_EQ(code(tree / "m.py", text.size() - 1), FileErrorCode::kTooLarge);
  EXPECT_EQ(code(std::string("m.py\0", 5)), FileErrorCode::kNotFound);
  const auto directory = *files.OpenDirectory(tree.path());
  EXPECT_FALSE(directory->ReadFile(std::string("m.py\0", 5), text.size(), contents));
  // Its size is said to be 0, and it is not.
  EXPECT_EQ(code("/proc/self/stat"), FileErrorCode::kChanging);
}

TEST(Discovery, NotesWhatElseModulesAreFoundBy) {
  const TemporaryTree tree;
  tree.Write("a/b.cpython-312-x86_64-linux-gnu.so");
  tree.Write("a/py.typed", "# nothing\n");
  tree.Write("a/sub/py.typed", "x\r\npartial\r\n");
  tree.Write("c.pyd");
  tree.Write("d.egg");
  tree.Write("a/e.egg");
  tree.Write("real.egg/inner.py");
  tree.Write("odd.so/inner.py");
  tree.Write("py.typed", std::string(5000, 'x') + "\npartial\n");
  tree.Write("skipped/f.so");
  tree.Write(".hidden/f.so");
  tree.Link("c.pyd", "linked.so");
  tree.Link("nothing", "dangling.so");
  const Discovery found =
      Discover(HostileFileSystem(), {{"r", tree.path()}}, {{"skipped/"}, {}}).value();
  ASSERT_EQ(found.extras.size(), 1U);
  EXPECT_EQ(found.extras[0].compiled,
            (Strings{"a/b.cpython-312-x86_64-linux-gnu.so", "c.pyd", "linked.so"}));
  EXPECT_EQ(found.extras[0].typed, (Strings{"", "a", "a/sub"}));
  EXPECT_EQ(found.extras[0].partial, Strings{"a/sub"});
  EXPECT_EQ(found.extras[0].eggs, Strings{"d.egg"});
  EXPECT_EQ(Places(found), (Strings{"r:odd.so/inner.py", "r:real.egg/inner.py"}));
  EXPECT_TRUE(found.warnings.empty());
}

TEST(Discovery, LooksForSomeNamesOnly) {
  const TemporaryTree tree;
  for (const char* file :
       {"p/one/__init__.py", "p/one/deep/x.py", "p/two.py", "p/three/x.py", "p/one.pyi",
        "p/oneself.py", "p/two.cpython-312-x.so", "p/three.so", "p/deep/one.py"}) {
    tree.Write(file);
  }
  const std::vector<Root> roots = {{"all", tree.path()}, {"some", tree / "p", {"one", "two"}}};
  const Discovery found = Discover(PosixFileSystem(), roots).value();
  // The outer root has all the same.
  EXPECT_EQ(Places(found),
            (Strings{"all:p/deep/one.py", "all:p/one.pyi", "all:p/one/__init__.py",
                     "all:p/one/deep/x.py", "all:p/oneself.py", "all:p/three/x.py", "all:p/two.py",
                     "some:one.pyi", "some:one/__init__.py", "some:one/deep/x.py", "some:two.py"}));
  EXPECT_EQ(found.extras[1].compiled, Strings{"two.cpython-312-x.so"});
  EXPECT_TRUE(found.warnings.empty());
}

TEST(Discovery, LeavesWhatIsElsewhere) {
  const TemporaryTree tree;
  tree.Write("a/x.py");
  tree.Write("b/x.py");
  tree.Write("b/x.so");
  tree.Link("b", "link");
  const Discovery found =
      Discover(PosixFileSystem(), {{"r", tree.path()}}, {{}, {tree / "b", tree / "none"}}).value();
  EXPECT_EQ(Places(found), Strings{"r:a/x.py"});
  EXPECT_TRUE(found.extras[0].compiled.empty());
  EXPECT_TRUE(found.warnings.empty());
}

}  // namespace
}  // namespace coppice
