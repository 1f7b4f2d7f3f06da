// What is known of definitions, each worked out once; what needs too many others; what texts mean.
#include "summaries/resolution/types/type_engine.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace coppice {

TypeEvaluator::Engine::Engine(NameResolver& resolver)
    : resolver_(resolver), dependencies_(resolver.dependencies()), classes_(resolver) {
  const Dependencies::Recording recording(dependencies_, {DependencyKind::kKnownNames});
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

TypeId TypeEvaluator::Engine::Instance(Builtin builtin, std::span<const TypeId> arguments) {
  if (arguments.empty()) return builtins_[builtin];
  if (!builtin_classes_[builtin]) return TypeId::kUnknown;
  return types_.Make(TypeForm::kInstance, *builtin_classes_[builtin], arguments);
}

// --- Findings ------------------------------------------------------------------------------------

TypeEvaluator::Engine::Findings TypeEvaluator::Engine::Fresh() const {
  Findings findings;
  classes_.known().Use();
  // Without `builtins` not even a number has a type.
  if (!builtin_classes_[kInt]) findings.silent = TypeGap::kName;
  return findings;
}

void TypeEvaluator::Engine::Findings::Note(const Answer& answer) {
  obstacles.add(answer.obstacles);
  if (std::exchange(seen, true)) return;
  count = static_cast<uint8_t>(std::min<size_t>(answer.definitions.size(), UINT8_MAX));
  if (!answer.definitions.empty()) first = answer.definitions[0];
}

TypeId TypeEvaluator::Engine::Findings::Take(const Evaluation& inner) {
  if (inner.gap != TypeGap::kNone) {
    if (gap == TypeGap::kNone || IsPoison(inner.gap)) gap = inner.gap;
    if (inner.type == TypeId::kUnknown) obstacles.add(inner.obstacles);
  }
  return inner.type;
}

Evaluation TypeEvaluator::Engine::Findings::Result(TypeId type) const {
  if (IsPoison(gap)) type = TypeId::kUnknown;
  const TypeGap why = type == TypeId::kUnknown && gap == TypeGap::kNone ? silent : gap;
  return {type, first, obstacles, why, count};
}

// --- Outermost questions -------------------------------------------------------------------------

Evaluation TypeEvaluator::Engine::Evaluate(const Findings& findings, std::string_view text,
                                           Mode mode) {
  return Settle([&] {
    Findings fresh = findings;
    const TypeId type = Read(fresh, text, mode);
    return fresh.Result(type);
  });
}

Evaluation TypeEvaluator::Engine::ValueOf(const Answer& answer) {
  return Settle([&] {
    Findings findings = Fresh();
    findings.Note(answer);
    const TypeId type = TypeOfAll(findings, answer);
    return findings.Result(type);
  });
}

Evaluation TypeEvaluator::Engine::AttributeValue(Definition class_definition,
                                                 std::string_view text) {
  Findings findings = Fresh();
  findings.scope = {class_definition.module, {}};
  findings.in_method = true;
  findings.method_class = class_definition;
  return Evaluate(findings, text, Mode::kValue);
}

Evaluation TypeEvaluator::Engine::OutermostTypeOf(Definition definition) {
  return Settle([&] { return TypeOf(definition); });
}

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

// --- What was put aside --------------------------------------------------------------------------

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

// Works it out, and what that puts aside in turn.
void TypeEvaluator::Engine::SettleAside() {
  std::vector<Aside> stack = {*aside_};
  boost::unordered_flat_set<std::pair<Definition, uint32_t>> on_stack;
  const auto number = [](Aside aside) {
    return std::pair(aside.definition, static_cast<uint32_t>(aside.subject));
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
      MemoOf(aside_->subject)[aside_->definition] = {Poison(TypeGap::kCycle), State::kDone};
      continue;
    }
    on_stack.erase(number(stack.back()));
    stack.pop_back();
  }
}

// --- Definitions -------------------------------------------------------------------------------

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
      if (!symbol.details().decorators.empty() || !classes_.CallsByHand(definition).empty()) {
        return Remember(Subject::kValue, definition, [&] { return WorkOut(definition); });
      }
      evaluation.type = types_.Make(TypeForm::kClassObject, definition);
      return evaluation;
    case SymbolKind::kTypeAlias:
      evaluation.gap = TypeGap::kOperation;
      return evaluation;
    default:
      return Remember(Subject::kValue, definition, [&] { return WorkOut(definition); });
  }
}

Evaluation TypeEvaluator::Engine::WorkOut(Definition definition) {
  Evaluation evaluation;
  evaluation.definition = definition;
  evaluation.definition_count = 1;
  const Symbol symbol = classes_.views().symbol(definition);
  if (symbol.kind() == SymbolKind::kClass) {
    if (classes_.ChangesClass(definition)) {
      evaluation.gap = TypeGap::kDecorated;
    } else {
      evaluation.type = types_.Make(TypeForm::kClassObject, definition);
    }
    return evaluation;
  }
  if (symbol.kind() != SymbolKind::kFunction) return OfVariable(definition, symbol);
  if (classes_.ChangesCall(definition)) {
    evaluation.gap = TypeGap::kDecorated;
  } else {
    evaluation.type = types_.Make(TypeForm::kFunction, definition);
  }
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

}  // namespace coppice
