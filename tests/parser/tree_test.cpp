#include "parser/syntax_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "parser/dump.h"
#include "parser/parser.h"
#include "parser/record.h"
#include "parser/subtree_scan.h"
#include "parser/tree_sitter_core.h"
#include "tests/parser/tree_oracle.h"

namespace coppice {
namespace {

class TreeTest : public testing::Test {
 protected:
  SyntaxTree Parse(std::string_view text) {
    auto tree = parser_.Parse(text);
    EXPECT_TRUE(tree);
    return std::move(*tree);
  }
  std::string Expression(std::string_view text) {
    return DumpToString(Parse(text), DumpFormat::kSExpression);
  }

  MemoryPool pool_;
  Parser parser_{pool_};
};

// The first node of that kind in preorder.
Node Find(const SyntaxTree& tree, NodeKind kind) {
  for (PreorderCursor c = tree.Preorder(); c; c.Next()) {
    if (c.node().kind() == kind) return c.node();
  }
  return {};
}

// A statement for every construct of the language, and some that are none.
constexpr std::string_view kEveryConstruct = R"(# comment
from __future__ import annotations
from . import a, b as c
from ..x.y import *
import os.path as p, sys
async def f[T](a, /, b: int = 1, *args, c=2, **kw) -> None:
    """doc"""
    async with a as b, (c): pass
    async for i, *j in x: continue
    else: break
    return await g(), (yield), [*a], {**b}
    yield from x
    global q
    nonlocal r
@decorator(1)
class C(Base, metaclass=M):
    x: int = 3
    y = z = lambda u, *v: u if v else not w
    def m(self): self.x = self.y = 1; self.x += 2; del self.z[0], t
try: raise E from e
except* (A, B) as e: assert a, b
except C: pass
else: x[1:2, ::3, ...] = x[1,]
finally: while_ = -1 ** 2 // 3 @ 4 % 5 << 6 >> 7 & 8 | 9 ^ ~0
while a and b or c: x = a < b <= c == d != e >= f > g is h is not i in j not in k
match x, y:
    case [1, -2.5, "a" "b", *_] | {"k": v, **rest} | P(x=1, y=_) if g: pass
    case (None | True | False) as t: pass
    case a.b, : pass
    case -1+2j: pass
type A[T: int, *Ts, **P] = list[T]
with (open(f) as g, h): print(f"{x!r:>{w}} {{}} {y=}" rb'\x00\n', 0x1f, 1e3j, end="")
[a for b in c if d for e in f]; {a: b for c in d}; {a for b in c}; (x async for y in z)
(w := 5), "\N{BULLET}\u1234", a if b else c, ()
x = 1,
print >> f, "python 2"
exec "x" in y
x = (1 +
     2) \
    + 3
def broken(:
    return ]
"unterminated
$ ? é = ü
)";

TEST_F(TreeTest, EveryConstructAgreesWithTreeSitter) {
  test::TreeOracle oracle;
  EXPECT_EQ(oracle.Difference(kEveryConstruct), "");
  for (size_t cut = 0; cut < kEveryConstruct.size(); ++cut) {
    ASSERT_EQ(oracle.Difference(kEveryConstruct.substr(0, cut)), "") << "cut at " << cut;
    ASSERT_EQ(oracle.Difference(kEveryConstruct.substr(cut)), "") << "from " << cut;
  }
}

TEST_F(TreeTest, OddTextsAgreeWithTreeSitter) {
  test::TreeOracle oracle;
  using std::string;
  for (const string& text : {string(),
                             string(" "),
                             string("\n"),
                             string("\r"),
                             string("\r\n\r\n"),
                             string("\f"),
                             string("\xEF\xBB\xBFx = 1"),
                             string("\0x", 2),
                             string("x\0y", 3),
                             string("\xFF\xFE\xFD"),
                             string("\xC3"),
                             string("x = '\xE2\x82'"),
                             string("a\rb\rc"),
                             string("#"),
                             string("\\"),
                             string("\\\n"),
                             string("if x:\n"),
                             string("not in"),
                             string("x not # c\n in y"),
                             string("x not $ in y"),
                             string("\"\"\"a\n\"\"\""),
                             string("f'{'"),
                             string("f'{x'"),
                             string("\tx\n        y\n"),
                             string(1000, '('),
                             string(1000, ')'),
                             string(500, '\n'),
                             string("def f(\n  x"),
                             string("class"),
                             string("lambda"),
                             string("x = [\n1,\n2"),
                             string("if x:\n  pass\n else: pass"),
                             string("\xF0\x9F\x90\x8D = 1")}) {
    EXPECT_EQ(oracle.Difference(text), "") << text;
  }
}

TEST_F(TreeTest, TheOracleSeesDifferences) {
  // The same walk over another text's tree must not pass.
  EXPECT_NE(Expression("x = 1"), Expression("x + 1"));
  EXPECT_EQ(Expression("x = 1\n"),
            "(module (expression_statement (assignment left: (identifier) right: (integer))))");
  EXPECT_EQ(Expression("$"), "(module (ERROR (UNEXPECTED '$')))");
}

TEST_F(TreeTest, FieldsAndRanges) {
  const SyntaxTree tree = Parse("def f(a, b=1):\n    return a\n");
  const Node function = tree.root().FirstChild();
  ASSERT_EQ(function.kind(), NodeKind::kFunctionDefinition);
  EXPECT_EQ(function.ChildByField(Field::kName).text(), "f");
  EXPECT_EQ(function.ChildByField(Field::kParameters).text(), "(a, b=1)");
  EXPECT_EQ(function.ChildByField(Field::kBody).text(), "return a");
  EXPECT_FALSE(function.ChildByField(Field::kReturnType));
  EXPECT_EQ(function.ChildByKind(NodeKind::kBlock), function.ChildByField(Field::kBody));
  EXPECT_FALSE(tree.has_errors());
}

TEST_F(TreeTest, TokensThatChangeMeaningAreKept) {
  const auto has = [&](std::string_view text, NodeKind kind) {
    return static_cast<bool>(Find(Parse(text), kind));
  };
  EXPECT_TRUE(has("async def f(): pass", NodeKind::kTokenAsync));
  EXPECT_TRUE(has("def f(): yield from x", NodeKind::kTokenFrom));
  EXPECT_FALSE(has("from a import b", NodeKind::kTokenFrom));
  EXPECT_TRUE(has("a and b", NodeKind::kTokenAnd));
  EXPECT_TRUE(has("a is not b", NodeKind::kTokenIsNot));
  EXPECT_TRUE(has("a += b", NodeKind::kTokenPlusEqual));
  EXPECT_TRUE(has("x[1:]", NodeKind::kTokenColon));
  EXPECT_TRUE(has("x[1,]", NodeKind::kTokenComma));
  EXPECT_FALSE(has("f(1,)", NodeKind::kTokenComma));
  EXPECT_TRUE(has("try: pass\nexcept* E: pass", NodeKind::kTokenStar));
  EXPECT_TRUE(has("f'{x=}'", NodeKind::kTokenEqual));
  EXPECT_TRUE(has("match x:\n  case -1: pass", NodeKind::kTokenMinus));
}

TEST_F(TreeTest, ErrorsAreData) {
  const SyntaxTree tree = Parse("x = $\ndef f(:\n  pass\n");
  EXPECT_TRUE(tree.has_errors());
  const Node unexpected = Find(tree, NodeKind::kUnexpected);
  ASSERT_TRUE(unexpected);
  EXPECT_TRUE(unexpected.is_error());
  EXPECT_EQ(unexpected.unexpected_character(), '$');
  const SyntaxTree missing = Parse("x = (1");
  bool found = false;
  for (PreorderCursor c = missing.Preorder(); c; c.Next()) {
    if (!c.node().is_missing()) continue;
    found = true;
    EXPECT_EQ(c.node().start(), c.node().end());
    EXPECT_FALSE(c.node().is_error());
  }
  EXPECT_TRUE(found || missing.has_errors());
}

// Every way to reach a node gives the same node: checked against the preorder walk, for each node
// of a text with everything in it.
TEST_F(TreeTest, SubtreesAreScannedInTheirOrder) {
  const SyntaxTree tree = Parse(kEveryConstruct);
  using Place = std::tuple<NodeKind, uint32_t, uint32_t>;
  std::vector<Place> places;
  std::vector<uint32_t> depths;
  for (PreorderCursor c = tree.Preorder(); c; c.Next()) {
    places.emplace_back(c.node().kind(), c.node().start(), c.node().end());
    depths.push_back(c.depth());
  }
  SubtreeScan scan;
  auto place = places.begin();
  auto depth = depths.begin();
  for (PreorderCursor c = tree.Preorder(); c; c.Next(), ++place, ++depth) {
    const auto last =
        std::find_if(depth + 1, depths.end(), [&](uint32_t d) { return d <= *depth; });
    std::vector<Place> scanned;
    scan.ForEach(c.node(), [&](NodeKind kind, uint32_t start, uint32_t end) {
      scanned.emplace_back(kind, start, end);
    });
    EXPECT_EQ(scanned, std::vector<Place>(place, place + (last - depth)));
  }
}

TEST_F(TreeTest, NavigationIsConsistent) {
  const SyntaxTree tree = Parse(kEveryConstruct);
  uint32_t count = 0;
  std::set<uint32_t> ids;
  for (PreorderCursor c = tree.Preorder(); c; c.Next()) {
    const Node& node = c.node();
    ++count;
    EXPECT_TRUE(ids.insert(node.id()).second);
    EXPECT_EQ(node.Parent(), c.parent());
    EXPECT_EQ(node.HasChildren(), static_cast<bool>(node.FirstChild()));
    Node previous;
    uint32_t end = node.start();
    for (const Node& child : node.children()) {
      EXPECT_GE(child.start(), end);
      EXPECT_LE(child.end(), node.end());
      EXPECT_EQ(child.Parent(), node);
      EXPECT_EQ(child.PreviousSibling(), previous);
      if (child.field() != Field::kNone) {
        EXPECT_EQ(node.ChildByField(child.field()).field(), child.field());
      }
      previous = child;
      end = child.end();
    }
    EXPECT_EQ(node.text(), kEveryConstruct.substr(node.start(), node.end() - node.start()));
  }
  EXPECT_EQ(count, tree.node_count());
  EXPECT_FALSE(tree.root().Parent());
  EXPECT_FALSE(tree.root().NextSibling());
  EXPECT_FALSE(tree.root().PreviousSibling());
}

TEST_F(TreeTest, NodeAtFindsTheInnermost) {
  const SyntaxTree tree = Parse(kEveryConstruct);
  std::vector<Node> expected(kEveryConstruct.size() + 10, tree.root());
  for (PreorderCursor c = tree.Preorder(); c; c.Next()) {  // later ones are further in
    for (uint32_t i = c.node().start(); i < c.node().end(); ++i) expected[i] = c.node();
  }
  for (uint32_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(tree.NodeAt(i), expected[i]) << i;
  }
}

TEST_F(TreeTest, SkipLeavesOutSubtrees) {
  const SyntaxTree tree = Parse("def f():\n  x = 1\nclass C: pass\ny\n");
  std::vector<NodeKind> kinds;
  PreorderCursor c = tree.Preorder();
  for (c.Next(); c; c.Skip()) kinds.push_back(c.node().kind());
  EXPECT_EQ(kinds, (std::vector<NodeKind>{NodeKind::kFunctionDefinition, NodeKind::kClassDefinition,
                                          NodeKind::kExpressionStatement}));
}

TEST_F(TreeTest, HandlesOutliveAMove) {
  SyntaxTree tree = Parse("x = 1");
  const Node root = tree.root();
  const SyntaxTree moved = std::move(tree);
  EXPECT_EQ(moved.root(), root);
  EXPECT_EQ(root.text(), "x = 1");
}

TEST_F(TreeTest, TextIsCopiedOrBorrowed) {
  std::string text = "x = 1";
  const auto borrowed = parser_.Parse(text, {.text = TextStorage::kBorrow});
  EXPECT_EQ(borrowed->text().data(), text.data());
  EXPECT_EQ(pool_.bytes_in_use(), borrowed->byte_size());
  const auto copied = parser_.Parse(text, {.text = TextStorage::kCopy});
  EXPECT_EQ(pool_.bytes_in_use(), 2 * borrowed->byte_size() + text.size());
  text[0] = 'y';
  EXPECT_EQ(copied->text(), "x = 1");
}

TEST_F(TreeTest, DeepNestingNeedsNoStack) {
  constexpr size_t kDepth = 100'000;
  for (const char bracket : {'(', '[', '{'}) {
    const SyntaxTree tree = Parse(std::string(kDepth, bracket));
    EXPECT_EQ(tree.root().end(), kDepth);
    EXPECT_TRUE(tree.has_errors());
  }
  const std::string nested = std::string(kDepth, '(') + "x" + std::string(kDepth, ')');
  const SyntaxTree tree = Parse(nested);
  EXPECT_FALSE(tree.has_errors());
  EXPECT_GT(tree.node_count(), kDepth);
  EXPECT_EQ(tree.NodeAt(kDepth).kind(), NodeKind::kIdentifier);
  uint32_t depth = 0;
  for (PreorderCursor c = tree.Preorder(); c; c.Next()) depth = std::max(depth, c.depth());
  EXPECT_GE(depth, kDepth);
  for (const DumpFormat format : {DumpFormat::kSExpression, DumpFormat::kTree, DumpFormat::kJson}) {
    size_t bytes = 0;
    Dump(tree, format, [&](std::string_view piece) { bytes += piece.size(); });
    EXPECT_GT(bytes, kDepth);
  }
}

TEST_F(TreeTest, ScratchIsBoundedAndGivenBack) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "x = [1, 2, 3]\n";
  constexpr size_t kCap = size_t{1} << 20;
  const auto refused = parser_.Parse(text, {.max_scratch_bytes = kCap});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ParseErrorCode::kScratchExceeded);
  EXPECT_LE(parser_.statistics().peak_scratch_bytes, kCap);
  // The parser is as good as new.
  const auto tree = parser_.Parse(text);
  ASSERT_TRUE(tree);
  EXPECT_FALSE(tree->has_errors());
  EXPECT_GT(parser_.statistics().peak_scratch_bytes, kCap);
  EXPECT_EQ(Expression("x"), "(module (expression_statement (identifier)))");
  // Wherever it is cancelled.
  int succeeded = 0;
  int cancelled = 0;
  for (size_t cap = size_t{16} << 10; cap < (size_t{16} << 20); cap = cap * 9 / 8) {
    const std::string_view part = std::string_view(text).substr(0, 30'000);
    const auto maybe = parser_.Parse(part, {.max_scratch_bytes = cap});
    if (maybe) {
      ++succeeded;
    } else {
      ++cancelled;
      EXPECT_EQ(maybe.error().code, ParseErrorCode::kScratchExceeded);
    }
  }
  EXPECT_GT(succeeded, 0);
  EXPECT_GT(cancelled, 20);
}

TEST_F(TreeTest, QuadraticRecoveryIsCancelled) {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "@ $ def class : \n";
  const auto tree = parser_.Parse(text);
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error().code, ParseErrorCode::kScratchExceeded);
  // A shorter one is within the limit.
  EXPECT_TRUE(parser_.Parse(std::string_view(text).substr(0, 8'000)));
}

// The scanner looks past all line continuations that follow, again for each of them.
TEST_F(TreeTest, QuadraticScanningIsCancelled) {
  std::string text;
  while (text.size() < 200'000) text += "\\\n";
  const auto tree = parser_.Parse(text);
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error().code, ParseErrorCode::kTooComplex);
  EXPECT_TRUE(tree.error().reason.starts_with("parsing it takes too much time"));
  // A shorter one is within the limit, and the same work each time.
  const std::string_view part = std::string_view(text).substr(0, 4'000);
  EXPECT_TRUE(parser_.Parse(part));
  const uint64_t work = parser_.statistics().work;
  EXPECT_GT(work, 100 * part.size());
  EXPECT_TRUE(Parser(pool_).Parse(part));
  EXPECT_TRUE(parser_.Parse(part));
  EXPECT_EQ(parser_.statistics().work, work);
}

TEST_F(TreeTest, WorkIsProportionalToOrdinaryText) {
  std::string text;
  while (text.size() < 1'000'000) text += kEveryConstruct.substr(0, kEveryConstruct.find("print"));
  ASSERT_TRUE(parser_.Parse(text));
  EXPECT_GT(parser_.statistics().work, text.size());
  EXPECT_LT(parser_.statistics().work, text.size() * 50);
}

TEST_F(TreeTest, ParsesCanBeCancelled) {
  std::atomic<bool> cancelled{false};
  ASSERT_TRUE(parser_.Parse("x", {.cancelled = &cancelled}));
  cancelled = true;
  const auto tree = parser_.Parse("x", {.cancelled = &cancelled});
  ASSERT_FALSE(tree);
  EXPECT_EQ(tree.error().code, ParseErrorCode::kCancelled);
  EXPECT_TRUE(parser_.Parse("x"));
}

// Wherever it is: between tokens, or while one scanner looks far ahead.
TEST_F(TreeTest, ParsesUnderWayCanBeCancelled) {
  coppice_scratch scratch;
  ASSERT_EQ(coppice_scratch_init(&scratch, size_t{1} << 30), 0);
  std::string statements;
  for (int i = 0; i < 50'000; ++i) statements += "x = 1\n";
  const std::string blank(5'000'000, '\n');
  const std::string name(5'000'000, 'x');
  for (const std::string& text : {statements, blank, name}) {
    int looks = 0;
    coppice_parse_watch watch{};
    watch.max_work = UINT64_MAX;
    watch.context = &looks;
    watch.cancelled = [](const void* context) {
      return ++*static_cast<int*>(const_cast<void*>(context)) == 10 ? 1 : 0;
    };
    EXPECT_EQ(coppice_tree_sitter_parse(&scratch, &watch, text.data(),
                                        static_cast<uint32_t>(text.size())),
              nullptr);
    EXPECT_EQ(watch.end, kParseCancelled);
    EXPECT_EQ(looks, 10);
    EXPECT_LT(watch.work, uint64_t{20} * kWorkPerCheck);
    coppice_scratch_reset(&scratch, 0);
  }
  coppice_scratch_destroy(&scratch);
}

TEST_F(TreeTest, ParsersWorkSideBySide) {
  const std::string expected = Expression(kEveryConstruct);
  std::vector<std::thread> threads;
  std::vector<int> wrong(3);
  for (size_t i = 0; i < wrong.size(); ++i) {
    threads.emplace_back([&, i] {
      Parser parser(pool_);
      for (int n = 0; n < 20; ++n) {
        const auto tree = parser.Parse(kEveryConstruct);
        wrong[i] += !tree || DumpToString(*tree, DumpFormat::kSExpression) != expected;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(3));
}

// Records hold no addresses and no absolute positions.
TEST_F(TreeTest, RecordsAreTheSameBytesWhereverTheyLie) {
  const SyntaxTree tree = Parse(kEveryConstruct);
  const std::string text(kEveryConstruct);
  const auto again = Parser(pool_).Parse(text, {.text = TextStorage::kBorrow});
  const auto bytes = [](const SyntaxTree& t) {
    return std::vector<int>(t.view().records, t.view().records + t.view().records_size);
  };
  EXPECT_NE(tree.view().records, again->view().records);
  EXPECT_EQ(bytes(tree), bytes(*again));
}

// The example of docs/ast.md. If this fails, the format has changed: say so there.
TEST_F(TreeTest, BytesAreAsDocumented) {
  const SyntaxTree tree = Parse("x = 1");
  const TreeView& view = tree.view();
  const std::vector<int> bytes(view.records, view.records + view.records_size);
  EXPECT_EQ(bytes, (std::vector<int>{102, 5, 9, 108, 5, 6, 171, 5, 3, 28, 60, 3}));
}

TEST(Varint, RoundTrip) {
  std::mt19937_64 random(5);
  std::vector<uint32_t> values = {0, 239, 240, 2287, 2288, 2289, 67823, 67824, 16779503, 16779504};
  values.push_back(UINT32_MAX);
  for (int i = 0; i < 100'000; ++i)
    values.push_back(static_cast<uint32_t>(random() >> random() % 64));
  for (const uint32_t value : values) {
    uint8_t bytes[8];
    const uint8_t* begin = record::WriteVarint(bytes + 8, value);
    ASSERT_LE(bytes + 8 - begin, 5);
    EXPECT_EQ(record::ReadVarint(begin), value);
    EXPECT_EQ(begin, bytes + 8);
  }
}

TEST(RecordCodes, AreAllDifferent) {
  std::set<std::vector<int>> seen;
  for (const record::Code& c : record::kCodes) {
    EXPECT_TRUE(seen.insert({static_cast<int>(c.shape), static_cast<int>(c.kind),
                             static_cast<int>(c.field), c.gap, c.length})
                    .second);
    EXPECT_TRUE(c.shape == record::Shape::kLeaf || c.length == record::kOpen);
    EXPECT_NE(c.kind, NodeKind::kNoNode);
  }
}

}  // namespace
}  // namespace coppice
