#include "summaries/module_name.h"

#include <gtest/gtest.h>

#include <string>

namespace coppice {
namespace {

TEST(ModuleName, FollowsThePath) {
  const std::pair<const char*, const char*> kCases[] = {
      {"a.py", "a"},
      {"a.pyi", "a"},
      {"a/b/c.py", "a.b.c"},
      {"a/b/__init__.py", "a.b"},
      {"a/__init__.pyi", "a"},
      {"__init__.py", ""},
      {"__init__.pyi", ""},
      {"__main__.py", "__main__"},
      {"a/__init__/b.py", "a.__init__.b"},
      {"a/__init__/__init__.py", "a.__init__"},
      {"x__init__.py", "x__init__"},
      {"été/ñ.py", "été.ñ"},
      {"a-b.py", ""},
      {"a.b.py", ""},
      {"a.b/c.py", ""},
      {"9a/b.py", ""},
      {"a/9.py", ""},
      {"a//b.py", ""},
      {"/a.py", ""},
      {"class.py", "class"},
      {".py", ""},
      {"a/.py", ""},
      {"", ""},
      {"a", ""},
      {"a.txt", ""},
      {"a.py/b", ""},
      {"\xff.py", ""},
      {"\xc0\x80.py", ""},
      {"\xed\xa0\x80.py", ""},
      {"\xf4\x90\x80\x80.py", ""},
      {"\xe2\x82.py", ""},
      {"\xf0\x9d\x94\x98.py", "\xf0\x9d\x94\x98"},
      {"pkg-stubs/__init__.pyi", "pkg"},
      {"pkg-stubs/a/b.pyi", "pkg.a.b"},
      {"pkg-stubs.pyi", ""},
      {"a/pkg-stubs/b.pyi", ""},
      {"-stubs/a.pyi", ""},
      {"9-stubs/a.pyi", ""},
  };
  for (const auto& [path, name] : kCases) {
    EXPECT_EQ(DottedName(path), name) << path;
    if (*name == '\0') continue;
    // The comparison without the name agrees, for this name and for every other.
    for (const auto& [other_path, other] : kCases) {
      EXPECT_EQ(HasDottedName(path, other), std::string(other) == name) << path << " and " << other;
    }
  }
}

TEST(ModuleName, KnowsPackagesAndStubs) {
  EXPECT_TRUE(IsPackage("__init__.py"));
  EXPECT_TRUE(IsPackage("a/__init__.pyi"));
  EXPECT_FALSE(IsPackage("a/x__init__.py"));
  EXPECT_FALSE(IsPackage("a/__init__.pyc"));
  EXPECT_TRUE(IsStub("a/b.pyi"));
  EXPECT_FALSE(IsStub("a/b.py"));
}

}  // namespace
}  // namespace coppice
