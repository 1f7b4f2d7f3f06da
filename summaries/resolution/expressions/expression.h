// The expressions that a summary keeps as text: annotations, bases, decorators, defaults, values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace coppice {

enum class ExpressionKind : uint8_t {
  kOpaque,  // what is not understood, or was cut; as a root: nothing is known of the whole text
  kName,
  kIdentifier,  // not a reference: the name of an attribute or of a keyword argument
  kAttribute,   // value, kIdentifier
  kSubscript,   // value, index (a kTuple where commas are)
  kSlice,       // what there is of lower, upper, step
  kCall,        // callee, arguments: expressions, kStarred, kKeyword, kDoubleStarred
  kKeyword,     // kIdentifier, value
  kStarred,
  kDoubleStarred,
  kTuple,
  kList,
  kSet,
  kDict,           // key, value, key, value, ..., kDoubleStarred
  kComprehension,  // of any kind; its parts are not kept
  kString,         // of one or several literals
  kBytes,
  kFormatted,  // a string of which a part is an f-string or t-string; its parts are not kept
  kInteger,
  kFloat,
  kComplex,
  kTrue,
  kFalse,
  kNone,
  kEllipsis,
  kUnary,        // ExpressionOperator, operand
  kBinary,       // ExpressionOperator, left, right
  kBoolean,      // kAnd or kOr, two or more operands
  kComparison,   // operand, (kComparator, operand)...
  kComparator,   // ExpressionOperator of the comparison
  kConditional,  // test, value if true, value if false
  kNamed,        // kName, value
  kLambda,       // kParameter...; its body is not kept
  kAwait,
  // kIdentifier, default value. Its operator is kMultiply for `*name` and a lone `*`, which has no
  // kIdentifier, kPower for `**name`, kDivide for `/`.
  kParameter,
};

enum class ExpressionOperator : uint8_t {
  kNoOperator,
  kAdd,
  kSubtract,
  kMultiply,
  kMatrixMultiply,
  kDivide,
  kFloorDivide,
  kModulo,
  kPower,
  kLeftShift,
  kRightShift,
  kBitAnd,
  kBitOr,
  kBitXor,
  kInvert,
  kNot,
  kPlus,
  kMinus,
  kAnd,
  kOr,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIs,
  kIsNot,
  kIn,
  kNotIn,
};

inline constexpr uint32_t kNoExpression = UINT32_MAX;

struct ExpressionNode {
  ExpressionKind kind = ExpressionKind::kOpaque;
  ExpressionOperator op = ExpressionOperator::kNoOperator;
  uint32_t start = 0;  // of its text, in bytes; parentheses around it are not part of it
  uint32_t end = 0;
  uint32_t first_child = kNoExpression;
  uint32_t next_sibling = kNoExpression;
};

// Reads the expressions of Python 3 (the language reference, "Expressions") in the form in which
// summaries keep them. Its buffers serve one text after another, so that nothing is allocated for
// most. For one thread at a time.
//
// Nesting beyond kMaxDepth, texts that end in "…" because they were cut, and all else that is no
// expression are opaque as a whole. Linear time.
class ExpressionParser {
 public:
  static constexpr uint32_t kMaxDepth = 100;

  // What was parsed is valid until the next call; `text` must live as long.
  void Parse(std::string_view text);

  std::string_view text() const { return text_; }
  // Index of the whole.
  uint32_t root() const { return root_; }
  const ExpressionNode& node(uint32_t index) const { return nodes_[index]; }
  std::string_view TextOf(uint32_t index) const {
    return text_.substr(nodes_[index].start, nodes_[index].end - nodes_[index].start);
  }

 private:
  class Children;

  uint32_t Expression();
  uint32_t StarOrNamed();
  uint32_t Disjunction();
  uint32_t Operation(int precedence);
  uint32_t Unary();
  uint32_t Power();
  uint32_t Primary();
  uint32_t Atom();
  uint32_t Bracketed();
  uint32_t Lambda();
  uint32_t LambdaParameter();
  uint32_t Braced();
  uint32_t Arguments(uint32_t callee);
  uint32_t Index(uint32_t value);
  uint32_t Slice();
  uint32_t Strings();
  uint32_t Number();
  uint32_t Comprehension(uint32_t start, char close);

  void SkipSpace();
  bool Accept(char token);
  bool AcceptWord(std::string_view word);
  bool PeekWord(std::string_view word) const;
  std::string_view Word() const;
  bool SkipBalanced(char close);
  bool SkipString();
  uint32_t Make(ExpressionKind kind, uint32_t start, uint32_t first_child = kNoExpression);

  std::string_view text_;
  size_t at_ = 0;
  uint32_t depth_ = 0;
  uint32_t root_ = 0;
  std::vector<ExpressionNode> nodes_;
};

}  // namespace coppice
