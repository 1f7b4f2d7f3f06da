// What an expression describes as a type.
#include <array>

#include "summaries/resolution/types/type_engine.h"

namespace coppice {

namespace {

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

}  // namespace

TypeId TypeEvaluator::Engine::ParameterOf(Definition declarer, std::string_view name) {
  if (declarer.module == kNoModule || declarer.is_module()) return TypeId::kUnknown;
  for (const std::string_view text : classes_.views().symbol(declarer).details().type_params) {
    if (ParameterName(text) == name) {
      return types_.Make(TypeForm::kTypeParameter, declarer, {}, name);
    }
  }
  return TypeId::kUnknown;
}

// They hide what a name means around their function or class (PEP 695, "Scoping Behavior"); those
// of a class are hidden by what its body binds.
TypeId TypeEvaluator::Engine::TypeParameter(const Findings& findings, std::string_view name) {
  if (const TypeId own = ParameterOf(findings.declarer, name); own != TypeId::kUnknown) return own;
  if (!findings.scope.class_row) return TypeId::kUnknown;
  const Definition around{findings.scope.module, *findings.scope.class_row};
  const TypeId type = ParameterOf(around, name);
  if (type == TypeId::kUnknown) return type;
  return classes_.views().Members(around, name).empty() ? type : TypeId::kUnknown;
}

TypeId TypeEvaluator::Engine::NameAnnotation(Findings& findings, std::string_view name,
                                             std::span<const TypeId> arguments) {
  if (const TypeId own = TypeParameter(findings, name); own != TypeId::kUnknown) return own;
  const Answer answer = LookUp(findings, name);
  findings.Note(answer);
  if (answer.definitions.empty()) return findings.Unknown(TypeGap::kName);
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
  Parameters parameters = DeclaredParameters(definition);
  if (parameters.variables.empty()) CollectVariables(type, parameters);
  return Substitute(type, parameters, copy, TypeId::kSelf);
}

Evaluation TypeEvaluator::Engine::DescribedBy(Definition alias) {
  return Remember(Subject::kAlias, alias, [&] { return WorkOutAlias(alias); });
}

// What a variable describes when it is used as a type: an alias, a type variable, a new type.
Evaluation TypeEvaluator::Engine::WorkOutAlias(Definition alias) {
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

TypeEvaluator::Engine::Types TypeEvaluator::Engine::ArgumentsOf(Findings& findings,
                                                                const ExpressionParser& parsed,
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
      return Unpacked(AnnotationNode(findings, parsed, parsed.node(node).first_child));
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
      return AnnotationNode(findings, parsed, first_of(index));
    case KnownName::kUnpack:
      return Unpacked(AnnotationNode(findings, parsed, index));
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

}  // namespace coppice
