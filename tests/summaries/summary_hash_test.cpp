// What changes the hashes that dependents compare, and what does not.
#include <gtest/gtest.h>

#include <map>

#include "tests/summaries/summary_print.h"

namespace coppice {
namespace {

constexpr std::string_view kBase =
    "'doc'\n"
    "import os\n"
    "from a import b\n"
    "__all__ = ['f']\n"
    "x = 1\n"
    "def f(a: int = 1) -> int:\n"
    "  'doc'\n"
    "  return a\n"
    "@deco\n"
    "class C(B):\n"
    "  y: int = 2\n"
    "  def m(self):\n"
    "    self.z = 3\n"
    "if cond:\n"
    "  g = 1\n"
    "else:\n"
    "  g = 2\n";

// Symbol hashes by qualified name and ordinal.
std::map<std::string, uint64_t> SymbolHashes(const MadeSummary& made) {
  const SummaryView view = made.view();
  std::map<std::string, uint64_t> hashes;
  std::map<std::string, int> seen;
  for (const uint32_t row : view.RowsByPosition()) {
    const std::string name = view.symbol(row).qualname();
    hashes[name + '#' + std::to_string(seen[name]++)] = view.SymbolHash(row);
  }
  return hashes;
}

std::string Replaced(std::string_view from, std::string_view to) {
  std::string source(kBase);
  const size_t at = source.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return source.replace(at, from.size(), to);
}

// The keys whose hashes differ, joined by spaces.
std::string Touched(const std::string& source) {
  const auto before = SymbolHashes(Summarize(kBase));
  const auto after = SymbolHashes(Summarize(source));
  std::string touched;
  for (const auto& [key, hash] : after) {
    const auto known = before.find(key);
    if (known == before.end() || known->second != hash) touched += key + ' ';
  }
  for (const auto& [key, hash] : before) {
    if (!after.contains(key)) touched += '-' + key + ' ';
  }
  return touched;
}

void check(std::string_view from, std::string_view to, std::string_view touched) {
  const std::string source = Replaced(from, to);
  EXPECT_EQ(Touched(source), touched) << source;
  EXPECT_NE(Summarize(source).interface_hash, Summarize(kBase).interface_hash) << source;
}

void check_same(std::string_view from, std::string_view to) {
  const std::string source = Replaced(from, to);
  EXPECT_EQ(Touched(source), "") << source;
  EXPECT_EQ(Summarize(source).interface_hash, Summarize(kBase).interface_hash) << source;
}

TEST(SummaryHash, StaysTheSame) {
  check_same("return a", "import q\n  return a * 2");
  check_same("'doc'\nimport", "'other doc'\nimport");
  check_same("'doc'\nimport", "import");
  check_same("  'doc'\n  return", "  return");
  check_same("x = 1", "\n\n# comment\nx  =  1  # one");
  check_same("  y: int = 2\n  def m(self):\n    self.z = 3\n",
             "  def m(self):\n    self.z = 3\n  y: int = 2\n");
  // A function moved below.
  const std::string moved = Replaced("def f(a: int = 1) -> int:\n  'doc'\n  return a\n", "") +
                            "def f(a: int = 1) -> int:\n  'doc'\n  return a\n";
  EXPECT_EQ(Summarize(moved).interface_hash, Summarize(kBase).interface_hash);
  EXPECT_EQ(Touched(moved), "");
}

TEST(SummaryHash, Changes) {
  check("x = 1", "x = 2", "x#0 ");
  check("x = 1", "x = 1\nw = 1", "w#0 ");
  check("x = 1", "x = 1\nx = 1", "x#1 ");
  check("x = 1\n", "", "-x#0 ");
  check("a: int = 1", "a: str = 1", "f#0 ");
  check("a: int = 1", "a: int = 2", "f#0 ");
  check("a: int = 1", "*, a: int = 1", "f#0 ");
  check("-> int", "-> str", "f#0 ");
  check("return a", "yield a", "f#0 ");
  check("@deco", "@other", "C#0 ");
  check("C(B)", "C(A)", "C#0 ");
  check("C(B)", "C(B, metaclass=M)", "C#0 ");
  check("self.z = 3", "self.z = 4", "C.z#0 ");
  check("self.z = 3", "self.w = 3", "C.w#0 -C.z#0 ");
  check("if cond", "if other", "g#0 g#1 ");
  check("import os", "import sys", "");
  check("import os", "import os as os", "");
  check("from a import b", "from a import b as c", "");
  check("from a", "from .a", "");
  check("import os", "if cond:\n  import os", "");
  check("['f']", "['f', 'x']", "__all__#0 ");
  check("x = 1", "x = 1\n__all__.append(x)", "");
  check("def f", "async def f", "f#0 ");
}

TEST(SummaryHash, OrderOfBindingsOfOneNameMatters) {
  const auto hash = [](std::string_view source) { return Summarize(source).interface_hash; };
  EXPECT_NE(hash("x = 1\nx = 2"), hash("x = 2\nx = 1"));
  EXPECT_NE(hash("x = 1\nimport x"), hash("import x\nx = 1"));
  EXPECT_NE(hash("x = 1\nfrom m import *"), hash("from m import *\nx = 1"));
  EXPECT_NE(hash("from m import *\nfrom n import *"), hash("from n import *\nfrom m import *"));
  // A class has an order of its own.
  EXPECT_NE(hash("class C:\n  from a import f\n  def f(): pass"),
            hash("class C:\n  def f(): pass\n  from a import f"));
  EXPECT_NE(hash("class C:\n  from a import x\n  from b import x"),
            hash("class C:\n  from b import x\n  from a import x"));
  EXPECT_EQ(hash("x = 1\ny = 2"), hash("y = 2\nx = 1"));
  EXPECT_EQ(hash("import a\nimport b"), hash("import b\nimport a"));
}

// Pairs that differ in one thing alone, which the hashes of their symbols do not show.
TEST(SummaryHash, WhereSomethingStandsMatters) {
  const auto hash = [](std::string_view source) { return Summarize(source).interface_hash; };
  EXPECT_NE(hash("if a: import x\nelse: pass"), hash("if a: pass\nelse: import x"));
  EXPECT_NE(hash("if a: x = 1\nelse: pass"), hash("if a: pass\nelse: x = 1"));
  EXPECT_NE(hash("class C:\n  x = 1\nclass D: pass"), hash("class C: pass\nclass D:\n  x = 1"));
  EXPECT_NE(hash("class C: import x\nclass D: pass"), hash("class C: pass\nclass D: import x"));
  EXPECT_NE(hash("import x\nfrom m import *"), hash("from m import *\nimport x"));
  EXPECT_NE(hash("import m\n__all__ = []\n__all__.append('m')"),
            hash("import m\n__all__ = []\n__all__.extend(m.__all__)"));
}

TEST(SummaryHash, SameFromViewAndBuilder) {
  const MadeSummary made = Summarize(kBase);
  EXPECT_EQ(made.view().InterfaceHash(), made.interface_hash);
  EXPECT_NE(made.interface_hash, Summarize("").interface_hash);
}

}  // namespace
}  // namespace coppice
