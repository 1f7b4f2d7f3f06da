#include "summaries/module_name.h"

#include <gtest/gtest.h>
#include <utf8proc.h>

#include <cstdio>
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
      {"\xf0\xa0\x80\x80.py", "\xf0\xa0\x80\x80"},
      // No identifiers, and names that statements ask for in another form.
      {"☃.py", ""},
      {"².py", ""},
      {"№.py", ""},
      {"ﬁ.py", ""},
      {"\xf0\x9d\x94\x98.py", ""},
      {"e\xcc\x81.py", ""},
      {"a·.py", "a·"},
      {"·a.py", ""},
      {"pkg-stubs/__init__.pyi", "pkg"},
      {"pkg-stubs/a/b.pyi", "pkg.a.b"},
      {"pkg-stubs.pyi", ""},
      {"a/pkg-stubs/b.pyi", ""},
      {"-stubs/a.pyi", ""},
      {"9-stubs/a.pyi", ""},
      {"pkg-stubs/a.txt", ""},
      {"pkg-stubs/", ""},
  };
  for (const auto& [path, name] : kCases) {
    EXPECT_EQ(DottedName(path), name) << path;
    EXPECT_FALSE(HasDottedName("pkg-stubs/a.txt", name));
    if (*name == '\0') continue;
    // The comparison without the name agrees, for this name and for every other.
    for (const auto& [other_path, other] : kCases) {
      EXPECT_EQ(HasDottedName(path, other), std::string(other) == name) << path << " and " << other;
    }
  }
}

std::string Utf8(unsigned c) {
  std::string text;
  const auto put = [&](unsigned byte) { text += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
  }
  if (c >= 0x80) put(0x80 | (c & 0x3f));
  return text;
}

// Every code point, alone and behind a letter, against the interpreter at hand.
TEST(ModuleName, FollowsPython) {
  // A digit each: bit 0, it is an importable name alone; bit 1, behind an `a`; bit 2, Python's
  // version of Unicode does not know it, or it became a part of identifiers in Unicode 15.1 or
  // later.
  const std::string command =
      "\"" COPPICE_PYTHON
      "\" -c \""
      "import sys, unicodedata as u\n"
      "ok = lambda s: s.isidentifier() and u.normalize('NFKC', s) == s\n"
      "new = (0x200c, 0x200d, 0x30fb, 0xff65)\n"
      "sys.stdout.write(''.join(str(ok(chr(c)) + 2 * ok('a' + chr(c))\n"
      "    + 4 * (u.category(chr(c)) == 'Cn' or c in new)) for c in range(0x110000)))\"";
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) GTEST_SKIP() << "no interpreter";
  std::string python(0x110000, '\0');
  const std::size_t size = fread(python.data(), 1, python.size(), pipe);
  if (pclose(pipe) != 0) GTEST_SKIP() << "no interpreter";
  ASSERT_EQ(size, python.size());
  unsigned unknown_here = 0;
  unsigned unknown_there = 0;
  unsigned identifiers = 0;
  for (unsigned c = 1; c < 0x110000; ++c) {
    if (c == '/' || c == '.') continue;  // of the path and its suffix
    const bool alone = !DottedName(Utf8(c) + ".py").empty();
    const bool behind = !DottedName("a" + Utf8(c) + ".py").empty();
    const int found = (alone ? 1 : 0) + (behind ? 2 : 0);
    const int wanted = python[c] - '0';
    identifiers += behind ? 1 : 0;
    if (found == wanted) continue;
    if ((wanted & 4) != 0) {
      unknown_there += found != 0 ? 1 : 0;
    } else if (utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_CN) {
      ++unknown_here;
    } else {
      ADD_FAILURE() << std::hex << c << ": " << found << " instead of " << wanted;
    }
  }
  RecordProperty("unknown_here", static_cast<int>(unknown_here));
  RecordProperty("unknown_there", static_cast<int>(unknown_there));
  // Unicode 13 to 17 differ by less than 16,000 letters; there are over 120,000.
  EXPECT_LT(unknown_here + unknown_there, 16000u);
  EXPECT_GT(identifiers, 110000u);
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
