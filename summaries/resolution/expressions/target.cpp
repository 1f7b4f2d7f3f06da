#include "summaries/resolution/expressions/target.h"

#include <algorithm>
#include <charconv>
#include <compare>
#include <optional>
#include <variant>
#include <vector>

namespace coppice {

namespace {

using Kind = ExpressionKind;
using Op = ExpressionOperator;

// sys.version_info beyond its first two items, of which a target says nothing.
struct Unknown {};
using Numbers = std::vector<uint32_t>;
struct Version {
  Numbers known;  // items that are known
  bool open;      // further ones follow, of any value
};
using Value = std::variant<Unknown, bool, uint32_t, std::string_view, Version>;

constexpr size_t kMaxItems = 8;
constexpr uint32_t kMaxLookups = 4;

class Evaluator {
 public:
  // `depth`: how many names are looked up within each other.
  Evaluator(const ExpressionParser& condition, const Target& target, const ConstantTexts& constants,
            uint32_t depth)
      : condition_(condition), target_(target), constants_(constants), depth_(depth) {}

  Truth Evaluate(uint32_t index) const {
    const ExpressionNode& node = condition_.node(index);
    switch (node.kind) {
      case Kind::kUnary:
        return node.op == Op::kNot ? Not(Evaluate(node.first_child)) : Truth::kUnknown;
      case Kind::kBoolean: {
        const Truth decisive = node.op == Op::kAnd ? Truth::kFalse : Truth::kTrue;
        Truth all = Not(decisive);
        for (uint32_t child = node.first_child; child != kNoExpression;
             child = condition_.node(child).next_sibling) {
          const Truth truth = Evaluate(child);
          if (truth == decisive) return decisive;
          if (truth == Truth::kUnknown) all = Truth::kUnknown;
        }
        return all;
      }
      case Kind::kComparison:
        return Chain(node.first_child);
      default:
        return TruthOf(ValueOf(index));
    }
  }

 private:
  static Truth Known(bool truth) { return truth ? Truth::kTrue : Truth::kFalse; }

  static Truth TruthOf(const Value& value) {
    if (const auto* truth = std::get_if<bool>(&value)) return Known(*truth);
    if (const auto* number = std::get_if<uint32_t>(&value)) return Known(*number != 0);
    if (const auto* text = std::get_if<std::string_view>(&value)) return Known(!text->empty());
    return Truth::kUnknown;
  }

  Truth Chain(uint32_t left) const {
    Truth all = Truth::kTrue;
    for (;;) {
      const uint32_t comparator = condition_.node(left).next_sibling;
      if (comparator == kNoExpression) return all;
      const uint32_t right = condition_.node(comparator).next_sibling;
      const Truth truth = Compare(left, condition_.node(comparator).op, right);
      if (truth == Truth::kFalse) return truth;
      if (truth == Truth::kUnknown) all = truth;
      left = right;
    }
  }

  Truth Compare(uint32_t left, Op op, uint32_t right) const {
    if (op == Op::kNotIn) return Not(Compare(left, Op::kIn, right));
    if (op == Op::kIn) return IsIn(ValueOf(left), right);
    if (Is(left, "__name__")) return CompareOwnName(op, right);
    if (Is(right, "__name__")) return CompareOwnName(op, left);
    const Value a = ValueOf(left);
    const Value b = ValueOf(right);
    return CompareValues(a, op, b);
  }

  static Truth CompareValues(const Value& a, Op op, const Value& b) {
    if (a.index() != b.index()) return Truth::kUnknown;
    if (const auto* version = std::get_if<Version>(&a)) {
      return CompareVersions(*version, op, std::get<Version>(b));
    }
    if (const auto* truth = std::get_if<bool>(&a)) {
      return Decide(*truth <=> std::get<bool>(b), op);
    }
    if (const auto* number = std::get_if<uint32_t>(&a)) {
      return Decide(*number <=> std::get<uint32_t>(b), op);
    }
    if (const auto* text = std::get_if<std::string_view>(&a)) {
      return Decide(*text <=> std::get<std::string_view>(b), op);
    }
    return Truth::kUnknown;
  }

  Truth IsIn(const Value& value, uint32_t container) const {
    const ExpressionNode& node = condition_.node(container);
    if (const auto* text = std::get_if<std::string_view>(&value);
        text != nullptr && Means(container, "sys.builtin_module_names")) {
      // Of these modules just one is built in: os.name is called after it.
      const bool decided = *text == "posix" || *text == "nt";
      return decided ? Known(*text == target_.os_name) : Truth::kUnknown;
    }
    if (const auto* text = std::get_if<std::string_view>(&value);
        text != nullptr && Is(container, "sys.platform")) {
      return Known(target_.platform.find(*text) != std::string::npos);
    }
    if (value.index() == 0 ||
        (node.kind != Kind::kTuple && node.kind != Kind::kList && node.kind != Kind::kSet)) {
      return Truth::kUnknown;
    }
    Truth any = Truth::kFalse;
    for (uint32_t child = node.first_child; child != kNoExpression;
         child = condition_.node(child).next_sibling) {
      const Truth same = CompareValues(ValueOf(child), Op::kEqual, value);
      if (same == Truth::kTrue) return same;
      if (same == Truth::kUnknown) any = same;
    }
    return any;
  }

  // What is imported is no program; what it is called otherwise is not known here.
  Truth CompareOwnName(Op op, uint32_t other) const {
    const Value value = ValueOf(other);
    const auto* text = std::get_if<std::string_view>(&value);
    if (text == nullptr || *text != "__main__") return Truth::kUnknown;
    if (op == Op::kEqual) return Truth::kFalse;
    return op == Op::kNotEqual ? Truth::kTrue : Truth::kUnknown;
  }

  static Truth Decide(std::strong_ordering order, Op op) {
    switch (op) {
      case Op::kEqual:
      case Op::kIs:
        return Known(order == 0);
      case Op::kNotEqual:
      case Op::kIsNot:
        return Known(order != 0);
      case Op::kLess:
        return Known(order < 0);
      case Op::kLessEqual:
        return Known(order <= 0);
      case Op::kGreater:
        return Known(order > 0);
      case Op::kGreaterEqual:
        return Known(order >= 0);
      default:
        return Truth::kUnknown;
    }
  }

  // Tuples as Python orders them, of which either may go on with items that are not known.
  static Truth CompareVersions(const Version& a, Op op, const Version& b) {
    const size_t shared = std::min(a.known.size(), b.known.size());
    for (size_t i = 0; i < shared; ++i) {
      if (a.known[i] != b.known[i]) return Decide(a.known[i] <=> b.known[i], op);
    }
    const bool a_ends = !a.open && a.known.size() == shared;
    const bool b_ends = !b.open && b.known.size() == shared;
    if (a_ends && b_ends) return Decide(std::strong_ordering::equal, op);
    // A tuple is less than another that it begins. sys.version_info has five items.
    if (a_ends) return Decide(std::strong_ordering::less, op);
    if (b_ends) return Decide(std::strong_ordering::greater, op);
    return Truth::kUnknown;
  }

  bool Is(uint32_t index, std::string_view text) const { return condition_.TextOf(index) == text; }
  // The same, through a constant.
  bool Means(uint32_t index, std::string_view text) const {
    if (Is(index, text)) return true;
    return condition_.node(index).kind == Kind::kName && ConstantText(index) == text;
  }
  std::string_view ConstantText(uint32_t index) const {
    if (!constants_ || depth_ == kMaxLookups) return {};
    return constants_(condition_.TextOf(index));
  }
  Value ValueOfConstant(uint32_t index) const {
    const std::string_view text = ConstantText(index);
    if (text.empty()) return Unknown{};
    ExpressionParser parser;
    parser.Parse(text);
    return Evaluator(parser, target_, constants_, depth_ + 1).ValueOf(parser.root());
  }

  Version VersionInfo() const { return {{target_.major, target_.minor}, true}; }

  Value ValueOf(uint32_t index) const {
    const ExpressionNode& node = condition_.node(index);
    switch (node.kind) {
      case Kind::kTrue:
        return true;
      case Kind::kFalse:
        return false;
      case Kind::kInteger: {
        uint32_t number = 0;
        const std::string_view text = condition_.TextOf(index);
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc() || end != text.data() + text.size()) return Unknown{};
        return number;
      }
      case Kind::kString:
        return StringValue(condition_.TextOf(index));
      case Kind::kTuple: {
        Version tuple{{}, false};
        for (uint32_t child = node.first_child; child != kNoExpression;
             child = condition_.node(child).next_sibling) {
          // Perhaps of no item at all.
          if (condition_.node(child).kind == Kind::kStarred) return Unknown{};
          const Value item = ValueOf(child);
          if (!std::holds_alternative<uint32_t>(item)) {
            // ("final", ...) behind the numbers of a version.
            tuple.open = true;
            break;
          }
          if (tuple.known.size() == kMaxItems) return Unknown{};
          tuple.known.push_back(std::get<uint32_t>(item));
        }
        return tuple;
      }
      case Kind::kName:
        if (Is(index, "TYPE_CHECKING")) return target_.type_checking;
        if (Is(index, "__name__")) return Unknown{};  // also where a constant is called so
        return ValueOfConstant(index);
      case Kind::kAttribute:
        return Attribute(node, index);
      case Kind::kSubscript:
        return Subscript(node);
      case Kind::kCall:
        return Call(node);
      case Kind::kUnary:
      case Kind::kBoolean:
      case Kind::kComparison: {
        const Truth truth = Evaluate(index);
        if (truth == Truth::kUnknown) return Unknown{};
        return truth == Truth::kTrue;
      }
      default:
        return Unknown{};
    }
  }

  Value Attribute(const ExpressionNode& node, uint32_t index) const {
    const uint32_t name = condition_.node(node.first_child).next_sibling;
    if (Is(name, "TYPE_CHECKING")) return target_.type_checking;
    if (Is(index, "sys.version_info")) return VersionInfo();
    if (Is(index, "sys.version_info.major")) return target_.major;
    if (Is(index, "sys.version_info.minor")) return target_.minor;
    if (Is(index, "sys.platform")) return std::string_view(target_.platform);
    if (Is(index, "sys.implementation.name")) return std::string_view(target_.implementation);
    if (Is(index, "os.name")) return std::string_view(target_.os_name);
    return Unknown{};
  }

  // sys.version_info[0], sys.version_info[:2], sys.platform[:3]
  Value Subscript(const ExpressionNode& node) const {
    const bool version = Is(node.first_child, "sys.version_info");
    if (!version && !Is(node.first_child, "sys.platform")) return Unknown{};
    const uint32_t index = condition_.node(node.first_child).next_sibling;
    const ExpressionNode& item = condition_.node(index);
    if (item.kind == Kind::kInteger) {
      const Value number = ValueOf(index);
      if (version && std::holds_alternative<uint32_t>(number)) {
        if (std::get<uint32_t>(number) == 0) return target_.major;
        if (std::get<uint32_t>(number) == 1) return target_.minor;
      }
      return Unknown{};
    }
    const std::optional<uint32_t> end = EndOfSlice(index);
    if (!end) return Unknown{};
    if (!version) return std::string_view(target_.platform).substr(0, *end);
    switch (*end) {
      case 0:
        return Version{{}, false};
      case 1:
        return Version{{target_.major}, false};
      case 2:
        return Version{{target_.major, target_.minor}, false};
      default:
        return VersionInfo();
    }
  }

  // Of a slice from the start up to a number.
  std::optional<uint32_t> EndOfSlice(uint32_t index) const {
    const ExpressionNode& slice = condition_.node(index);
    const std::string_view text = condition_.TextOf(index);
    if (slice.kind != Kind::kSlice || slice.first_child == kNoExpression ||
        condition_.node(slice.first_child).next_sibling != kNoExpression ||
        !text.starts_with(':') || text.find(':', 1) != std::string_view::npos) {
      return std::nullopt;
    }
    const Value end = ValueOf(slice.first_child);
    if (!std::holds_alternative<uint32_t>(end)) return std::nullopt;
    return std::get<uint32_t>(end);
  }

  // sys.platform.startswith("linux")
  Value Call(const ExpressionNode& node) const {
    if (!Is(node.first_child, "sys.platform.startswith")) return Unknown{};
    const uint32_t argument = condition_.node(node.first_child).next_sibling;
    if (argument == kNoExpression || condition_.node(argument).next_sibling != kNoExpression) {
      return Unknown{};
    }
    const ExpressionNode& prefixes = condition_.node(argument);
    if (prefixes.kind != Kind::kTuple) return StartsWith(argument);
    Value any = false;
    for (uint32_t child = prefixes.first_child; child != kNoExpression;
         child = condition_.node(child).next_sibling) {
      const Value starts = StartsWith(child);
      if (TruthOf(starts) == Truth::kTrue) return true;
      if (TruthOf(starts) == Truth::kUnknown) any = Unknown{};
    }
    return any;
  }

  Value StartsWith(uint32_t prefix) const {
    const Value value = ValueOf(prefix);
    const auto* text = std::get_if<std::string_view>(&value);
    if (text == nullptr) return Unknown{};
    return target_.platform.starts_with(*text);
  }

  // Of one plain literal without escapes.
  static Value StringValue(std::string_view literal) {
    if (literal.size() < 2 || (literal[0] != '"' && literal[0] != '\'')) return Unknown{};
    const char quote = literal[0];
    const std::string_view inner = literal.substr(1, literal.size() - 2);
    if (literal.back() != quote || inner.find_first_of("\\'\"") != std::string_view::npos) {
      return Unknown{};
    }
    return inner;
  }

  const ExpressionParser& condition_;
  const Target& target_;
  const ConstantTexts& constants_;
  uint32_t depth_;
};

}  // namespace

Truth Not(Truth truth) {
  if (truth == Truth::kUnknown) return truth;
  return truth == Truth::kTrue ? Truth::kFalse : Truth::kTrue;
}

Truth EvaluateCondition(const ExpressionParser& condition, const Target& target,
                        const ConstantTexts& constants) {
  return Evaluator(condition, target, constants, 0).Evaluate(condition.root());
}

}  // namespace coppice
