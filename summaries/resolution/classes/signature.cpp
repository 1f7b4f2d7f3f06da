#include "summaries/resolution/classes/signature.h"

#include <algorithm>
#include <utility>

#include "summaries/resolution/expressions/expression_parts.h"

namespace coppice {
namespace {

// Values that stand for others are followed that far.
constexpr uint32_t kMaxAliases = 16;

bool IsPositional(ParameterKind kind) {
  return kind == ParameterKind::kPositionalOnly || kind == ParameterKind::kNormal;
}

class SignatureReader {
 public:
  explicit SignatureReader(ClassTable& classes) : classes_(classes), views_(classes.views()) {}

  Signatures OfFunction(Definition function, bool drop_first) {
    Signatures signatures;
    for (const Definition& each : Overloads(function)) {
      signatures.overloads.push_back(Read(each, drop_first));
      // Of overloads the implementation does not count; of all others there is one.
      if (classes_.ChangesCall(each)) signatures.gap = SignatureGap::kDecorated;
    }
    return signatures;
  }

  // Of `lambda a, *b: ...`. None: the variable has no such value.
  std::optional<Signatures> OfLambda(Definition variable, bool drop_first) {
    const SymbolDetails details = views_.symbol(variable).details();
    if (details.value_form != ValueForm::kText) return std::nullopt;
    ExpressionParser parser;
    parser.Parse(details.value);
    if (KindAt(parser, parser.root()) != ExpressionKind::kLambda) return std::nullopt;
    Signatures signatures;
    Signature& signature = signatures.overloads.emplace_back();
    signature.definition = variable;
    const Scope scope = classes_.ScopeOf(variable);
    ParameterKind kind = ParameterKind::kNormal;
    ForEachChild(parser, parser.root(), [&](uint32_t node) {
      const ExpressionOperator op = parser.node(node).op;
      const uint32_t name = parser.node(node).first_child;
      if (op == ExpressionOperator::kDivide) {
        for (SignatureParameter& each : signature.parameters) {
          each.kind = ParameterKind::kPositionalOnly;
        }
      }
      if (op == ExpressionOperator::kMultiply) kind = ParameterKind::kKeywordOnly;
      if (name == kNoExpression) return;
      SignatureParameter& parameter = signature.parameters.emplace_back();
      parameter.name = parser.TextOf(name);
      parameter.kind = op == ExpressionOperator::kMultiply ? ParameterKind::kVarargs
                       : op == ExpressionOperator::kPower  ? ParameterKind::kKwargs
                                                           : kind;
      parameter.scope = scope;
      if (const uint32_t value = parser.node(name).next_sibling; value != kNoExpression) {
        parameter.has_default = true;
        parameter.default_text = parser.TextOf(value);
      }
    });
    if (drop_first && !signature.parameters.empty() && IsPositional(signature.parameters[0].kind)) {
      signature.parameters.erase(signature.parameters.begin());
    }
    return signatures;
  }

  Signatures OfClass(Definition class_definition) {
    const ClassTraits& traits = classes_.TraitsOf(class_definition);
    if (traits.metaclass) {
      if (const auto call = OwnMethod(*traits.metaclass, "__call__")) {
        Signatures signatures = OfFunction(*call, true);
        return signatures;
      }
    }
    Signatures signatures = OfConstructor(class_definition);
    const Mro order = classes_.resolver().MroOf(class_definition);
    if (signatures.gap == SignatureGap::kNone &&
        std::ranges::any_of(order.classes, [this](const Definition& each) {
          return classes_.ChangesClass(each);
        })) {
      signatures.gap = SignatureGap::kDecorated;
    }
    if (!traits.has_order) signatures.gap = SignatureGap::kNoOrder;
    if (signatures.gap == SignatureGap::kNone &&
        (traits.is_cut || (!traits.metaclass && !traits.knows_bases))) {
      // A base that is not known may have a metaclass of its own; what a known class before it
      // binds is found all the same.
      if (signatures.overloads.empty() || signatures.overloads[0].parameters.empty()) {
        signatures.gap = SignatureGap::kUnknownBase;
      }
    }
    return signatures;
  }

  Signatures OfFields(Definition class_definition, const ClassFields& fields) {
    Signatures signatures;
    Signature& signature = signatures.overloads.emplace_back();
    signature.definition = class_definition;
    for (const auto& field : fields.fields) {
      if (!field->in_constructor) continue;
      signature.parameters.push_back(
          {field->parameter,
           field->keyword_only ? ParameterKind::kKeywordOnly : ParameterKind::kNormal,
           field->annotation, field->default_text, field->has_default, field->scope});
    }
    std::stable_partition(signature.parameters.begin(), signature.parameters.end(),
                          [](const SignatureParameter& parameter) {
                            return parameter.kind != ParameterKind::kKeywordOnly;
                          });
    if (!fields.complete) signatures.gap = SignatureGap::kFields;
    return signatures;
  }

 private:
  // The definitions that together say how a function is called.
  std::vector<Definition> Overloads(Definition function) {
    const SummaryView& view = *views_.Find(function.module);
    const RowRange rows = views_.Namesakes(function);
    std::vector<Definition> overloads;
    for (uint32_t row = rows.first; row < rows.last; ++row) {
      const Definition each{function.module, row};
      if (!classes_.IsOverload(each)) continue;
      if (classes_.IsExcluded(function.module, view.symbol(row).guard())) continue;
      overloads.push_back(each);
    }
    if (overloads.empty()) overloads.push_back(function);
    return overloads;
  }

  Signature Read(Definition function, bool drop_first) {
    const SymbolDetails details = views_.symbol(function).details();
    Signature signature;
    signature.definition = function;
    signature.returns = details.returns;
    const Scope scope = classes_.ScopeOf(function);
    for (const Parameter& parameter : details.params) {
      if (std::exchange(drop_first, false) && IsPositional(parameter.kind)) continue;
      signature.parameters.push_back({Mangled(parameter.name, scope), parameter.kind,
                                      parameter.annotation, parameter.default_value,
                                      parameter.default_value.has_value(), scope});
    }
    return signature;
  }

  // As the compiler names it: `__x` of a class C is `_C__x` (the language reference, "Private name
  // mangling").
  std::string Mangled(std::string_view name, const Scope& scope) {
    if (!scope.class_row || !name.starts_with("__") || name.ends_with("__")) {
      return std::string(name);
    }
    std::string_view owner = views_.symbol({scope.module, *scope.class_row}).name();
    owner.remove_prefix(std::min(owner.find_first_not_of('_'), owner.size()));
    if (owner.empty()) return std::string(name);
    return std::string("_").append(owner).append(name);
  }

  // A method that a class or one of its bases binds as a function; not object's or type's.
  std::optional<Definition> OwnMethod(Definition class_definition, std::string_view name) {
    const Answer answer = classes_.resolver().Member(class_definition, name);
    if (answer.definitions.empty()) return std::nullopt;
    const Definition first = answer.definitions[0];
    if (!views_.IsA(first, SymbolKind::kFunction)) return std::nullopt;
    if (const std::optional<uint32_t> owner = views_.symbol(first).owner()) {
      const KnownName known = classes_.known().Find(Definition{first.module, *owner});
      if (known == KnownName::kObject || known == KnownName::kType) return std::nullopt;
    }
    return first;
  }

  // Whether it takes whatever it is given, so that something else must decide.
  bool TakesAnything(Definition function) {
    bool args = false;
    bool kwargs = false;
    uint32_t others = 0;
    for (const Parameter& parameter : views_.symbol(function).details().params) {
      args |= parameter.kind == ParameterKind::kVarargs;
      kwargs |= parameter.kind == ParameterKind::kKwargs;
      if (parameter.kind != ParameterKind::kVarargs && parameter.kind != ParameterKind::kKwargs) {
        ++others;
      }
    }
    return args && kwargs && others <= 1;
  }

  bool IsForTypeCheckers(Definition class_definition, RowRange rows) {
    const SummaryView& view = *views_.Find(class_definition.module);
    bool all = true;
    for (uint32_t row = rows.first; row < rows.last && all; ++row) {
      all = classes_.IsForTypeCheckers(class_definition.module, view.symbol(row).guard());
    }
    return all;
  }

  Signatures OfConstructor(Definition class_definition) {
    const Mro mro = classes_.resolver().MroOf(class_definition);
    std::optional<Definition> catch_all;
    for (const Definition& each : mro.classes) {
      const ClassFields& fields = classes_.FieldsOf(each);
      const bool makes = fields.maker == each && fields.makes_constructor;
      if (makes && fields.replaces_constructor) return OfFields(each, fields);
      const KnownName known = classes_.known().Find(each);
      if (known == KnownName::kObject || known == KnownName::kGeneric ||
          known == KnownName::kProtocol) {
        continue;
      }
      for (const std::string_view name : {"__new__", "__init__"}) {
        if (name == "__new__" && catch_all) continue;  // that one is called
        const RowRange rows = views_.Members(each, name);
        if (rows.empty()) continue;
        // One for type checkers stands for what is made when it runs.
        if (IsForTypeCheckers(each, rows)) {
          Signatures unknown;
          unknown.gap = SignatureGap::kUnknownValue;
          return unknown;
        }
        const Answer answer = classes_.resolver().Member(each, name);
        if (answer.definitions.empty()) continue;
        const Definition first = answer.definitions[0];
        if (!views_.IsA(first, SymbolKind::kFunction)) {
          Signatures unknown;
          unknown.gap = SignatureGap::kUnknownValue;
          return unknown;
        }
        if (name == "__new__" && TakesAnything(first)) {
          catch_all = first;
          continue;
        }
        return WithoutReturns(OfFunction(first, true));
      }
      if (makes && !(catch_all && fields.form == FieldForm::kNamedTuple)) {
        return OfFields(each, fields);
      }
    }
    if (catch_all) return WithoutReturns(OfFunction(*catch_all, true));
    Signatures none;
    none.overloads.push_back({{}, {}, class_definition});
    if (!classes_.TraitsOf(class_definition).SeesAll()) none.gap = SignatureGap::kUnknownBase;
    return none;
  }

  static Signatures WithoutReturns(Signatures signatures) {
    for (Signature& each : signatures.overloads) each.returns.reset();
    return signatures;
  }

  ClassTable& classes_;
  ModuleViews& views_;
};

Signatures Unknown(SignatureGap gap) {
  Signatures signatures;
  signatures.gap = gap;
  return signatures;
}

// `as`: what it is in the class that it is taken from. None: that is not known to be one.
Signatures Find(ClassTable& classes, Definition definition, MethodBinding binding,
                std::optional<MemberKind> as, uint32_t followed) {
  if (definition.is_module()) return Unknown(SignatureGap::kNotCallable);
  ModuleViews& views = classes.views();
  const Symbol symbol = views.symbol(definition);
  switch (symbol.kind()) {
    case SymbolKind::kClass:
      return SignatureReader(classes).OfClass(definition);
    case SymbolKind::kFunction: {
      if (!symbol.owner() && !as) return SignatureReader(classes).OfFunction(definition, false);
      const MemberKind kind = as.value_or(classes.KindOfFunction(definition));
      if (kind == MemberKind::kProperty || kind == MemberKind::kValue) {
        return Unknown(SignatureGap::kUnknownValue);
      }
      const bool bound = binding == MethodBinding::kBound || kind == MemberKind::kClassMethod;
      const bool drops = bound && kind != MemberKind::kStaticMethod;
      Signatures signatures = SignatureReader(classes).OfFunction(definition, drops);
      if (kind == MemberKind::kUnknown || kind == MemberKind::kDescriptor) {
        signatures.gap = SignatureGap::kDecorated;
      }
      return signatures;
    }
    case SymbolKind::kVariable: {
      const SymbolDetails details = symbol.details();
      if (details.value_form == ValueForm::kText && !IsDottedName(details.value)) {
        const bool drops = (symbol.owner() || as) && binding == MethodBinding::kBound;
        if (auto lambda = SignatureReader(classes).OfLambda(definition, drops)) return *lambda;
        const auto fields = classes.NamedTupleFields(classes.ScopeOf(definition), details.value);
        if (fields) return SignatureReader(classes).OfFields(definition, *fields);
      }
      if (details.value_form == ValueForm::kText && followed < kMaxAliases &&
          IsDottedName(details.value)) {
        const Answer target = classes.resolver().Lookup(classes.ScopeOf(definition), details.value);
        if (!target.definitions.empty() && target.definitions[0] != definition) {
          return Find(classes, target.definitions[0], binding, as, followed + 1);
        }
      }
      return Unknown(SignatureGap::kUnknownValue);
    }
    case SymbolKind::kAttribute:
      return Unknown(SignatureGap::kUnknownValue);
    case SymbolKind::kTypeAlias:
      return Unknown(SignatureGap::kNotCallable);
  }
  return {};
}

}  // namespace

std::string_view GapName(SignatureGap gap) {
  switch (gap) {
    case SignatureGap::kNone:
      return "";
    case SignatureGap::kNotCallable:
      return "not_callable";
    case SignatureGap::kUnknownValue:
      return "unknown_value";
    case SignatureGap::kDecorated:
      return "decorated";
    case SignatureGap::kNoOrder:
      return "inconsistent";
    case SignatureGap::kUnknownBase:
      return "unknown_base";
    case SignatureGap::kFields:
      return "fields";
  }
  return "";
}

Signatures SignaturesOf(ClassTable& classes, Definition definition, MethodBinding binding) {
  return Find(classes, definition, binding, std::nullopt, 0);
}

Signatures SignaturesOf(ClassTable& classes, const ClassMember& member, MethodBinding binding) {
  // Made with the fields of the class.
  if (member.IsMade()) {
    const bool makes = member.name == "__new__";
    if (member.name != "__init__" && !makes) return Unknown(SignatureGap::kUnknownValue);
    Signatures signatures =
        SignatureReader(classes).OfFields(member.owner, classes.FieldsOf(member.owner));
    if (binding == MethodBinding::kUnbound || makes) {
      SignatureParameter self;
      self.name = makes ? "_cls" : "self";
      std::vector<SignatureParameter>& parameters = signatures.overloads[0].parameters;
      parameters.insert(parameters.begin(), std::move(self));
    }
    return signatures;
  }
  switch (member.kind) {
    case MemberKind::kMethod:
    case MemberKind::kClassMethod:
    case MemberKind::kStaticMethod:
    case MemberKind::kClass:
      return Find(classes, member.definition, binding, member.kind, 0);
    case MemberKind::kModule:
    case MemberKind::kSlot:
    case MemberKind::kTypeAlias:
      return Unknown(SignatureGap::kNotCallable);
    default: {
      if (member.definition.is_module()) return Unknown(SignatureGap::kNotCallable);
      if (member.definition == member.owner) return Unknown(SignatureGap::kUnknownValue);
      Signatures signatures = SignaturesOf(classes, member.definition, binding);
      if (signatures.gap == SignatureGap::kNone) signatures.gap = SignatureGap::kUnknownValue;
      return signatures;
    }
  }
}

}  // namespace coppice
