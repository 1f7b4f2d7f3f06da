// What the value of an expression is.
#include <algorithm>
#include <array>

#include "summaries/resolution/types/type_engine.h"

namespace coppice {

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
    case ExpressionKind::kSubscript:
      return SubscriptValue(findings, parsed, node);
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
    case ExpressionKind::kTuple:
      return TupleValue(findings, parsed, node);
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
    case ExpressionKind::kComparison:
      return ComparisonValue(findings, parsed, node);
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

TypeId TypeEvaluator::Engine::SubscriptValue(Findings& findings, const ExpressionParser& parsed,
                                             uint32_t node) {
  const uint32_t container = parsed.node(node).first_child;
  const uint32_t index = parsed.node(container).next_sibling;
  const TypeId value = ValueNode(findings, parsed, container);
  const Type shape = types_[value];
  if (shape.form == TypeForm::kClassObject && shape.arguments.empty()) {
    return ClassSubscript(findings, shape.definition, parsed, index);
  }
  if (shape.form == TypeForm::kTuple && KindAt(parsed, index) == ExpressionKind::kInteger) {
    const std::string_view digits = parsed.TextOf(index);
    const size_t at = digits.size() == 1 ? static_cast<size_t>(digits[0] - '0') : SIZE_MAX;
    const bool counted = std::ranges::none_of(shape.arguments, [&](TypeId item) {
      return item == TypeId::kEllipsis || types_[item].form == TypeForm::kUnpacked;
    });
    if (counted && at < shape.arguments.size()) return shape.arguments[at];
  }
  if (shape.form != TypeForm::kInstance) return findings.Unknown(TypeGap::kOperation);
  return CallOf(findings, SpecialMethod(findings, value, "__getitem__"));
}

TypeId TypeEvaluator::Engine::TupleValue(Findings& findings, const ExpressionParser& parsed,
                                         uint32_t node) {
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

TypeId TypeEvaluator::Engine::ComparisonValue(Findings& findings, const ExpressionParser& parsed,
                                              uint32_t node) {
  bool always_bool = true;
  ForEachChild(parsed, node, [&](uint32_t operand) {
    if (KindAt(parsed, operand) != ExpressionKind::kComparator) return;
    const ExpressionOperator op = parsed.node(operand).op;
    always_bool &= op == ExpressionOperator::kIs || op == ExpressionOperator::kIsNot ||
                   op == ExpressionOperator::kIn || op == ExpressionOperator::kNotIn;
  });
  return always_bool ? Instance(kBool) : findings.Unknown(TypeGap::kOperation);
}

// `Color["RED"]` is the metaclass's to answer, else the class's own `__class_getitem__`'s; what is
// left are generic classes.
TypeId TypeEvaluator::Engine::ClassSubscript(Findings& findings, Definition class_definition,
                                             const ExpressionParser& parsed, uint32_t index) {
  ModuleViews& views = classes_.views();
  const KnownNames& known = classes_.known();
  if (views.IsA(class_definition, SymbolKind::kClass)) {
    const auto owner_of = [&](const Answer& answer) {
      if (answer.definitions.empty() || answer.definitions[0].is_module()) return KnownName::kNone;
      const Definition first = answer.definitions[0];
      const std::optional<uint32_t> owner = views.symbol(first).owner();
      return owner ? known.Find(Definition{first.module, *owner}) : KnownName::kNone;
    };
    const ClassTraits& traits = classes_.TraitsOf(class_definition);
    if (traits.metaclass && known.Find(*traits.metaclass) != KnownName::kType) {
      const Answer get = resolver_.Member(*traits.metaclass, "__getitem__");
      if (owner_of(get) == KnownName::kEnumMetaclass) {
        return types_.Make(TypeForm::kInstance, class_definition);
      }
      if (!get.definitions.empty()) return findings.Unknown(TypeGap::kOperation);
    }
    const Answer get = resolver_.Member(class_definition, "__class_getitem__");
    const KnownName owner = owner_of(get);
    if (!get.definitions.empty() && owner != KnownName::kGeneric && owner != KnownName::kProtocol) {
      // `classmethod(GenericAlias)` makes it generic.
      const Definition first = get.definitions[0];
      if (!views.is_stub(first.module) && views.IsA(first, SymbolKind::kFunction)) {
        return findings.Unknown(TypeGap::kOperation);
      }
    } else if (TypeParameters(class_definition).empty()) {
      return findings.Unknown(TypeGap::kOperation);
    }
  }
  const Types arguments = ArgumentsOf(findings, parsed, index);
  return types_.Make(TypeForm::kClassObject, class_definition, arguments);
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

// Whether some method of a class has a parameter of that name.
bool TypeEvaluator::Engine::IsParameterOfMethods(Definition class_definition,
                                                 std::string_view name) {
  classes_.views().ReadMembers(class_definition);
  const auto [found, fresh] = method_parameters_.try_emplace(class_definition);
  if (fresh) {
    const SummaryView& view = *classes_.views().Find(class_definition.module);
    const RowRange rows = view.Members(class_definition.row);
    for (uint32_t row = rows.first; row < rows.last; ++row) {
      for (const Parameter& parameter : view.symbol(row).details().params) {
        found->second.insert(parameter.name);
      }
    }
  }
  return found->second.contains(name);
}

}  // namespace coppice
