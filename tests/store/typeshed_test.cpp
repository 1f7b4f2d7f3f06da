#include "store/typeshed.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/store/temporary_tree.h"

namespace coppice {
namespace {

using Ranges = std::vector<VersionRange>;

const PosixFileSystem kFiles;

TEST(Typeshed, ReadsVersions) {
  std::size_t malformed = 7;
  EXPECT_EQ(ParseVersions("# comment\n\nb: 3.0-3.9  # gone\r\na.sub : 3.11-\nold: 2.7-3.8\na: 3.1-",
                          malformed),
            (Ranges{{"a", 1, {}}, {"a.sub", 11, {}}, {"b", 0, 9}, {"old", 0, 8}}));
  EXPECT_EQ(malformed, 0U);
  EXPECT_EQ(ParseVersions("a: 3.1-\nb\nc: \nd: 3-4\ne: 3.x-\nf: 3.1\n: 3.1-\ng: 4.0-\nh: 3.0-3.y\n"
                          "i-3.0: 3.1\nj: 3.99999999999-\na: 3.2-",
                          malformed),
            (Ranges{{"a", 2, {}}}));
  EXPECT_EQ(malformed, 10U);
}

TEST(Typeshed, ListsStubs) {
  const TemporaryTree tree;
  EXPECT_EQ(ReadTypeshed(kFiles, tree.path()).error().code, ErrorCode::kNotFound);
  tree.Write("stdlib/builtins.pyi");
  EXPECT_EQ(ReadTypeshed(kFiles, tree.path())->warnings.size(), 1U);  // no VERSIONS
  tree.Write("stdlib/VERSIONS", "builtins: 3.0-\nwhat\n");
  tree.Write("stubs/six/six/__init__.pyi");
  tree.Write("stubs/Markdown/markdown.pyi");
  tree.Write("stubs/README");
  tree.Write("stubs/.hidden/x.pyi");
  const Typeshed typeshed = ReadTypeshed(kFiles, tree.path()).value();
  EXPECT_EQ(typeshed.directory, tree.path());
  EXPECT_EQ(typeshed.versions, (Ranges{{"builtins", 0, {}}}));
  EXPECT_EQ(typeshed.stubs, (std::vector<std::string>{"Markdown", "six"}));
  EXPECT_EQ(typeshed.warnings.size(), 1U);  // the line
}

TEST(Typeshed, IsFoundInToolsByTheirOrder) {
  const TemporaryTree tree;
  const std::vector<std::string> places = {tree / "one", tree / "two"};
  std::string tool;
  EXPECT_FALSE(FindTypeshed(kFiles, places, tool));
  for (const auto& [name, path] :
       {std::pair("jedi", "one/jedi/third_party/typeshed"),
        std::pair("pyright", "two/pyright/dist/dist/typeshed-fallback"),
        std::pair("basedpyright", "one/basedpyright/dist/typeshed-fallback"),
        std::pair("mypy", "two/mypy/typeshed")}) {
    tree.Write(std::string(path) + "/stdlib/builtins.pyi");
    EXPECT_EQ(FindTypeshed(kFiles, places, tool), tree / path);
    EXPECT_EQ(tool, name);
  }
}

}  // namespace
}  // namespace coppice
