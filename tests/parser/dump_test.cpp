#include "parser/dump.h"

#include <gtest/gtest.h>

#include <string>

#include "parser/parser.h"

namespace coppice {
namespace {

std::string DumpText(std::string_view text, DumpFormat format) {
  MemoryPool pool;
  Parser parser(pool);
  const auto tree = parser.Parse(text);
  EXPECT_TRUE(tree);
  return DumpToString(*tree, format);
}

TEST(Dump, Tree) {
  EXPECT_EQ(DumpText("a = not 'é\"'\n", DumpFormat::kTree),
            R"(module [1:0 - 2:0]
  expression_statement [1:0 - 1:13]
    assignment [1:0 - 1:13]
      left: identifier [1:0 - 1:1] "a"
      right: not_operator [1:4 - 1:13]
        argument: string [1:8 - 1:13]
          string_start [1:8 - 1:9] "'"
          string_content [1:9 - 1:12] "é\""
          string_end [1:12 - 1:13] "'"
)");
}

TEST(Dump, Json) {
  EXPECT_EQ(DumpText("f(\n1)$", DumpFormat::kJson).substr(0, 60),
            R"({"kind":"module","start":0,"end":6,"line":1,"column":0,"chil)");
  EXPECT_EQ(DumpText("x", DumpFormat::kJson),
            R"({"kind":"module","start":0,"end":1,"line":1,"column":0,"children":[)"
            R"({"kind":"expression_statement","start":0,"end":1,"line":1,"column":0,"children":[)"
            R"({"kind":"identifier","start":0,"end":1,"line":1,"column":0}]}]})"
            "\n");
}

// Brackets of the output match, whatever the tree.
TEST(Dump, JsonIsBalanced) {
  for (const std::string_view text : {"", "a;b;c", "f(a)(b)", "def f(:", "[[[[", "if x:\n y\nz"}) {
    const std::string json = DumpText(text, DumpFormat::kJson);
    int depth = 0;
    for (size_t i = 0; i < json.size(); ++i) {
      const char c = json[i];
      depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
      if (c == '{' && i > 0) {
        EXPECT_TRUE(json[i - 1] == '[' || json[i - 1] == ',');
      }
    }
    EXPECT_EQ(depth, 0) << json;
  }
}

TEST(Dump, SinkGetsPiecesInOrder) {
  MemoryPool pool;
  Parser parser(pool);
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "x = 1\n";
  const auto tree = parser.Parse(text);
  ASSERT_TRUE(tree);
  std::string joined;
  size_t pieces = 0;
  Dump(*tree, DumpFormat::kSExpression, [&](std::string_view piece) {
    EXPECT_LT(piece.size(), 65536U);
    joined += piece;
    ++pieces;
  });
  EXPECT_GT(pieces, 10U);
  EXPECT_EQ(joined, DumpToString(*tree, DumpFormat::kSExpression));
}

}  // namespace
}  // namespace coppice
