// Attributes of values, and what calls return.
#include <array>

#include "summaries/resolution/types/type_engine.h"

namespace coppice {

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
    if (!classes_.TraitsOf(class_definition).SeesAll()) {
      findings.obstacles.add(Obstacle::kUnknownBase);
    }
    return findings.Unknown(TypeGap::kAttribute);
  }
  const auto bound_to_class = [&](TypeId type, Definition owner) {
    if (!types_.has_variables(type)) return type;
    const TypeId instance =
        of_instance ? receiver : types_.Make(TypeForm::kInstance, class_definition);
    const std::vector<TypeId> arguments = ArgumentsFor(instance, owner);
    const TypeId bound = Substitute(type, owner, arguments, instance);
    return bound == TypeId::kUnknown ? findings.Unknown(TypeGap::kVariables) : bound;
  };
  switch (member->kind) {
    case MemberKind::kProperty: {
      if (!of_instance) return findings.Unknown(TypeGap::kAttribute);
      const std::optional<Definition> getter = classes_.GetterOf(member->definition);
      if (!getter) return findings.Unknown(TypeGap::kDecorated);
      const std::optional<uint32_t> owner = classes_.views().symbol(*getter).owner();
      return bound_to_class(findings.Take(ReturnOf(*getter)),
                            owner ? Definition{getter->module, *owner} : member->owner);
    }
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
    default:
      break;
  }
  const std::vector<Definition> values =
      of_instance ? ValuesOf(class_definition, *member) : std::vector{member->definition};
  if (values.size() > kMaxDefinitions) return findings.Unknown(TypeGap::kTooMany);
  Types types;
  for (const Definition& value : values) {
    const bool own = value == member->definition;
    const Definition owner =
        own ? member->owner : Definition{value.module, *classes_.views().symbol(value).owner()};
    types.push_back(bound_to_class(findings.Take(TypeOf(value)), owner));
    if (IsPoison(findings.gap)) return TypeId::kUnknown;
  }
  return types_.MakeUnion(types);
}

// Operators and calls look in the class alone, not in what `self` was given (data model, "Special
// method lookup").
TypeId TypeEvaluator::Engine::SpecialMethod(Findings& findings, TypeId instance,
                                            std::string_view name) {
  const Definition class_definition = types_[instance].definition;
  if (!classes_.views().IsA(class_definition, SymbolKind::kClass)) {  // a new type
    return findings.Unknown(TypeGap::kAttribute);
  }
  const std::optional<ClassMember> member = classes_.Member(class_definition, name);
  if (member && member->kind == MemberKind::kInstance &&
      !classes_.views().is_stub(member->owner.module)) {
    return findings.Unknown(TypeGap::kAttribute);
  }
  return AttributeOf(findings, instance, name);
}

// What an instance may have under a member's name: what the class has, and all that methods of it
// and of its bases give to it through `self`; what is declared is alone.
std::vector<Definition> TypeEvaluator::Engine::ValuesOf(Definition class_definition,
                                                        const ClassMember& member) {
  ModuleViews& views = classes_.views();
  std::vector<Definition> values = {member.definition};
  if (member.definition.is_module() || views.symbol(member.definition).details().annotation) {
    return values;
  }
  for (const Definition& each : resolver_.MroOf(class_definition).classes) {
    const SummaryView& view = *views.Find(each.module);
    const RowRange rows = views.Members(each, member.name);
    for (uint32_t row = rows.first; row < rows.last; ++row) {
      const Symbol symbol = view.symbol(row);
      if (symbol.details().annotation) return {{each.module, row}};
      if (symbol.kind() != SymbolKind::kAttribute || values.size() > kMaxDefinitions) continue;
      const Definition value{each.module, row};
      if (value != member.definition) values.push_back(value);
    }
  }
  return values;
}

Evaluation TypeEvaluator::Engine::ReturnOf(Definition function) {
  return Remember(Subject::kReturn, function, [&] { return OwnReturn(function); });
}

// What a function's annotation says that a call gives; of overloads what all of them say.
Evaluation TypeEvaluator::Engine::OwnReturn(Definition function) {
  const SummaryView& view = *classes_.views().Find(function.module);
  const Symbol symbol = view.symbol(function.row);
  const std::optional<uint32_t> owner = symbol.owner();
  const RowRange rows = classes_.views().Namesakes(function);
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
    if (!classes_.IsOverload({function.module, row})) continue;
    if (classes_.IsExcluded(function.module, each.guard())) continue;
    const TypeId result = read(each);
    if (type && *type != result) return findings.Result(findings.Unknown(TypeGap::kOverloads));
    type = result;
  }
  if (!type) type = read(symbol);
  return findings.Result(*type);
}

bool TypeEvaluator::Engine::HasEnumMembers(Definition class_definition) {
  const SummaryView& view = *classes_.views().Find(class_definition.module);
  const RowRange rows = classes_.views().Members(class_definition);
  for (uint32_t row = rows.first; row < rows.last; ++row) {
    const Symbol symbol = view.symbol(row);
    if (symbol.kind() != SymbolKind::kVariable) continue;
    const auto member = classes_.Member(class_definition, symbol.name());
    if (member && member->kind == MemberKind::kEnumMember) return true;
  }
  return false;
}

// What a `__new__` says that it returns where that is no instance of the class. None: it is one.
std::optional<TypeId> TypeEvaluator::Engine::MadeByNew(Findings& findings,
                                                       Definition class_definition) {
  const Answer answer = resolver_.Member(class_definition, "__new__");
  if (answer.definitions.empty() ||
      !classes_.views().IsA(answer.definitions[0], SymbolKind::kFunction)) {
    return std::nullopt;
  }
  const Evaluation made = ReturnOf(answer.definitions[0]);
  if (made.type == TypeId::kUnknown || types_.has_variables(made.type)) return std::nullopt;
  const Type shape = types_[made.type];
  if (shape.form == TypeForm::kTuple) return std::nullopt;
  if (shape.form == TypeForm::kInstance &&
      (!classes_.views().IsA(shape.definition, SymbolKind::kClass) ||
       classes_.IsDerived(class_definition, shape.definition) ||
       classes_.IsDerived(shape.definition, class_definition))) {
    return std::nullopt;
  }
  return findings.Take(made);
}

TypeId TypeEvaluator::Engine::CallOfClass(Findings& findings, Definition class_definition,
                                          std::span<const TypeId> arguments) {
  if (!classes_.views().IsA(class_definition, SymbolKind::kClass)) {
    return findings.Unknown(TypeGap::kNotCallable);
  }
  const ClassTraits& traits = classes_.TraitsOf(class_definition);
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
  // A call of an enumeration without members makes another.
  if (traits.is_enum && !HasEnumMembers(class_definition)) {
    return findings.Unknown(TypeGap::kVariables);
  }
  const TypeId instance = types_.Make(TypeForm::kInstance, class_definition, arguments);
  return MadeByNew(findings, class_definition).value_or(instance);
}

// `receiver`: kUnknown if it is not bound.
TypeId TypeEvaluator::Engine::CallOfFunction(Findings& findings, Definition function,
                                             TypeId receiver) {
  TypeId result = findings.Take(ReturnOf(function));
  const std::optional<uint32_t> owner = classes_.views().symbol(function).owner();
  if (receiver != TypeId::kUnknown && owner && types_.has_variables(result)) {
    const Definition owner_class{function.module, *owner};
    const std::vector<TypeId> arguments = ArgumentsFor(receiver, owner_class);
    result = Substitute(result, owner_class, arguments, receiver);
    if (result == TypeId::kUnknown) return findings.Unknown(TypeGap::kVariables);
  }
  if (types_.has_variables(result)) return findings.Unknown(TypeGap::kVariables);
  return result;
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
      const Types arguments(shape.arguments.begin(), shape.arguments.end());
      return CallOfClass(findings, shape.definition, arguments);
    }
    case TypeForm::kFunction:
      return CallOfFunction(findings, shape.definition, TypeId::kUnknown);
    case TypeForm::kMethod:
      return CallOfFunction(findings, shape.definition, shape.arguments[0]);
    case TypeForm::kCallable: {
      const TypeId result = shape.arguments.back();
      return types_.has_variables(result) ? findings.Unknown(TypeGap::kVariables) : result;
    }
    case TypeForm::kInstance: {
      const TypeId call = SpecialMethod(findings, callee, "__call__");
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

}  // namespace coppice
