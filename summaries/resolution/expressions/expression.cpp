#include "summaries/resolution/expressions/expression.h"

#include <array>

namespace coppice {

namespace {

using Kind = ExpressionKind;
using Op = ExpressionOperator;

constexpr uint32_t kNone = kNoExpression;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
// A byte that may begin or continue a name; beyond ASCII every byte is taken for one.
bool StartsName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool InName(char c) { return StartsName(c) || IsDigit(c); }

// Words that cannot name anything in an expression.
bool IsKeyword(std::string_view word) {
  static constexpr std::array<std::string_view, 35> kKeywords = {
      "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
      "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
      "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
      "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};
  if (word.size() < 2 || word.size() > 8) return false;
  for (const std::string_view keyword : kKeywords) {
    if (word == keyword) return true;
  }
  return false;
}

// Binary operators by how tightly they bind, loosest first; ** is apart.
struct BinaryOperator {
  std::string_view token;
  Op op;
  int precedence;
};
constexpr std::array<BinaryOperator, 12> kBinaryOperators = {{{"|", Op::kBitOr, 1},
                                                              {"^", Op::kBitXor, 2},
                                                              {"&", Op::kBitAnd, 3},
                                                              {"<<", Op::kLeftShift, 4},
                                                              {">>", Op::kRightShift, 4},
                                                              {"+", Op::kAdd, 5},
                                                              {"-", Op::kSubtract, 5},
                                                              {"//", Op::kFloorDivide, 6},
                                                              {"*", Op::kMultiply, 6},
                                                              {"/", Op::kDivide, 6},
                                                              {"%", Op::kModulo, 6},
                                                              {"@", Op::kMatrixMultiply, 6}}};

constexpr std::string_view kCutMark = "…";

}  // namespace

// The children of a node that is being made.
class ExpressionParser::Children {
 public:
  explicit Children(ExpressionParser& parser) : parser_(parser) {}

  // False, and nothing is added, if `child` is none.
  bool Add(uint32_t child) {
    if (child == kNone) return false;
    (last_ == kNone ? first_ : parser_.nodes_[last_].next_sibling) = child;
    last_ = child;
    ++size_;
    return true;
  }
  uint32_t first() const { return first_; }
  uint32_t size() const { return size_; }

 private:
  ExpressionParser& parser_;
  uint32_t first_ = kNone;
  uint32_t last_ = kNone;
  uint32_t size_ = 0;
};

void ExpressionParser::Parse(std::string_view text) {
  text_ = text;
  at_ = 0;
  depth_ = 0;
  nodes_.clear();
  if (!text.ends_with(kCutMark) && text.size() < kNoExpression) {
    // A value may be a tuple without parentheses, with stars in it.
    Children items(*this);
    bool comma = false;
    bool sound = true;
    do {
      SkipSpace();
      if (at_ == text_.size()) break;
      sound = items.Add(StarOrNamed());
      comma = Accept(',');
    } while (sound && comma);
    SkipSpace();
    if (sound && at_ == text_.size() && items.size() != 0) {
      root_ = items.size() > 1 || comma ? Make(Kind::kTuple, 0, items.first()) : items.first();
      return;
    }
  }
  nodes_.clear();
  at_ = text_.size();
  root_ = Make(Kind::kOpaque, 0);
}

uint32_t ExpressionParser::Make(Kind kind, uint32_t start, uint32_t first_child) {
  ExpressionNode node;
  node.kind = kind;
  node.start = start;
  node.end = static_cast<uint32_t>(at_);
  node.first_child = first_child;
  nodes_.push_back(node);
  return static_cast<uint32_t>(nodes_.size() - 1);
}

void ExpressionParser::SkipSpace() {
  while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
}

bool ExpressionParser::Accept(char token) {
  SkipSpace();
  if (at_ == text_.size() || text_[at_] != token) return false;
  ++at_;
  return true;
}

std::string_view ExpressionParser::Word() const {
  size_t end = at_;
  if (end < text_.size() && StartsName(text_[end])) {
    do ++end;
    while (end < text_.size() && InName(text_[end]));
  }
  return text_.substr(at_, end - at_);
}

bool ExpressionParser::PeekWord(std::string_view word) const {
  if (at_ == text_.size() || text_[at_] != word[0]) return false;
  const std::string_view rest = text_.substr(at_);
  return rest.starts_with(word) && (rest.size() == word.size() || !InName(rest[word.size()]));
}

bool ExpressionParser::AcceptWord(std::string_view word) {
  SkipSpace();
  if (!PeekWord(word)) return false;
  at_ += word.size();
  return true;
}

uint32_t ExpressionParser::StarOrNamed() {
  SkipSpace();
  const auto start = static_cast<uint32_t>(at_);
  if (Accept('*')) {
    const uint32_t value = Operation(1);
    return value == kNone ? kNone : Make(Kind::kStarred, start, value);
  }
  const uint32_t value = Expression();
  if (value == kNone) return kNone;
  SkipSpace();
  if (!text_.substr(at_).starts_with(":=")) return value;
  if (nodes_[value].kind != Kind::kName) return kNone;
  at_ += 2;
  Children parts(*this);
  parts.Add(value);
  return parts.Add(Expression()) ? Make(Kind::kNamed, start, value) : kNone;
}

uint32_t ExpressionParser::Expression() {
  if (++depth_ > kMaxDepth) return kNone;
  SkipSpace();
  const auto start = static_cast<uint32_t>(at_);
  uint32_t result = kNone;
  if (PeekWord("lambda")) {
    result = Lambda();
  } else {
    result = Disjunction();
    if (result != kNone && AcceptWord("if")) {
      Children parts(*this);
      const uint32_t if_true = result;
      const uint32_t test = Disjunction();
      result = kNone;
      if (parts.Add(test) && parts.Add(if_true) && AcceptWord("else") && parts.Add(Expression())) {
        result = Make(Kind::kConditional, start, parts.first());
      }
    }
  }
  --depth_;
  return result;
}

uint32_t ExpressionParser::Lambda() {
  const auto start = static_cast<uint32_t>(at_);
  at_ += std::string_view("lambda").size();
  Children parameters(*this);
  bool comma = true;
  while (!Accept(':')) {
    if (!comma || !parameters.Add(LambdaParameter())) return kNone;
    comma = Accept(',');
  }
  return Expression() == kNone ? kNone : Make(Kind::kLambda, start, parameters.first());
}

uint32_t ExpressionParser::LambdaParameter() {
  SkipSpace();
  const auto start = static_cast<uint32_t>(at_);
  Op op = Op::kNoOperator;
  if (Accept('/')) {
    op = Op::kDivide;
  } else if (text_.substr(at_).starts_with("**")) {
    op = Op::kPower, at_ += 2;
  } else if (Accept('*')) {
    op = Op::kMultiply;
  }
  Children parts(*this);
  SkipSpace();
  const std::string_view name = Word();
  if (!name.empty() && op != Op::kDivide) {
    const auto at = static_cast<uint32_t>(at_);
    at_ += name.size();
    parts.Add(Make(Kind::kIdentifier, at));
    if (op == Op::kNoOperator && Accept('=') && !parts.Add(Expression())) return kNone;
  } else if (op == Op::kNoOperator || op == Op::kPower) {
    return kNone;
  }
  const uint32_t parameter = Make(Kind::kParameter, start, parts.first());
  nodes_[parameter].op = op;
  return parameter;
}

// `and`, `or`, `not` and comparisons.
uint32_t ExpressionParser::Disjunction() {
  const auto conjunct = [&]() -> uint32_t {
    // not_test
    const auto inversion = [&](const auto& self) -> uint32_t {
      SkipSpace();
      const auto start = static_cast<uint32_t>(at_);
      if (AcceptWord("not")) {
        if (++depth_ > kMaxDepth) return kNone;
        const uint32_t operand = self(self);
        --depth_;
        if (operand == kNone) return kNone;
        const uint32_t node = Make(Kind::kUnary, start, operand);
        nodes_[node].op = Op::kNot;
        return node;
      }
      const uint32_t first = Operation(1);
      if (first == kNone) return kNone;
      Children parts(*this);
      parts.Add(first);
      for (;;) {
        SkipSpace();
        const auto at = static_cast<uint32_t>(at_);
        const std::string_view rest = text_.substr(at_);
        Op op = Op::kNoOperator;
        if (rest.starts_with("==")) {
          op = Op::kEqual, at_ += 2;
        } else if (rest.starts_with("!=")) {
          op = Op::kNotEqual, at_ += 2;
        } else if (rest.starts_with("<=")) {
          op = Op::kLessEqual, at_ += 2;
        } else if (rest.starts_with(">=")) {
          op = Op::kGreaterEqual, at_ += 2;
        } else if (rest.starts_with('<')) {
          op = Op::kLess, ++at_;
        } else if (rest.starts_with('>')) {
          op = Op::kGreater, ++at_;
        } else if (AcceptWord("in")) {
          op = Op::kIn;
        } else if (AcceptWord("is")) {
          op = AcceptWord("not") ? Op::kIsNot : Op::kIs;
        } else if (AcceptWord("not")) {
          if (!AcceptWord("in")) return kNone;
          op = Op::kNotIn;
        } else {
          break;
        }
        const uint32_t comparator = Make(Kind::kComparator, at);
        nodes_[comparator].op = op;
        parts.Add(comparator);
        if (!parts.Add(Operation(1))) return kNone;
      }
      return parts.size() == 1 ? first : Make(Kind::kComparison, start, first);
    };
    return inversion(inversion);
  };
  const auto chain = [&](std::string_view word, Op op, const auto& operand) -> uint32_t {
    SkipSpace();
    const auto start = static_cast<uint32_t>(at_);
    Children parts(*this);
    do {
      if (!parts.Add(operand())) return kNone;
    } while (AcceptWord(word));
    if (parts.size() == 1) return parts.first();
    const uint32_t node = Make(Kind::kBoolean, start, parts.first());
    nodes_[node].op = op;
    return node;
  };
  return chain("or", Op::kOr, [&] { return chain("and", Op::kAnd, conjunct); });
}

// Binary operators that bind at least as tightly as `precedence`; all group from the left.
uint32_t ExpressionParser::Operation(int precedence) {
  SkipSpace();
  const auto start = static_cast<uint32_t>(at_);
  uint32_t left = Unary();
  while (left != kNone) {
    SkipSpace();
    const BinaryOperator* found = nullptr;
    const std::string_view rest = text_.substr(at_);
    for (const BinaryOperator& candidate : kBinaryOperators) {
      if (rest.starts_with(candidate.token)) {
        found = &candidate;
        break;
      }
    }
    if (found == nullptr || found->precedence < precedence) return left;
    at_ += found->token.size();
    if (++depth_ > kMaxDepth) return kNone;
    const uint32_t right = Operation(found->precedence + 1);
    --depth_;
    if (right == kNone) return kNone;
    Children parts(*this);
    parts.Add(left);
    parts.Add(right);
    left = Make(Kind::kBinary, start, left);
    nodes_[left].op = found->op;
  }
  return left;
}

uint32_t ExpressionParser::Unary() {
  SkipSpace();
  const auto start = static_cast<uint32_t>(at_);
  Op op = Op::kNoOperator;
  if (Accept('-'))
    op = Op::kMinus;
  else if (Accept('+'))
    op = Op::kPlus;
  else if (Accept('~'))
    op = Op::kInvert;
  if (op == Op::kNoOperator) return Power();
  if (++depth_ > kMaxDepth) return kNone;
  const uint32_t operand = Unary();
  --depth_;
  if (operand == kNone) return kNone;
  const uint32_t node = Make(Kind::kUnary, start, operand);
  nodes_[node].op = op;
  return node;
}

uint32_t ExpressionParser::Power() {
  SkipSpace();
  const auto start = static_cast<uint32_t>(at_);
  uint32_t base = kNone;
  if (AcceptWord("await")) {
    base = Primary();
    if (base == kNone) return kNone;
    base = Make(Kind::kAwait, start, base);
  } else {
    base = Primary();
    if (base == kNone) return kNone;
  }
  SkipSpace();
  if (!text_.substr(at_).starts_with("**")) return base;
  at_ += 2;
  if (++depth_ > kMaxDepth) return kNone;
  Children parts(*this);
  parts.Add(base);
  const bool sound = parts.Add(Unary());
  --depth_;
  if (!sound) return kNone;
  const uint32_t node = Make(Kind::kBinary, start, base);
  nodes_[node].op = Op::kPower;
  return node;
}

uint32_t ExpressionParser::Primary() {
  SkipSpace();
  const auto start = static_cast<uint32_t>(at_);
  uint32_t value = Atom();
  while (value != kNone) {
    SkipSpace();
    if (at_ == text_.size()) return value;
    switch (text_[at_]) {
      case '.': {
        ++at_;
        SkipSpace();
        const std::string_view name = Word();
        if (name.empty() || IsKeyword(name)) return kNone;
        const auto name_start = static_cast<uint32_t>(at_);
        at_ += name.size();
        Children parts(*this);
        parts.Add(value);
        parts.Add(Make(Kind::kIdentifier, name_start));
        value = Make(Kind::kAttribute, start, value);
        break;
      }
      case '[':
        ++at_;
        value = Index(value);
        if (value != kNone) nodes_[value].start = start;
        break;
      case '(':
        ++at_;
        value = Arguments(value);
        if (value != kNone) nodes_[value].start = start;
        break;
      default:
        return value;
    }
  }
  return kNone;
}

uint32_t ExpressionParser::Atom() {
  if (at_ == text_.size()) return kNone;
  const auto start = static_cast<uint32_t>(at_);
  const char c = text_[at_];
  if (c == '(' || c == '[') return Bracketed();
  if (c == '{') return Braced();
  if (c == '"' || c == '\'') return Strings();
  if (IsDigit(c)) return Number();
  if (c == '.') {
    if (text_.substr(at_).starts_with("...")) {
      at_ += 3;
      return Make(Kind::kEllipsis, start);
    }
    return at_ + 1 < text_.size() && IsDigit(text_[at_ + 1]) ? Number() : kNone;
  }
  const std::string_view word = Word();
  if (word.empty()) return kNone;
  if (word.size() <= 2 && at_ + word.size() < text_.size() &&
      (text_[at_ + word.size()] == '"' || text_[at_ + word.size()] == '\'')) {
    return Strings();
  }
  Kind kind = Kind::kName;
  if (word == "None")
    kind = Kind::kNone;
  else if (word == "True")
    kind = Kind::kTrue;
  else if (word == "False")
    kind = Kind::kFalse;
  else if (IsKeyword(word))
    return kNone;
  at_ += word.size();
  return Make(kind, start);
}

// Tuples, lists, and expressions in parentheses.
uint32_t ExpressionParser::Bracketed() {
  if (++depth_ > kMaxDepth) return kNone;
  const auto start = static_cast<uint32_t>(at_);
  const bool list = text_[at_++] == '[';
  const char close = list ? ']' : ')';
  SkipSpace();
  if (PeekWord("yield")) return kNone;
  Children items(*this);
  bool comma = false;
  while (!Accept(close)) {
    if (items.size() != 0 && !comma) return kNone;
    if (!items.Add(StarOrNamed())) return kNone;
    SkipSpace();
    if (items.size() == 1 && (PeekWord("for") || PeekWord("async"))) {
      const uint32_t made = Comprehension(start, close);
      --depth_;
      return made;
    }
    comma = Accept(',');
  }
  --depth_;
  if (list) return Make(Kind::kList, start, items.first());
  if (items.size() == 1 && !comma) {
    return nodes_[items.first()].kind == Kind::kStarred ? kNone : items.first();
  }
  return Make(Kind::kTuple, start, items.first());
}

// Behind the element, before its first `for`.
uint32_t ExpressionParser::Comprehension(uint32_t start, char close) {
  return SkipBalanced(close) ? Make(Kind::kComprehension, start) : kNone;
}

uint32_t ExpressionParser::Braced() {
  if (++depth_ > kMaxDepth) return kNone;
  const auto start = static_cast<uint32_t>(at_);
  ++at_;
  Children items(*this);
  bool comma = true;
  bool pairs = false;
  bool elements = false;
  while (!Accept('}')) {
    if (!comma) return kNone;
    SkipSpace();
    const auto item = static_cast<uint32_t>(at_);
    if (text_.substr(at_).starts_with("**")) {
      at_ += 2;
      const uint32_t value = Operation(1);
      if (value == kNone) return kNone;
      items.Add(Make(Kind::kDoubleStarred, item, value));
      pairs = true;
    } else {
      if (!items.Add(StarOrNamed())) return kNone;
      if (Accept(':')) {
        if (!items.Add(Expression())) return kNone;
        pairs = true;
      } else {
        elements = true;
      }
    }
    SkipSpace();
    if (PeekWord("for") || PeekWord("async")) {
      const uint32_t made = Comprehension(start, '}');
      --depth_;
      return made;
    }
    comma = Accept(',');
  }
  --depth_;
  if (pairs && elements) return kNone;
  return Make(elements ? Kind::kSet : Kind::kDict, start, items.first());
}

// Behind the opening parenthesis.
uint32_t ExpressionParser::Arguments(uint32_t callee) {
  if (++depth_ > kMaxDepth) return kNone;
  Children parts(*this);
  parts.Add(callee);
  bool comma = true;
  while (!Accept(')')) {
    if (!comma) return kNone;
    SkipSpace();
    const auto start = static_cast<uint32_t>(at_);
    if (text_.substr(at_).starts_with("**")) {
      at_ += 2;
      const uint32_t value = Expression();
      if (value == kNone) return kNone;
      parts.Add(Make(Kind::kDoubleStarred, start, value));
    } else if (Accept('*')) {
      const uint32_t value = Expression();
      if (value == kNone) return kNone;
      parts.Add(Make(Kind::kStarred, start, value));
    } else {
      const uint32_t value = StarOrNamed();
      if (value == kNone) return kNone;
      SkipSpace();
      if (at_ < text_.size() && text_[at_] == '=' && nodes_[value].kind == Kind::kName &&
          nodes_[value].start == start) {
        ++at_;
        nodes_[value].kind = Kind::kIdentifier;
        Children keyword(*this);
        keyword.Add(value);
        if (!keyword.Add(Expression())) return kNone;
        parts.Add(Make(Kind::kKeyword, start, value));
      } else if (PeekWord("for") || PeekWord("async")) {
        const uint32_t made = SkipBalanced(')') ? Make(Kind::kComprehension, start) : kNone;
        if (made == kNone) return kNone;
        parts.Add(made);
        --depth_;
        return Make(Kind::kCall, start, callee);
      } else {
        parts.Add(value);
      }
    }
    comma = Accept(',');
  }
  --depth_;
  return Make(Kind::kCall, nodes_[callee].start, callee);
}

uint32_t ExpressionParser::Slice() {
  SkipSpace();
  const auto start = static_cast<uint32_t>(at_);
  Children parts(*this);
  const auto part = [&] {
    SkipSpace();
    if (at_ < text_.size() && text_[at_] != ':' && text_[at_] != ',' && text_[at_] != ']') {
      return parts.Add(StarOrNamed());
    }
    return true;
  };
  if (!part()) return kNone;
  if (!Accept(':')) return parts.first();
  if (!part()) return kNone;
  if (Accept(':') && !part()) return kNone;
  return Make(Kind::kSlice, start, parts.first());
}

// Behind the opening bracket.
uint32_t ExpressionParser::Index(uint32_t value) {
  if (++depth_ > kMaxDepth) return kNone;
  SkipSpace();
  const auto start = static_cast<uint32_t>(at_);
  Children items(*this);
  bool comma = false;
  do {
    SkipSpace();
    if (at_ < text_.size() && text_[at_] == ']') break;
    if (!items.Add(Slice())) return kNone;
    comma = Accept(',');
  } while (comma);
  --depth_;
  if (items.size() == 0) return kNone;
  uint32_t index = items.first();
  if (items.size() > 1 || comma || nodes_[index].kind == Kind::kStarred) {
    index = Make(Kind::kTuple, start, items.first());
  }
  if (!Accept(']')) return kNone;
  Children parts(*this);
  parts.Add(value);
  parts.Add(index);
  return Make(Kind::kSubscript, nodes_[value].start, value);
}

// One literal, with its prefix.
bool ExpressionParser::SkipString() {
  while (at_ < text_.size() && StartsName(text_[at_])) ++at_;
  if (at_ == text_.size()) return false;
  const char quote = text_[at_];
  if (quote != '"' && quote != '\'') return false;
  const std::string_view rest = text_.substr(at_);
  const bool triple = rest.size() >= 3 && rest[1] == quote && rest[2] == quote;
  const size_t quotes = triple ? 3 : 1;
  const std::string_view end = rest.substr(0, quotes);
  for (at_ += quotes; at_ < text_.size();) {
    if (text_[at_] == '\\') {
      at_ += 2;
    } else if (text_.substr(at_).starts_with(end)) {
      at_ += quotes;
      return true;
    } else {
      ++at_;
    }
  }
  return false;
}

uint32_t ExpressionParser::Strings() {
  const auto start = static_cast<uint32_t>(at_);
  Kind kind = Kind::kString;
  bool first = true;
  for (;;) {
    const size_t begin = at_;
    const std::string_view prefix = Word();
    if (prefix.size() > 2) break;
    size_t quote = begin + prefix.size();
    if (quote >= text_.size() || (text_[quote] != '"' && text_[quote] != '\'')) break;
    bool bytes = false;
    bool formatted = false;
    for (const char c : prefix) {
      switch (c | 0x20) {
        case 'b':
          bytes = true;
          break;
        case 'f':
        case 't':
          formatted = true;
          break;
        case 'r':
        case 'u':
          break;
        default:
          return kNone;
      }
    }
    if (!SkipString()) return kNone;
    if (!first && bytes != (kind == Kind::kBytes)) return kNone;
    if (bytes) kind = Kind::kBytes;
    if (formatted) kind = Kind::kFormatted;
    first = false;
    const size_t end = at_;
    SkipSpace();
    const std::string_view next = Word();
    const size_t next_quote = at_ + next.size();
    if (next.size() > 2 || next_quote >= text_.size() ||
        (text_[next_quote] != '"' && text_[next_quote] != '\'')) {
      at_ = end;
      break;
    }
  }
  return first ? kNone : Make(kind, start);
}

uint32_t ExpressionParser::Number() {
  const auto start = static_cast<uint32_t>(at_);
  const auto peek = [&](size_t ahead) {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  };
  Kind kind = Kind::kInteger;
  const char base = static_cast<char>(peek(1) | 0x20);
  if (peek(0) == '0' && (base == 'x' || base == 'o' || base == 'b')) {
    at_ += 2;
    while (at_ < text_.size() && InName(text_[at_])) ++at_;
    return Make(kind, start);
  }
  const auto digits = [&] {
    while (IsDigit(peek(0)) || peek(0) == '_') ++at_;
  };
  digits();
  if (peek(0) == '.') {
    kind = Kind::kFloat;
    ++at_;
    digits();
  }
  if ((peek(0) | 0x20) == 'e' &&
      (IsDigit(peek(1)) || ((peek(1) == '+' || peek(1) == '-') && IsDigit(peek(2))))) {
    kind = Kind::kFloat;
    at_ += 2;
    digits();
  }
  if ((peek(0) | 0x20) == 'j') {
    kind = Kind::kComplex;
    ++at_;
  }
  return Make(kind, start);
}

// Goes behind the next `close` that stands outside brackets and strings.
bool ExpressionParser::SkipBalanced(char close) {
  uint32_t nested = 0;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (nested == 0 && c == close) {
      ++at_;
      return true;
    }
    if (c == '"' || c == '\'') {
      if (!SkipString()) return false;
      continue;
    }
    ++at_;
    if (c == '(' || c == '[' || c == '{') ++nested;
    if (c == ')' || c == ']' || c == '}') {
      if (nested == 0) return false;
      --nested;
    }
  }
  return false;
}

}  // namespace coppice
