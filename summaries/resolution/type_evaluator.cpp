#include "summaries/resolution/type_evaluator.h"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "summaries/resolution/expression_parts.h"
#include "summaries/resolution/signature.h"

namespace coppice {
namespace {

uint64_t Key(Definition definition) {
  return uint64_t{static_cast<uint32_t>(definition.module)} << 32 | definition.row;
}

using Types = boost::container::small_vector<TypeId, 8>;

// Answers of which more is known than of any other: what holds one holds nothing.
bool IsPoison(TypeGap gap) { return gap == TypeGap::kCycle || gap == TypeGap::kTooMany; }

// Special forms that mean something as an annotation without subscript, or nothing at all.
bool IsForm(KnownName known) {
  switch (known) {
    case KnownName::kAny:
    case KnownName::kNever:
    case KnownName::kSelf:
    case KnownName::kLiteralString:
    case KnownName::kCallable:
    case KnownName::kTypeGuard:
    case KnownName::kFinal:
    case KnownName::kClassVar:
    case KnownName::kTypeAliasMark:
    case KnownName::kOptional:
    case KnownName::kUnion:
    case KnownName::kLiteral:
      return true;
    default:
      return false;
  }
}

// Of a type parameter's text: `*Ts`, `T: int = str`.
std::string_view ParameterName(std::string_view text) {
  while (text.starts_with('*')) text.remove_prefix(1);
  return text.substr(0, text.find_first_of(":= "));
}

}  // namespace

std::string_view GapName(TypeGap gap) {
  constexpr std::array<std::string_view, kTypeGapCount> kNames = {
      "",          "name",      "cut",       "value",     "undeclared",   "operation",
      "overloads", "variables", "decorated", "attribute", "not_callable", "no_type",
      "local",     "cycle",     "too_many"};
  return kNames[static_cast<size_t>(gap)];
}

class TypeEvaluator::Engine {
 public:
  explicit Engine(NameResolver& resolver) : resolver_(resolver), classes_(resolver) {
    constexpr std::array<std::string_view, kBuiltinCount> kNames = {
        "int",  "float", "complex", "bool",  "str",     "bytes",
        "list", "set",   "dict",    "tuple", "ellipsis"};
    for (size_t i = 0; i < kBuiltinCount; ++i) {
      builtin_classes_[i] = classes_.known().Builtin(kNames[i]);
      if (builtin_classes_[i]) {
        builtins_[i] = types_.Make(TypeForm::kInstance, *builtin_classes_[i]);
      }
    }
  }

  NameResolver& resolver() { return resolver_; }
  ClassTable& classes() { return classes_; }
  TypeTable& types() { return types_; }

  // What is found out beside a type while an expression is read.
  struct Findings {
    Scope scope;
    Definition declarer;
    bool in_method = false;  // the text stands in a function, whose locals are not known
    Definition method_class;
    Definition first;
    Obstacles obstacles;
    TypeGap gap = TypeGap::kNone;
    uint8_t count = 0;
    bool seen = false;
    TypeGap silent = TypeGap::kTooMany;  // where a shape cannot be made, why

    TypeId Unknown(TypeGap why) {
      if (gap == TypeGap::kNone || IsPoison(why)) gap = why;
      return TypeId::kUnknown;
    }
    void Note(const Answer& answer) {
      obstacles.add(answer.obstacles);
      if (std::exchange(seen, true)) return;
      count = static_cast<uint8_t>(std::min<size_t>(answer.definitions.size(), UINT8_MAX));
      if (!answer.definitions.empty()) first = answer.definitions[0];
    }
    TypeId Take(const Evaluation& inner) {
      if (inner.gap != TypeGap::kNone) {
        if (gap == TypeGap::kNone || IsPoison(inner.gap)) gap = inner.gap;
        if (inner.type == TypeId::kUnknown) obstacles.add(inner.obstacles);
      }
      return inner.type;
    }
    Evaluation Result(TypeId type) const {
      if (IsPoison(gap)) type = TypeId::kUnknown;
      const TypeGap why = type == TypeId::kUnknown && gap == TypeGap::kNone ? silent : gap;
      return {type, first, obstacles, why, count};
    }
  };

  Findings Fresh() const {
    Findings findings;
    // Without `builtins` not even a number has a type.
    if (!builtin_classes_[kInt]) findings.silent = TypeGap::kName;
    return findings;
  }

  enum class Mode : uint8_t { kValue, kAnnotation, kBase };

  Evaluation Evaluate(Findings findings, std::string_view text, Mode mode) {
    return Settle([&] {
      Findings fresh = findings;
      const TypeId type = Read(fresh, text, mode);
      return fresh.Result(type);
    });
  }
  Evaluation ValueOf(const Answer& answer) {
    return Settle([&] {
      Findings findings = Fresh();
      findings.Note(answer);
      const TypeId type = TypeOfAll(findings, answer);
      return findings.Result(type);
    });
  }
  Evaluation AttributeValue(Definition class_definition, std::string_view text) {
    Findings findings = Fresh();
    findings.scope = {class_definition.module, {}};
    findings.in_method = true;
    findings.method_class = class_definition;
    return Evaluate(findings, text, Mode::kValue);
  }

  Evaluation OutermostTypeOf(Definition definition) {
    return Settle([&] { return TypeOf(definition); });
  }
  Evaluation TypeOf(Definition definition);
  Evaluation Attribute(TypeId type, std::string_view name);
  Evaluation Call(TypeId callee);
  std::span<const TypeId> TypeParameters(Definition class_definition);
  std::vector<TypeId> ArgumentsFor(TypeId instance, Definition base);
  std::string TextOf(TypeId type, size_t limit);

 private:
  // Expressions within expressions, and definitions that need others, taken together: beyond the
  // first nothing is worked out, beyond the second no further definition before those above.
  static constexpr uint32_t kMaxDepth = 400;
  static constexpr uint32_t kMaxNesting = 150;
  static constexpr size_t kMaxDefinitions = 16;  // that one name may mean, of which a union is made

  enum Builtin : size_t {
    kInt,
    kFloat,
    kComplex,
    kBool,
    kStr,
    kBytes,
    kList,
    kSet,
    kDict,
    kTuple,
    kEllipsisType,
    kBuiltinCount
  };

  // One level deeper; false if that is too deep.
  class Deeper {
   public:
    explicit Deeper(Engine& engine) : engine_(engine) { ++engine_.depth_; }
    ~Deeper() { --engine_.depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;
    explicit operator bool() const {
      if (engine_.depth_ <= kMaxDepth) return true;
      engine_.too_deep_ = true;
      return false;
    }

   private:
    Engine& engine_;
  };
  // A parser for a text within others.
  class Borrowed {
   public:
    explicit Borrowed(Engine& engine) : engine_(engine) {
      if (engine_.parsers_in_use_ == engine_.parsers_.size()) engine_.parsers_.emplace_back();
      parser_ = &engine_.parsers_[engine_.parsers_in_use_++];
    }
    ~Borrowed() { --engine_.parsers_in_use_; }
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    ExpressionParser& operator*() const { return *parser_; }

   private:
    Engine& engine_;
    ExpressionParser* parser_;
  };

  TypeId Read(Findings& findings, std::string_view text, Mode mode);
  std::optional<TypeId> ReadLiteral(std::string_view text);

  TypeId ValueNode(Findings& findings, const ExpressionParser& parsed, uint32_t node);
  TypeId Items(Findings& findings, const ExpressionParser& parsed, uint32_t node,
               Builtin container);
  TypeId CallNode(Findings& findings, const ExpressionParser& parsed, uint32_t node);
  TypeId BinaryNode(Findings& findings, const ExpressionParser& parsed, uint32_t node);
  TypeId NameValue(Findings& findings, std::string_view name);

  TypeId AnnotationNode(Findings& findings, const ExpressionParser& parsed, uint32_t node);
  TypeId SubscriptNode(Findings& findings, const ExpressionParser& parsed, uint32_t node);
  TypeId NameAnnotation(Findings& findings, std::string_view name,
                        std::span<const TypeId> arguments);
  TypeId Described(Findings& findings, Definition definition, std::span<const TypeId> arguments);
  TypeId DescribedByKnown(Findings& findings, KnownName known);
  TypeId AliasOf(Findings& findings, Definition definition, std::span<const TypeId> arguments);
  Types ArgumentsOf(Findings& findings, const ExpressionParser& parsed, uint32_t index);
  TypeId TypeParameter(const Findings& findings, std::string_view name);
  TypeId ParameterOf(Definition declarer, std::string_view name);

  Answer LookUp(Findings& findings, std::string_view name);
  TypeId TypeOfAll(Findings& findings, const Answer& answer);
  Evaluation WorkOut(Definition definition);
  Evaluation OfVariable(Definition definition, const Symbol& symbol);
  Evaluation Described(Definition alias);
  Evaluation DescribedBy(Definition alias) {
    return Remember(aliases_, Subject::kAlias, alias, [&] { return Described(alias); });
  }
  Evaluation ReturnOf(Definition function);
  Evaluation OwnReturn(Definition function);
  TypeId AttributeOf(Findings& findings, TypeId type, std::string_view name);
  TypeId MemberOf(Findings& findings, TypeId receiver, std::string_view name);
  TypeId CallOf(Findings& findings, TypeId callee);

  TypeId Instance(Builtin builtin, std::span<const TypeId> arguments = {}) {
    if (arguments.empty()) return builtins_[builtin];
    if (!builtin_classes_[builtin]) return TypeId::kUnknown;
    return types_.Make(TypeForm::kInstance, *builtin_classes_[builtin], arguments);
  }
  bool IsInstance(TypeId type, Builtin builtin) const {
    return type == builtins_[builtin] && type != TypeId::kUnknown;
  }

  // Variables with what stands for them.
  struct Substitution {
    std::span<const TypeId> variables;
    std::span<const TypeId> values;  // what is missing is kUnknown
    TypeId self = TypeId::kSelf;
    boost::unordered_flat_map<uint32_t, TypeId> done = {};
  };
  TypeId Substitute(TypeId type, Substitution& substitution);
  TypeId Substitute(TypeId type, Definition class_definition, std::span<const TypeId> arguments,
                    TypeId self = TypeId::kSelf);
  void CollectVariables(TypeId type, std::vector<TypeId>& variables);
  void Append(TypeId type, std::string& text, size_t limit);
  std::string NameOf(Definition definition);
  bool IsParameterOfMethods(Definition class_definition, std::string_view name);

  enum class State : uint8_t { kOpen, kDone };
  struct Known {
    Evaluation evaluation;
    State state = State::kOpen;
  };
  using Memo = boost::unordered_flat_map<uint64_t, Known>;
  // What is kept of a definition: its value's type, what it describes as a type, what it returns.
  enum class Subject : uint8_t { kValue, kAlias, kReturn };
  struct Aside {
    Subject subject;
    Definition definition;
  };
  Memo& MemoOf(Subject subject) {
    return subject == Subject::kValue ? values_ : subject == Subject::kAlias ? aliases_ : returns_;
  }
  template <class Work>
  Evaluation Remember(Memo& memo, Subject subject, Definition definition, Work work);
  Evaluation Find(Aside aside);
  template <class Work>
  Evaluation Settle(Work work);
  static Evaluation Poison(TypeGap gap) {
    Evaluation evaluation;
    evaluation.gap = gap;
    return evaluation;
  }

  NameResolver& resolver_;
  ClassTable classes_;
  TypeTable types_;
  std::deque<ExpressionParser> parsers_;
  size_t parsers_in_use_ = 0;
  uint32_t depth_ = 0;
  bool too_deep_ = false;       // something was, since the outermost question
  std::optional<Aside> aside_;  // the first such definition
  std::array<std::optional<Definition>, kBuiltinCount> builtin_classes_;
  std::array<TypeId, kBuiltinCount> builtins_ = {};
  Memo values_;
  Memo aliases_;
  Memo returns_;
  boost::unordered_flat_map<uint64_t, std::vector<TypeId>> parameters_;
  Definition parameters_of_;  // the class whose methods' parameters these are
  boost::unordered_flat_set<std::string_view> method_parameters_;
};

// --- What is kept ------------------------------------------------------------------------------

// What is asked for while it is worked out depends on itself, and so does all that needs it. What
// would nest too deep is put aside: Settle works it out on an empty stack, and then asks again.
template <class Work>
Evaluation TypeEvaluator::Engine::Remember(Memo& memo, Subject subject, Definition definition,
                                           Work work) {
  const uint64_t key = Key(definition);
  const auto [found, fresh] = memo.try_emplace(key);
  if (!fresh) {
    if (found->second.state == State::kDone) return found->second.evaluation;
    return Poison(TypeGap::kCycle);
  }
  if (depth_ >= kMaxNesting) {
    memo.erase(found);
    too_deep_ = true;
    if (!aside_) aside_ = Aside{subject, definition};
    return Poison(TypeGap::kTooMany);
  }
  Evaluation evaluation;
  const bool outermost = depth_ == 0;
  {
    const Deeper deeper(*this);
    evaluation = work();
  }
  if (too_deep_ && !(outermost && !aside_)) {
    memo.erase(key);
  } else {
    memo[key] = {evaluation, State::kDone};
  }
  return evaluation;
}

Evaluation TypeEvaluator::Engine::Find(Aside aside) {
  switch (aside.subject) {
    case Subject::kValue:
      return TypeOf(aside.definition);
    case Subject::kAlias:
      return DescribedBy(aside.definition);
    case Subject::kReturn:
      return ReturnOf(aside.definition);
  }
  return {};
}

template <class Work>
Evaluation TypeEvaluator::Engine::Settle(Work work) {
  for (;;) {
    too_deep_ = false;
    aside_.reset();
    const Evaluation evaluation = work();
    if (!aside_) return evaluation;
    std::vector<Aside> stack = {*aside_};
    boost::unordered_flat_set<std::pair<uint64_t, uint32_t>> on_stack;
    const auto number = [](Aside aside) {
      return std::pair(Key(aside.definition), static_cast<uint32_t>(aside.subject));
    };
    on_stack.insert(number(stack.back()));
    while (!stack.empty()) {
      too_deep_ = false;
      aside_.reset();
      Find(stack.back());
      if (aside_ && on_stack.insert(number(*aside_)).second) {
        stack.push_back(*aside_);
        continue;
      }
      if (aside_) {
        // It waits for itself.
        MemoOf(aside_->subject)[Key(aside_->definition)] = {Poison(TypeGap::kCycle), State::kDone};
        continue;
      }
      on_stack.erase(number(stack.back()));
      stack.pop_back();
    }
  }
}

// --- Texts -------------------------------------------------------------------------------------

std::optional<TypeId> TypeEvaluator::Engine::ReadLiteral(std::string_view text) {
  if (text == "None") return TypeId::kNone;
  if (text == "True" || text == "False") return Instance(kBool);
  if (text.find_first_not_of("0123456789") == std::string_view::npos) return Instance(kInt);
  return std::nullopt;
}

TypeId TypeEvaluator::Engine::Read(Findings& findings, std::string_view text, Mode mode) {
  if (text.empty()) return findings.Unknown(TypeGap::kOperation);
  if (IsDottedName(text)) {
    return mode == Mode::kValue ? NameValue(findings, text) : NameAnnotation(findings, text, {});
  }
  if (mode == Mode::kValue) {
    if (const std::optional<TypeId> literal = ReadLiteral(text)) return *literal;
  } else if (text == "None") {
    return TypeId::kNone;
  }
  const Deeper deeper(*this);
  if (!deeper) return findings.Unknown(TypeGap::kTooMany);
  if (IsPoison(findings.gap)) return TypeId::kUnknown;
  const Borrowed parser(*this);
  (*parser).Parse(text);
  const ExpressionParser& parsed = *parser;
  if (KindAt(parsed, parsed.root()) == ExpressionKind::kOpaque && text.ends_with("…")) {
    return findings.Unknown(TypeGap::kCut);
  }
  return mode == Mode::kValue ? ValueNode(findings, parsed, parsed.root())
                              : AnnotationNode(findings, parsed, parsed.root());
}

// --- Values ------------------------------------------------------------------------------------

TypeId TypeEvaluator::Engine::ValueNode(Findings& findings, const ExpressionParser& parsed,
                                        uint32_t node) {
  const Deeper deeper(*this);
  if (!deeper) return findings.Unknown(TypeGap::kTooMany);
  if (IsPoison(findings.gap)) return TypeId::kUnknown;
  const auto child = [&](uint32_t number) {
    uint32_t at = parsed.node(node).first_child;
    while (number-- != 0) at = parsed.node(at).next_sibling;
    return at;
  };
  switch (KindAt(parsed, node)) {
    case ExpressionKind::kName:
      return NameValue(findings, parsed.TextOf(node));
    case ExpressionKind::kAttribute: {
      if (IsDottedName(parsed, node) && IsDottedName(parsed.TextOf(node))) {
        return NameValue(findings, parsed.TextOf(node));
      }
      const TypeId value = ValueNode(findings, parsed, child(0));
      return AttributeOf(findings, value, parsed.TextOf(child(1)));
    }
    case ExpressionKind::kCall:
      return CallNode(findings, parsed, node);
    case ExpressionKind::kSubscript: {
      const TypeId value = ValueNode(findings, parsed, child(0));
      const Type shape = types_[value];
      if (shape.form == TypeForm::kClassObject && shape.arguments.empty()) {
        const Definition definition = shape.definition;
        const Types arguments = ArgumentsOf(findings, parsed, child(1));
        return types_.Make(TypeForm::kClassObject, definition, arguments);
      }
      if (shape.form == TypeForm::kTuple && KindAt(parsed, child(1)) == ExpressionKind::kInteger) {
        const std::string_view digits = parsed.TextOf(child(1));
        const size_t at = digits.size() == 1 ? static_cast<size_t>(digits[0] - '0') : SIZE_MAX;
        if (at < shape.arguments.size() && shape.arguments.back() != TypeId::kEllipsis) {
          return shape.arguments[at];
        }
      }
      if (shape.form != TypeForm::kInstance) return findings.Unknown(TypeGap::kOperation);
      return CallOf(findings, AttributeOf(findings, value, "__getitem__"));
    }
    case ExpressionKind::kString:
    case ExpressionKind::kFormatted:
      return Instance(kStr);
    case ExpressionKind::kBytes:
      return Instance(kBytes);
    case ExpressionKind::kInteger:
      return Instance(kInt);
    case ExpressionKind::kFloat:
      return Instance(kFloat);
    case ExpressionKind::kComplex:
      return Instance(kComplex);
    case ExpressionKind::kTrue:
    case ExpressionKind::kFalse:
      return Instance(kBool);
    case ExpressionKind::kNone:
      return TypeId::kNone;
    case ExpressionKind::kEllipsis:
      return Instance(kEllipsisType);
    case ExpressionKind::kTuple: {
      Types items;
      bool starred = false;
      ForEachChild(parsed, node, [&](uint32_t item) {
        starred |= KindAt(parsed, item) == ExpressionKind::kStarred;
        if (!starred && items.size() <= TypeTable::kMaxArguments) {
          items.push_back(ValueNode(findings, parsed, item));
        }
      });
      if (starred || items.size() > TypeTable::kMaxArguments) {
        const TypeId unknown = TypeId::kUnknown;
        return Instance(kTuple, {&unknown, 1});
      }
      return types_.Make(TypeForm::kTuple, {}, items);
    }
    case ExpressionKind::kList:
      return Items(findings, parsed, node, kList);
    case ExpressionKind::kSet:
      return Items(findings, parsed, node, kSet);
    case ExpressionKind::kDict:
      return Items(findings, parsed, node, kDict);
    case ExpressionKind::kUnary: {
      if (parsed.node(node).op == ExpressionOperator::kNot) return Instance(kBool);
      const TypeId operand = ValueNode(findings, parsed, child(0));
      for (const Builtin number : {kInt, kFloat, kComplex}) {
        if (IsInstance(operand, number)) return operand;
      }
      return findings.Unknown(TypeGap::kOperation);
    }
    case ExpressionKind::kBinary:
      return BinaryNode(findings, parsed, node);
    case ExpressionKind::kBoolean: {
      Types operands;
      ForEachChild(parsed, node, [&](uint32_t operand) {
        operands.push_back(ValueNode(findings, parsed, operand));
      });
      return types_.MakeUnion(operands);
    }
    case ExpressionKind::kComparison: {
      bool always_bool = true;
      ForEachChild(parsed, node, [&](uint32_t operand) {
        if (KindAt(parsed, operand) != ExpressionKind::kComparator) return;
        const ExpressionOperator op = parsed.node(operand).op;
        always_bool &= op == ExpressionOperator::kIs || op == ExpressionOperator::kIsNot ||
                       op == ExpressionOperator::kIn || op == ExpressionOperator::kNotIn;
      });
      return always_bool ? Instance(kBool) : findings.Unknown(TypeGap::kOperation);
    }
    case ExpressionKind::kConditional: {
      const std::array<TypeId, 2> branches = {ValueNode(findings, parsed, child(1)),
                                              ValueNode(findings, parsed, child(2))};
      return types_.MakeUnion(branches);
    }
    case ExpressionKind::kNamed:
      return ValueNode(findings, parsed, child(1));
    case ExpressionKind::kComprehension:
      if (parsed.TextOf(node).starts_with('[')) {
        const TypeId unknown = TypeId::kUnknown;
        return Instance(kList, {&unknown, 1});
      }
      return findings.Unknown(TypeGap::kOperation);
    default:
      return findings.Unknown(TypeGap::kOperation);
  }
}

TypeId TypeEvaluator::Engine::Items(Findings& findings, const ExpressionParser& parsed,
                                    uint32_t node, Builtin container) {
  std::array<Types, 2> parts;
  bool unpacked = false;
  size_t number = 0;
  // What stays unknown of an item leaves the container known.
  Findings inner = findings;
  ForEachChild(parsed, node, [&](uint32_t item) {
    const ExpressionKind kind = KindAt(parsed, item);
    unpacked |= kind == ExpressionKind::kStarred || kind == ExpressionKind::kDoubleStarred;
    if (unpacked || number >= 2 * TypeTable::kMaxArguments) {
      unpacked = true;
      return;
    }
    parts[container == kDict ? number % 2 : 0].push_back(ValueNode(inner, parsed, item));
    ++number;
  });
  findings.obstacles.add(inner.obstacles);
  if (inner.gap != TypeGap::kNone) findings.Unknown(inner.gap);
  std::array<TypeId, 2> arguments = {TypeId::kUnknown, TypeId::kUnknown};
  if (!unpacked) {
    for (size_t i = 0; i < 2; ++i) {
      if (!parts[i].empty()) arguments[i] = types_.MakeUnion(parts[i]);
    }
  }
  return Instance(container, {arguments.data(), container == kDict ? 2u : 1u});
}

TypeId TypeEvaluator::Engine::CallNode(Findings& findings, const ExpressionParser& parsed,
                                       uint32_t node) {
  const uint32_t callee = parsed.node(node).first_child;
  if (IsDottedName(parsed, callee) && IsDottedName(parsed.TextOf(callee))) {
    const Answer answer = LookUp(findings, parsed.TextOf(callee));
    if (classes_.known().Find(answer) == KnownName::kCast) {
      findings.Note(answer);
      const auto type = PositionalArgument(parsed, node, 0);
      return type ? AnnotationNode(findings, parsed, *type) : findings.Unknown(TypeGap::kOperation);
    }
  }
  return CallOf(findings, ValueNode(findings, parsed, callee));
}

TypeId TypeEvaluator::Engine::BinaryNode(Findings& findings, const ExpressionParser& parsed,
                                         uint32_t node) {
  const uint32_t first = parsed.node(node).first_child;
  const TypeId left = ValueNode(findings, parsed, first);
  const TypeId right = ValueNode(findings, parsed, parsed.node(first).next_sibling);
  const ExpressionOperator op = parsed.node(node).op;
  const bool adds = op == ExpressionOperator::kAdd || op == ExpressionOperator::kSubtract ||
                    op == ExpressionOperator::kMultiply || op == ExpressionOperator::kFloorDivide ||
                    op == ExpressionOperator::kModulo;
  if (IsInstance(left, kStr) && op == ExpressionOperator::kModulo) return left;
  if (IsInstance(left, kBytes) && op == ExpressionOperator::kModulo) return left;
  if (left == right && op == ExpressionOperator::kAdd &&
      (IsInstance(left, kStr) || IsInstance(left, kBytes))) {
    return left;
  }
  if (IsInstance(right, kInt) && op == ExpressionOperator::kMultiply &&
      (IsInstance(left, kStr) || IsInstance(left, kBytes))) {
    return left;
  }
  if (IsInstance(left, kInt) && IsInstance(right, kInt)) {
    if (op == ExpressionOperator::kDivide) return Instance(kFloat);
    if (op != ExpressionOperator::kPower && op != ExpressionOperator::kMatrixMultiply) return left;
  }
  if (adds || op == ExpressionOperator::kDivide) {
    const bool floats = (IsInstance(left, kFloat) || IsInstance(left, kInt)) &&
                        (IsInstance(right, kFloat) || IsInstance(right, kInt));
    if (floats) return Instance(kFloat);
  }
  return findings.Unknown(TypeGap::kOperation);
}

Answer TypeEvaluator::Engine::LookUp(Findings& findings, std::string_view name) {
  return resolver_.Lookup(findings.scope, name);
}

TypeId TypeEvaluator::Engine::NameValue(Findings& findings, std::string_view name) {
  const Deeper deeper(*this);
  if (!deeper) return findings.Unknown(TypeGap::kTooMany);
  if (IsPoison(findings.gap)) return TypeId::kUnknown;
  if (findings.in_method &&
      IsParameterOfMethods(findings.method_class, name.substr(0, name.find('.')))) {
    return findings.Unknown(TypeGap::kLocal);
  }
  const Answer answer = LookUp(findings, name);
  const size_t dot = name.rfind('.');
  if (dot != std::string_view::npos) {
    // Of values and of classes, whose members are bound by being read.
    const bool of_class = !answer.definitions.empty() && !answer.definitions[0].is_module() &&
                          classes_.views().symbol(answer.definitions[0]).owner().has_value();
    if (of_class || (answer.definitions.empty() && answer.obstacles.has(Obstacle::kValue))) {
      if (of_class) findings.Note(answer);
      return AttributeOf(findings, NameValue(findings, name.substr(0, dot)), name.substr(dot + 1));
    }
  }
  if (answer.definitions.empty()) {
    if (dot == std::string_view::npos && TypeParameter(findings, name) != TypeId::kUnknown) {
      return findings.Unknown(TypeGap::kVariables);
    }
    findings.Note(answer);
    return findings.Unknown(TypeGap::kName);
  }
  findings.Note(answer);
  if (findings.in_method) {
    // A local of that name is likelier than a variable of the module.
    const bool named = std::ranges::none_of(answer.definitions, [&](const Definition& each) {
      return classes_.views().IsA(each, SymbolKind::kVariable);
    });
    if (!named) return findings.Unknown(TypeGap::kLocal);
  }
  return TypeOfAll(findings, answer);
}

TypeId TypeEvaluator::Engine::TypeOfAll(Findings& findings, const Answer& answer) {
  if (answer.definitions.empty()) return findings.Unknown(TypeGap::kName);
  if (answer.definitions.size() == 1) return findings.Take(TypeOf(answer.definitions[0]));
  if (answer.definitions.size() > kMaxDefinitions) return findings.Unknown(TypeGap::kTooMany);
  Types types;
  for (const Definition& each : answer.definitions) {
    types.push_back(findings.Take(TypeOf(each)));
    if (IsPoison(findings.gap)) return TypeId::kUnknown;
  }
  return types_.MakeUnion(types);
}

// Whether some method of a class has a parameter of that name.
bool TypeEvaluator::Engine::IsParameterOfMethods(Definition class_definition,
                                                 std::string_view name) {
  if (parameters_of_ != class_definition) {
    parameters_of_ = class_definition;
    method_parameters_.clear();
    const SummaryView& view = *classes_.views().Find(class_definition.module);
    const RowRange rows = view.Members(class_definition.row);
    for (uint32_t row = rows.first; row < rows.last; ++row) {
      for (const Parameter& parameter : view.symbol(row).details().params) {
        method_parameters_.insert(parameter.name);
      }
    }
  }
  return method_parameters_.contains(name);
}

// --- Definitions -------------------------------------------------------------------------------

Evaluation TypeEvaluator::Engine::TypeOf(Definition definition) {
  Evaluation evaluation;
  evaluation.definition = definition;
  evaluation.definition_count = 1;
  if (definition.is_module()) {
    evaluation.type = types_.Make(TypeForm::kModule, definition);
    return evaluation;
  }
  const Symbol symbol = classes_.views().symbol(definition);
  switch (symbol.kind()) {
    case SymbolKind::kClass:
      evaluation.type = types_.Make(TypeForm::kClassObject, definition);
      return evaluation;
    case SymbolKind::kTypeAlias:
      evaluation.gap = TypeGap::kOperation;
      return evaluation;
    default:
      return Remember(values_, Subject::kValue, definition, [&] { return WorkOut(definition); });
  }
}

Evaluation TypeEvaluator::Engine::WorkOut(Definition definition) {
  Evaluation evaluation;
  evaluation.definition = definition;
  evaluation.definition_count = 1;
  const Symbol symbol = classes_.views().symbol(definition);
  if (symbol.kind() != SymbolKind::kFunction) return OfVariable(definition, symbol);
  const Scope scope = classes_.ScopeOf(definition);
  for (const std::string_view text : symbol.details().decorators) {
    const Answer decorator = classes_.Decorator(scope, text);
    switch (classes_.known().Find(decorator)) {
      case KnownName::kTransparent:
      case KnownName::kContextManager:
      case KnownName::kOverload:
      case KnownName::kClassMethod:
      case KnownName::kStaticMethod:
      case KnownName::kProperty:
      case KnownName::kCachedProperty:
        continue;
      default:
        break;
    }
    if (text.ends_with(".setter") || text.ends_with(".getter") || text.ends_with(".deleter")) {
      continue;
    }
    if (!decorator.definitions.empty() && classes_.IsTransparent(decorator.definitions[0])) {
      continue;
    }
    evaluation.gap = TypeGap::kDecorated;
    return evaluation;
  }
  evaluation.type = types_.Make(TypeForm::kFunction, definition);
  return evaluation;
}

Evaluation TypeEvaluator::Engine::OfVariable(Definition definition, const Symbol& symbol) {
  const SymbolDetails details = symbol.details();
  Findings findings = Fresh();
  findings.scope = {definition.module, symbol.owner()};
  findings.first = definition;
  findings.count = 1;
  findings.seen = true;
  if (symbol.kind() == SymbolKind::kAttribute) {
    findings.scope.class_row.reset();
    findings.in_method = true;
    findings.method_class = {definition.module, symbol.owner().value_or(0)};
  } else if (const std::optional<uint32_t> owner = symbol.owner()) {
    const Definition owner_class{definition.module, *owner};
    if (classes_.TraitsOf(owner_class).is_enum) {
      const auto member = classes_.Member(owner_class, symbol.name());
      if (member && member->kind == MemberKind::kEnumMember) {
        return findings.Result(types_.Make(TypeForm::kInstance, owner_class));
      }
    }
  }
  if (details.annotation) {
    Findings declared = findings;
    declared.in_method = false;
    const TypeId type = Read(declared, *details.annotation, Mode::kAnnotation);
    // `Final`, `ClassVar` and `TypeAlias` alone leave it to the value.
    if (declared.gap != TypeGap::kUndeclared) return declared.Result(type);
  }
  switch (details.value_form) {
    case ValueForm::kAbsent:
      return findings.Result(findings.Unknown(TypeGap::kUndeclared));
    case ValueForm::kOpaque:
      return findings.Result(findings.Unknown(TypeGap::kValue));
    case ValueForm::kText:
      break;
  }
  if (classes_.views().is_stub(definition.module) && details.value == "...") {
    return findings.Result(findings.Unknown(TypeGap::kUndeclared));
  }
  return findings.Result(Read(findings, details.value, Mode::kValue));
}

// --- Annotations -------------------------------------------------------------------------------

TypeId TypeEvaluator::Engine::ParameterOf(Definition declarer, std::string_view name) {
  if (declarer.module == kNoModule || declarer.is_module()) return TypeId::kUnknown;
  for (const std::string_view text : classes_.views().symbol(declarer).details().type_params) {
    if (ParameterName(text) == name) {
      return types_.Make(TypeForm::kTypeParameter, declarer, {}, name);
    }
  }
  return TypeId::kUnknown;
}

TypeId TypeEvaluator::Engine::TypeParameter(const Findings& findings, std::string_view name) {
  if (const TypeId own = ParameterOf(findings.declarer, name); own != TypeId::kUnknown) return own;
  if (findings.scope.class_row) {
    return ParameterOf({findings.scope.module, *findings.scope.class_row}, name);
  }
  return TypeId::kUnknown;
}

TypeId TypeEvaluator::Engine::NameAnnotation(Findings& findings, std::string_view name,
                                             std::span<const TypeId> arguments) {
  const Answer answer = LookUp(findings, name);
  if (answer.definitions.empty()) {
    if (const TypeId own = TypeParameter(findings, name); own != TypeId::kUnknown) return own;
    findings.Note(answer);
    return findings.Unknown(TypeGap::kName);
  }
  findings.Note(answer);
  if (answer.definitions.size() == 1) return Described(findings, answer.definitions[0], arguments);
  if (const KnownName known = classes_.known().Find(answer); IsForm(known)) {
    return DescribedByKnown(findings, known);
  }
  if (answer.definitions.size() > kMaxDefinitions) return findings.Unknown(TypeGap::kTooMany);
  Types types;
  for (const Definition& each : answer.definitions) {
    types.push_back(Described(findings, each, arguments));
    if (IsPoison(findings.gap)) return TypeId::kUnknown;
  }
  return types_.MakeUnion(types);
}

// Special forms without subscript.
TypeId TypeEvaluator::Engine::DescribedByKnown(Findings& findings, KnownName known) {
  switch (known) {
    case KnownName::kAny:
      return TypeId::kAny;
    case KnownName::kNever:
      return TypeId::kNever;
    case KnownName::kSelf:
      return TypeId::kSelf;
    case KnownName::kLiteralString:
      return Instance(kStr);
    case KnownName::kTuple:
      return Instance(kTuple);
    case KnownName::kCallable: {
      const std::array<TypeId, 2> anything = {TypeId::kEllipsis, TypeId::kUnknown};
      return types_.Make(TypeForm::kCallable, {}, anything);
    }
    case KnownName::kTypeGuard:
      return Instance(kBool);
    case KnownName::kFinal:
    case KnownName::kClassVar:
    case KnownName::kTypeAliasMark:
      return findings.Unknown(TypeGap::kUndeclared);
    default:
      return findings.Unknown(TypeGap::kNoType);
  }
}

TypeId TypeEvaluator::Engine::Described(Findings& findings, Definition definition,
                                        std::span<const TypeId> arguments) {
  const KnownName known = classes_.known().Find(definition);
  if (IsForm(known)) return DescribedByKnown(findings, known);
  if (known == KnownName::kTuple && arguments.empty()) return Instance(kTuple);
  if (const Definition* const alias = classes_.known().AliasOf(definition)) definition = *alias;
  if (definition.is_module()) return findings.Unknown(TypeGap::kNoType);
  switch (classes_.views().symbol(definition).kind()) {
    case SymbolKind::kClass:
      return types_.Make(TypeForm::kInstance, definition, arguments);
    case SymbolKind::kVariable:
    case SymbolKind::kTypeAlias:
      return AliasOf(findings, definition, arguments);
    default:
      return findings.Unknown(TypeGap::kNoType);
  }
}

TypeId TypeEvaluator::Engine::AliasOf(Findings& findings, Definition definition,
                                      std::span<const TypeId> arguments) {
  const Types copy(arguments.begin(), arguments.end());
  const TypeId type = findings.Take(DescribedBy(definition));
  if (!types_.has_variables(type) || types_[type].form == TypeForm::kTypeVariable) return type;
  std::vector<TypeId> variables;
  CollectVariables(type, variables);
  Substitution substitution{variables, copy};
  return Substitute(type, substitution);
}

// What a variable describes when it is used as a type: an alias, a type variable, a new type.
Evaluation TypeEvaluator::Engine::Described(Definition alias) {
  const Symbol symbol = classes_.views().symbol(alias);
  const SymbolDetails details = symbol.details();
  Findings findings = Fresh();
  findings.scope = classes_.ScopeOf(alias);
  findings.declarer = alias;
  findings.first = alias;
  findings.count = 1;
  findings.seen = true;
  const auto unknown = [&](TypeGap gap) { return findings.Result(findings.Unknown(gap)); };
  if (symbol.kind() == SymbolKind::kVariable && details.annotation) {
    Findings declared = findings;
    Read(declared, *details.annotation, Mode::kAnnotation);
    if (declared.gap != TypeGap::kUndeclared) return unknown(TypeGap::kNoType);
  }
  if (details.value_form != ValueForm::kText) return unknown(TypeGap::kNoType);
  const Answer maker = classes_.Decorator(findings.scope, details.value);
  if (!IsDottedName(details.value)) {
    switch (classes_.known().Find(maker)) {
      case KnownName::kTypeVariable:
        return findings.Result(types_.Make(TypeForm::kTypeVariable, alias));
      case KnownName::kNewType: {
        const Borrowed parser(*this);
        (*parser).Parse(details.value);
        const ExpressionParser& parsed = *parser;
        if (KindAt(parsed, parsed.root()) != ExpressionKind::kCall) return unknown(TypeGap::kCut);
        return findings.Result(types_.Make(TypeForm::kInstance, alias));
      }
      default:
        break;
    }
    const Borrowed parser(*this);
    (*parser).Parse(details.value);
    const ExpressionParser& parsed = *parser;
    if (KindAt(parsed, parsed.root()) == ExpressionKind::kOpaque && details.value.ends_with("…")) {
      return unknown(TypeGap::kCut);
    }
    const ExpressionKind kind = KindAt(parsed, parsed.root());
    if (kind != ExpressionKind::kSubscript && kind != ExpressionKind::kBinary &&
        kind != ExpressionKind::kString && kind != ExpressionKind::kNone) {
      return unknown(TypeGap::kNoType);
    }
    return findings.Result(AnnotationNode(findings, parsed, parsed.root()));
  }
  return findings.Result(NameAnnotation(findings, details.value, {}));
}

Types TypeEvaluator::Engine::ArgumentsOf(Findings& findings, const ExpressionParser& parsed,
                                         uint32_t index) {
  Types arguments;
  const auto add = [&](uint32_t node) {
    if (arguments.size() <= TypeTable::kMaxArguments) {
      arguments.push_back(AnnotationNode(findings, parsed, node));
    }
  };
  if (KindAt(parsed, index) == ExpressionKind::kTuple) {
    ForEachChild(parsed, index, add);
  } else {
    add(index);
  }
  return arguments;
}

TypeId TypeEvaluator::Engine::AnnotationNode(Findings& findings, const ExpressionParser& parsed,
                                             uint32_t node) {
  const Deeper deeper(*this);
  if (!deeper) return findings.Unknown(TypeGap::kTooMany);
  if (IsPoison(findings.gap)) return TypeId::kUnknown;
  switch (KindAt(parsed, node)) {
    case ExpressionKind::kName:
    case ExpressionKind::kAttribute:
      if (!IsDottedName(parsed, node)) return findings.Unknown(TypeGap::kNoType);
      return NameAnnotation(findings, parsed.TextOf(node), {});
    case ExpressionKind::kNone:
      return TypeId::kNone;
    case ExpressionKind::kEllipsis:
      return TypeId::kEllipsis;
    case ExpressionKind::kString: {
      const auto content = StringContent(parsed.TextOf(node));
      if (!content) return findings.Unknown(TypeGap::kNoType);
      const Borrowed inner(*this);
      (*inner).Parse(*content);
      const ExpressionParser& text = *inner;
      return AnnotationNode(findings, text, text.root());
    }
    case ExpressionKind::kSubscript:
      return SubscriptNode(findings, parsed, node);
    case ExpressionKind::kBinary: {
      if (parsed.node(node).op != ExpressionOperator::kBitOr) {
        return findings.Unknown(TypeGap::kNoType);
      }
      const uint32_t left = parsed.node(node).first_child;
      const std::array<TypeId, 2> sides = {
          AnnotationNode(findings, parsed, left),
          AnnotationNode(findings, parsed, parsed.node(left).next_sibling)};
      return types_.MakeUnion(sides);
    }
    case ExpressionKind::kStarred:
      return AnnotationNode(findings, parsed, parsed.node(node).first_child);
    case ExpressionKind::kList: {  // parameters, of Callable or for a ParamSpec
      Types items;
      ForEachChild(parsed, node, [&](uint32_t item) {
        if (items.size() <= TypeTable::kMaxArguments) {
          items.push_back(AnnotationNode(findings, parsed, item));
        }
      });
      return types_.Make(TypeForm::kTuple, {}, items);
    }
    case ExpressionKind::kOpaque:
      return findings.Unknown(TypeGap::kCut);
    default:
      return findings.Unknown(TypeGap::kNoType);
  }
}

TypeId TypeEvaluator::Engine::SubscriptNode(Findings& findings, const ExpressionParser& parsed,
                                            uint32_t node) {
  const uint32_t value = parsed.node(node).first_child;
  const uint32_t index = parsed.node(value).next_sibling;
  if (!IsDottedName(parsed, value)) return findings.Unknown(TypeGap::kNoType);
  const std::string_view name = parsed.TextOf(value);
  const Answer answer = LookUp(findings, name);
  findings.Note(answer);
  const auto first_of = [&](uint32_t list) {
    return KindAt(parsed, list) == ExpressionKind::kTuple ? parsed.node(list).first_child : list;
  };
  switch (classes_.known().Find(answer)) {
    case KnownName::kOptional: {
      const std::array<TypeId, 2> members = {AnnotationNode(findings, parsed, index),
                                             TypeId::kNone};
      return types_.MakeUnion(members);
    }
    case KnownName::kUnion:
      return types_.MakeUnion(ArgumentsOf(findings, parsed, index));
    case KnownName::kLiteral: {
      Types literals;
      const auto add = [&](uint32_t item) {
        if (literals.size() > TypeTable::kMaxArguments) return;
        literals.push_back(KindAt(parsed, item) == ExpressionKind::kNone
                               ? TypeId::kNone
                               : types_.Make(TypeForm::kLiteral, {}, {}, parsed.TextOf(item)));
      };
      if (KindAt(parsed, index) == ExpressionKind::kTuple) {
        ForEachChild(parsed, index, add);
      } else {
        add(index);
      }
      return types_.MakeUnion(literals);
    }
    case KnownName::kAnnotated:
    case KnownName::kClassVar:
    case KnownName::kFinal:
    case KnownName::kRequired:
    case KnownName::kNotRequired:
    case KnownName::kReadOnly:
    case KnownName::kInitVar:
    case KnownName::kUnpack:
      return AnnotationNode(findings, parsed, first_of(index));
    case KnownName::kTypeGuard:
      return Instance(kBool);
    case KnownName::kTuple:
      return types_.Make(TypeForm::kTuple, {}, ArgumentsOf(findings, parsed, index));
    case KnownName::kCallable: {
      Types shape;
      const uint32_t parameters = first_of(index);
      const uint32_t result = parsed.node(parameters).next_sibling;
      if (KindAt(parsed, index) != ExpressionKind::kTuple || result == kNoExpression) {
        return findings.Unknown(TypeGap::kNoType);
      }
      if (KindAt(parsed, parameters) == ExpressionKind::kList) {
        ForEachChild(parsed, parameters, [&](uint32_t parameter) {
          if (shape.size() <= TypeTable::kMaxArguments) {
            shape.push_back(AnnotationNode(findings, parsed, parameter));
          }
        });
      } else {
        shape.push_back(TypeId::kEllipsis);
      }
      shape.push_back(AnnotationNode(findings, parsed, result));
      return types_.Make(TypeForm::kCallable, {}, shape);
    }
    case KnownName::kConcatenate:
      return TypeId::kEllipsis;
    case KnownName::kAny:
    case KnownName::kNever:
    case KnownName::kSelf:
      return findings.Unknown(TypeGap::kNoType);
    default: {
      if (answer.definitions.empty()) return findings.Unknown(TypeGap::kName);
      Types arguments = ArgumentsOf(findings, parsed, index);
      // type[C] is the class itself.
      const auto is_type = [&](Definition definition) {
        const Definition* const alias = classes_.known().AliasOf(definition);
        return classes_.known().Find(alias != nullptr ? *alias : definition) == KnownName::kType;
      };
      if (is_type(answer.definitions[0]) && arguments.size() == 1) {
        const Type argument = types_[arguments[0]];
        if (argument.form == TypeForm::kInstance) {
          const Definition definition = argument.definition;
          const Types inner(argument.arguments.begin(), argument.arguments.end());
          return types_.Make(TypeForm::kClassObject, definition, inner);
        }
      }
      return NameAnnotation(findings, name, arguments);
    }
  }
}

// --- Attributes and calls ----------------------------------------------------------------------

Evaluation TypeEvaluator::Engine::Attribute(TypeId type, std::string_view name) {
  return Settle([&] {
    Findings findings = Fresh();
    const TypeId attribute = AttributeOf(findings, type, name);
    return findings.Result(attribute);
  });
}

Evaluation TypeEvaluator::Engine::Call(TypeId callee) {
  return Settle([&] {
    Findings findings = Fresh();
    const TypeId result = CallOf(findings, callee);
    return findings.Result(result);
  });
}

TypeId TypeEvaluator::Engine::AttributeOf(Findings& findings, TypeId type, std::string_view name) {
  const Deeper deeper(*this);
  if (!deeper) return findings.Unknown(TypeGap::kTooMany);
  if (IsPoison(findings.gap)) return TypeId::kUnknown;
  const Type shape = types_[type];
  switch (shape.form) {
    case TypeForm::kAny:
    case TypeForm::kNever:
      return type;
    case TypeForm::kModule: {
      const Answer answer = resolver_.Resolve(shape.definition.module, name);
      findings.Note(answer);
      return TypeOfAll(findings, answer);
    }
    case TypeForm::kClassObject:
    case TypeForm::kInstance:
      return MemberOf(findings, type, name);
    case TypeForm::kUnion: {
      const Types members(shape.arguments.begin(), shape.arguments.end());
      Types types;
      for (const TypeId member : members) types.push_back(AttributeOf(findings, member, name));
      return types_.MakeUnion(types);
    }
    default:
      return findings.Unknown(TypeGap::kAttribute);
  }
}

TypeId TypeEvaluator::Engine::MemberOf(Findings& findings, TypeId receiver, std::string_view name) {
  const Type shape = types_[receiver];
  const Definition class_definition = shape.definition;
  if (!classes_.views().IsA(class_definition, SymbolKind::kClass)) {
    return findings.Unknown(TypeGap::kAttribute);
  }
  const bool of_instance = shape.form == TypeForm::kInstance;
  const std::optional<ClassMember> member = classes_.Member(class_definition, name);
  if (!member || (!of_instance && member->kind == MemberKind::kInstance &&
                  !classes_.views().is_stub(member->owner.module))) {
    if (!classes_.TraitsOf(class_definition).knows_bases) {
      findings.obstacles.add(Obstacle::kUnknownBase);
    }
    return findings.Unknown(TypeGap::kAttribute);
  }
  const auto bound_to_class = [&](TypeId type) {
    if (!types_.has_variables(type)) return type;
    const TypeId instance =
        of_instance ? receiver : types_.Make(TypeForm::kInstance, class_definition);
    const std::vector<TypeId> arguments = ArgumentsFor(instance, member->owner);
    return Substitute(type, member->owner, arguments, instance);
  };
  switch (member->kind) {
    case MemberKind::kProperty:
      if (!of_instance) return findings.Unknown(TypeGap::kAttribute);
      if (member->definition.is_module() ||
          !classes_.views().IsA(member->definition, SymbolKind::kFunction)) {
        return findings.Unknown(TypeGap::kDecorated);
      }
      return bound_to_class(findings.Take(ReturnOf(member->definition)));
    case MemberKind::kMethod:
      if (!classes_.views().IsA(member->definition, SymbolKind::kFunction)) {
        return findings.Unknown(TypeGap::kOperation);
      }
      if (findings.Take(TypeOf(member->definition)) == TypeId::kUnknown) return TypeId::kUnknown;
      if (!of_instance) return types_.Make(TypeForm::kFunction, member->definition);
      return types_.Make(TypeForm::kMethod, member->definition, {&receiver, 1});
    case MemberKind::kClassMethod: {
      if (!classes_.views().IsA(member->definition, SymbolKind::kFunction)) {
        return findings.Unknown(TypeGap::kOperation);
      }
      const TypeId instance =
          of_instance ? receiver : types_.Make(TypeForm::kInstance, class_definition);
      return types_.Make(TypeForm::kMethod, member->definition, {&instance, 1});
    }
    case MemberKind::kStaticMethod:
      if (!classes_.views().IsA(member->definition, SymbolKind::kFunction)) {
        return findings.Unknown(TypeGap::kOperation);
      }
      return types_.Make(TypeForm::kFunction, member->definition);
    case MemberKind::kEnumMember:
      return types_.Make(TypeForm::kInstance, member->owner);
    case MemberKind::kDescriptor:
      return findings.Unknown(TypeGap::kDecorated);
    case MemberKind::kSlot:
      return findings.Unknown(TypeGap::kUndeclared);
    default: {
      const Evaluation value = TypeOf(member->definition);
      return bound_to_class(findings.Take(value));
    }
  }
}

Evaluation TypeEvaluator::Engine::ReturnOf(Definition function) {
  return Remember(returns_, Subject::kReturn, function, [&] { return OwnReturn(function); });
}

// What a function's annotation says that a call gives; of overloads what all of them say.
Evaluation TypeEvaluator::Engine::OwnReturn(Definition function) {
  const SummaryView& view = *classes_.views().Find(function.module);
  const Symbol symbol = view.symbol(function.row);
  const std::optional<uint32_t> owner = symbol.owner();
  const RowRange rows =
      view.FindSymbols(owner ? view.Members(*owner) : view.ModuleSymbols(), symbol.name());
  Findings findings = Fresh();
  findings.scope = {function.module, owner};
  findings.first = function;
  findings.count = 1;
  findings.seen = true;
  std::optional<TypeId> type;
  const auto read = [&](const Symbol& each) {
    findings.declarer = {function.module, each.row()};
    const SymbolDetails details = each.details();
    for (const std::string_view text : details.decorators) {
      if (classes_.KnownDecorator(findings.scope, text) == KnownName::kContextManager) {
        return findings.Unknown(TypeGap::kDecorated);
      }
    }
    if (!details.returns) return findings.Unknown(TypeGap::kUndeclared);
    const TypeId result = Read(findings, *details.returns, Mode::kAnnotation);
    if (!each.flags().has(SymbolFlag::kAsync) || each.flags().has(SymbolFlag::kGenerator)) {
      return result;
    }
    const Answer coroutine = resolver_.Resolve("typing.Coroutine");
    if (coroutine.definitions.empty()) return findings.Unknown(TypeGap::kName);
    const Definition* const alias = classes_.known().AliasOf(coroutine.definitions[0]);
    const std::array<TypeId, 3> arguments = {TypeId::kAny, TypeId::kAny, result};
    return types_.Make(TypeForm::kInstance, alias != nullptr ? *alias : coroutine.definitions[0],
                       arguments);
  };
  for (uint32_t row = rows.first; row < rows.last; ++row) {
    const Symbol each = view.symbol(row);
    if (!each.flags().has(SymbolFlag::kOverload)) continue;
    if (classes_.IsExcluded(view, each.guard())) continue;
    const TypeId result = read(each);
    if (type && *type != result) return findings.Result(findings.Unknown(TypeGap::kOverloads));
    type = result;
  }
  if (!type) type = read(symbol);
  return findings.Result(*type);
}

TypeId TypeEvaluator::Engine::CallOf(Findings& findings, TypeId callee) {
  const Deeper deeper(*this);
  if (!deeper) return findings.Unknown(TypeGap::kTooMany);
  if (IsPoison(findings.gap)) return TypeId::kUnknown;
  const Type shape = types_[callee];
  switch (shape.form) {
    case TypeForm::kAny:
      return callee;
    case TypeForm::kUnknown:
      return callee;
    case TypeForm::kClassObject: {
      const Definition definition = shape.definition;
      if (!classes_.views().IsA(definition, SymbolKind::kClass)) {
        return findings.Unknown(TypeGap::kNotCallable);
      }
      const Types arguments(shape.arguments.begin(), shape.arguments.end());
      const ClassTraits& traits = classes_.TraitsOf(definition);
      if (traits.metaclass && !traits.is_enum &&
          classes_.known().Find(*traits.metaclass) != KnownName::kType) {
        const Answer call = resolver_.Member(*traits.metaclass, "__call__");
        if (!call.definitions.empty() && !call.definitions[0].is_module()) {
          const auto owner = classes_.views().symbol(call.definitions[0]).owner();
          if (!owner || classes_.known().Find(Definition{call.definitions[0].module, *owner}) !=
                            KnownName::kType) {
            return findings.Unknown(TypeGap::kDecorated);
          }
        }
      }
      return types_.Make(TypeForm::kInstance, definition, arguments);
    }
    case TypeForm::kFunction:
    case TypeForm::kMethod: {
      const Definition function = shape.definition;
      const TypeId receiver = shape.arguments.empty() ? TypeId::kUnknown : shape.arguments[0];
      TypeId result = findings.Take(ReturnOf(function));
      const std::optional<uint32_t> owner = classes_.views().symbol(function).owner();
      if (receiver != TypeId::kUnknown && owner && types_.has_variables(result)) {
        const Definition owner_class{function.module, *owner};
        const std::vector<TypeId> arguments = ArgumentsFor(receiver, owner_class);
        result = Substitute(result, owner_class, arguments, receiver);
      }
      if (types_.has_variables(result)) return findings.Unknown(TypeGap::kVariables);
      return result;
    }
    case TypeForm::kCallable: {
      const TypeId result = shape.arguments.back();
      return types_.has_variables(result) ? findings.Unknown(TypeGap::kVariables) : result;
    }
    case TypeForm::kInstance: {
      const TypeId call = AttributeOf(findings, callee, "__call__");
      const TypeForm form = types_[call].form;
      if (form != TypeForm::kFunction && form != TypeForm::kMethod) {
        return findings.Unknown(TypeGap::kNotCallable);
      }
      return CallOf(findings, call);
    }
    case TypeForm::kUnion: {
      const Types members(shape.arguments.begin(), shape.arguments.end());
      Types types;
      for (const TypeId member : members) types.push_back(CallOf(findings, member));
      return types_.MakeUnion(types);
    }
    default:
      return findings.Unknown(TypeGap::kNotCallable);
  }
}

// --- Generic classes ---------------------------------------------------------------------------

void TypeEvaluator::Engine::CollectVariables(TypeId type, std::vector<TypeId>& variables) {
  boost::unordered_flat_set<uint32_t> seen;
  const auto walk = [&](const auto& self, TypeId each) -> void {
    if (!types_.has_variables(each) || !seen.insert(static_cast<uint32_t>(each)).second) return;
    const Type shape = types_[each];
    if (shape.form == TypeForm::kTypeVariable || shape.form == TypeForm::kTypeParameter) {
      if (std::ranges::find(variables, each) == variables.end()) variables.push_back(each);
      return;
    }
    const Types arguments(shape.arguments.begin(), shape.arguments.end());
    for (const TypeId argument : arguments) self(self, argument);
  };
  walk(walk, type);
}

std::span<const TypeId> TypeEvaluator::Engine::TypeParameters(Definition class_definition) {
  const uint64_t key = Key(class_definition);
  if (const auto found = parameters_.find(key); found != parameters_.end()) return found->second;
  parameters_[key] = {};  // meanwhile, for what leads back here
  std::vector<TypeId> variables;
  const SymbolDetails details = classes_.views().symbol(class_definition).details();
  for (const std::string_view text : details.type_params) {
    variables.push_back(
        types_.Make(TypeForm::kTypeParameter, class_definition, {}, ParameterName(text)));
  }
  if (variables.empty()) {
    std::vector<TypeId> of_bases;
    for (const std::string_view text : details.bases) {
      if (!text.ends_with(']')) continue;
      Findings findings = Fresh();
      findings.scope = classes_.ScopeOf(class_definition);
      const KnownName known = classes_.known().Find(resolver_.Base(findings.scope, text));
      std::vector<TypeId> own;
      const Borrowed parser(*this);
      (*parser).Parse(text);
      const ExpressionParser& parsed = *parser;
      if (KindAt(parsed, parsed.root()) != ExpressionKind::kSubscript) continue;
      const uint32_t value = parsed.node(parsed.root()).first_child;
      for (const TypeId argument : ArgumentsOf(findings, parsed, parsed.node(value).next_sibling)) {
        CollectVariables(argument, own);
      }
      if (known == KnownName::kGeneric || (known == KnownName::kProtocol && !own.empty())) {
        variables = own;
        break;
      }
      for (const TypeId variable : own) {
        if (std::ranges::find(of_bases, variable) == of_bases.end()) of_bases.push_back(variable);
      }
    }
    if (variables.empty()) variables = of_bases;
  }
  if (variables.size() > TypeTable::kMaxArguments) variables.resize(TypeTable::kMaxArguments);
  return parameters_[key] = std::move(variables);
}

TypeId TypeEvaluator::Engine::Substitute(TypeId type, Substitution& substitution) {
  if (!types_.has_variables(type)) return type;
  if (type == TypeId::kSelf) return substitution.self;
  const auto number = static_cast<uint32_t>(type);
  if (const auto found = substitution.done.find(number); found != substitution.done.end()) {
    return found->second;
  }
  const Type shape = types_[type];
  TypeId result = type;
  if (shape.form == TypeForm::kTypeVariable || shape.form == TypeForm::kTypeParameter) {
    const auto found = std::ranges::find(substitution.variables, type);
    if (found != substitution.variables.end()) {
      const auto at = static_cast<size_t>(found - substitution.variables.begin());
      result = at < substitution.values.size() ? substitution.values[at] : TypeId::kUnknown;
    }
  } else {
    const TypeForm form = shape.form;
    const Definition definition = shape.definition;
    Types arguments(shape.arguments.begin(), shape.arguments.end());
    for (TypeId& argument : arguments) argument = Substitute(argument, substitution);
    result = form == TypeForm::kUnion ? types_.MakeUnion(arguments)
                                      : types_.Make(form, definition, arguments);
  }
  substitution.done[number] = result;
  return result;
}

TypeId TypeEvaluator::Engine::Substitute(TypeId type, Definition class_definition,
                                         std::span<const TypeId> arguments, TypeId self) {
  if (!types_.has_variables(type)) return type;
  const std::span<const TypeId> parameters = TypeParameters(class_definition);
  const std::vector<TypeId> variables(parameters.begin(), parameters.end());
  Substitution substitution{variables, arguments, self};
  return Substitute(type, substitution);
}

std::vector<TypeId> TypeEvaluator::Engine::ArgumentsFor(TypeId instance, Definition base) {
  const Type shape = types_[instance];
  if (shape.form != TypeForm::kInstance && shape.form != TypeForm::kClassObject) return {};
  struct Reached {
    Definition definition;
    std::vector<TypeId> arguments;
  };
  std::deque<Reached> queue;
  queue.push_back({shape.definition, {shape.arguments.begin(), shape.arguments.end()}});
  boost::unordered_flat_set<uint64_t> seen;
  while (!queue.empty()) {
    Reached each = std::move(queue.front());
    queue.pop_front();
    if (each.definition == base) return each.arguments;
    if (!seen.insert(Key(each.definition)).second) continue;
    if (!classes_.views().IsA(each.definition, SymbolKind::kClass)) continue;
    for (const std::string_view text : classes_.views().symbol(each.definition).details().bases) {
      Findings findings = Fresh();
      findings.scope = classes_.ScopeOf(each.definition);
      findings.declarer = each.definition;
      TypeId described = Read(findings, text, Mode::kBase);
      if (types_.has_variables(described)) {
        described = Substitute(described, each.definition, each.arguments);
      }
      const Type next = types_[described];
      if (next.form == TypeForm::kInstance) {
        queue.push_back({next.definition, {next.arguments.begin(), next.arguments.end()}});
      }
    }
  }
  return {};
}

// --- For people --------------------------------------------------------------------------------

std::string TypeEvaluator::Engine::NameOf(Definition definition) {
  if (definition.is_module()) return resolver_.finder().name(definition.module);
  return classes_.views().symbol(definition).qualname();
}

void TypeEvaluator::Engine::Append(TypeId type, std::string& text, size_t limit) {
  if (text.size() >= limit) return;
  const Type shape = types_[type];
  const auto list = [&](std::span<const TypeId> items, std::string_view separator) {
    const char* before = "";
    for (const TypeId item : items) {
      if (text.size() >= limit) return;
      text += before;
      Append(item, text, limit);
      before = separator == "|" ? " | " : ", ";
    }
  };
  switch (shape.form) {
    case TypeForm::kUnknown:
      text += "Unknown";
      return;
    case TypeForm::kAny:
      text += "Any";
      return;
    case TypeForm::kNever:
      text += "Never";
      return;
    case TypeForm::kNone:
      text += "None";
      return;
    case TypeForm::kSelf:
      text += "Self";
      return;
    case TypeForm::kEllipsis:
      text += "...";
      return;
    case TypeForm::kModule:
      text += "Module(" + NameOf(shape.definition) + ")";
      return;
    case TypeForm::kFunction:
    case TypeForm::kMethod:
      text += "def " + NameOf(shape.definition);
      return;
    case TypeForm::kTypeVariable:
      text += NameOf(shape.definition);
      return;
    case TypeForm::kTypeParameter:
      text += shape.text;
      return;
    case TypeForm::kLiteral:
      text.append("Literal[").append(shape.text).append("]");
      return;
    case TypeForm::kUnion:
      return list(shape.arguments, "|");
    case TypeForm::kTuple:
      text += "tuple[";
      if (shape.arguments.empty()) text += "()";
      list(shape.arguments, ",");
      text += ']';
      return;
    case TypeForm::kCallable:
      text += "Callable[";
      if (shape.arguments.size() == 2 && shape.arguments[0] == TypeId::kEllipsis) {
        text += "...";
      } else {
        text += '[';
        list(shape.arguments.first(shape.arguments.size() - 1), ",");
        text += ']';
      }
      text += ", ";
      Append(shape.arguments.back(), text, limit);
      text += ']';
      return;
    case TypeForm::kClassObject:
      text += "type[";
      [[fallthrough]];
    case TypeForm::kInstance:
      text += NameOf(shape.definition);
      if (!shape.arguments.empty()) {
        text += '[';
        list(shape.arguments, ",");
        text += ']';
      }
      if (shape.form == TypeForm::kClassObject) text += ']';
      return;
  }
}

std::string TypeEvaluator::Engine::TextOf(TypeId type, size_t limit) {
  std::string text;
  Append(type, text, limit);
  if (text.size() >= limit) text = text.substr(0, limit) + "...";
  return text;
}

// --- The interface -----------------------------------------------------------------------------

TypeEvaluator::TypeEvaluator(NameResolver& resolver)
    : engine_(std::make_unique<Engine>(resolver)) {}
TypeEvaluator::~TypeEvaluator() = default;

NameResolver& TypeEvaluator::resolver() { return engine_->resolver(); }
ClassTable& TypeEvaluator::classes() { return engine_->classes(); }
TypeTable& TypeEvaluator::types() { return engine_->types(); }

Evaluation TypeEvaluator::Value(const Scope& scope, std::string_view text, Definition declarer) {
  Engine::Findings findings = engine_->Fresh();
  findings.scope = scope;
  findings.declarer = declarer;
  return engine_->Evaluate(findings, text, Engine::Mode::kValue);
}
Evaluation TypeEvaluator::Annotation(const Scope& scope, std::string_view text,
                                     Definition declarer) {
  Engine::Findings findings = engine_->Fresh();
  findings.scope = scope;
  findings.declarer = declarer;
  return engine_->Evaluate(findings, text, Engine::Mode::kAnnotation);
}
Evaluation TypeEvaluator::Base(const Scope& scope, std::string_view text, Definition declarer) {
  Engine::Findings findings = engine_->Fresh();
  findings.scope = scope;
  findings.declarer = declarer;
  return engine_->Evaluate(findings, text, Engine::Mode::kBase);
}
Evaluation TypeEvaluator::ValueOf(const Answer& answer) { return engine_->ValueOf(answer); }
Evaluation TypeEvaluator::TypeOf(Definition definition) {
  return engine_->OutermostTypeOf(definition);
}
Evaluation TypeEvaluator::AttributeValue(Definition class_definition, std::string_view text) {
  return engine_->AttributeValue(class_definition, text);
}
Evaluation TypeEvaluator::Attribute(TypeId type, std::string_view name) {
  return engine_->Attribute(type, name);
}
Evaluation TypeEvaluator::Call(TypeId callee) { return engine_->Call(callee); }
std::span<const TypeId> TypeEvaluator::TypeParameters(Definition class_definition) {
  return engine_->TypeParameters(class_definition);
}
std::vector<TypeId> TypeEvaluator::ArgumentsFor(TypeId instance, Definition base) {
  return engine_->ArgumentsFor(instance, base);
}
std::string TypeEvaluator::TextOf(TypeId type, size_t limit) {
  return engine_->TextOf(type, limit);
}

}  // namespace coppice
