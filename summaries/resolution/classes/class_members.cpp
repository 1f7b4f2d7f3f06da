#include <algorithm>
#include <utility>

#include "summaries/resolution/classes/class_table.h"
#include "summaries/resolution/expressions/expression_parts.h"

namespace coppice {
namespace {

// Assignments of names to names that are followed to see what a member is.
constexpr uint32_t kMaxAliases = 16;

// What is put into classes, whatever their bodies bind.
constexpr std::string_view kMade[] = {"__init__",
                                      "__new__",
                                      "__repr__",
                                      "__eq__",
                                      "__ne__",
                                      "__lt__",
                                      "__le__",
                                      "__gt__",
                                      "__ge__",
                                      "__hash__",
                                      "__setattr__",
                                      "__delattr__",
                                      "__slots__",
                                      "__getstate__",
                                      "__setstate__",
                                      "__match_args__",
                                      "__attrs_attrs__",
                                      "__dataclass_fields__",
                                      "__dataclass_params__"};
constexpr std::string_view kOrders[] = {"__lt__", "__le__", "__gt__", "__ge__"};

bool HasDunder(std::string_view name) { return name.starts_with("__") && name.ends_with("__"); }

// What enumerations keep for themselves: `_order_`, and what is private.
bool IsReservedInEnum(std::string_view name, std::string_view class_name) {
  if (HasDunder(name)) return true;
  if (name.size() > 2 && name.starts_with('_') && name.ends_with('_')) return true;
  class_name.remove_prefix(std::min(class_name.find_first_not_of('_'), class_name.size()));
  return name.starts_with('_') && name.substr(1).starts_with(class_name) &&
         name.substr(1 + class_name.size()).starts_with("__");
}

bool IsDeclarationOnly(const Symbol& symbol) {
  return symbol.kind() == SymbolKind::kVariable &&
         symbol.details().value_form == ValueForm::kAbsent;
}

// Whether a variable has one of several values, by its text: `a if test else b`, `a or b`.
bool IsConditional(const Symbol& symbol) {
  if (symbol.kind() != SymbolKind::kVariable) return false;
  const SymbolDetails details = symbol.details();
  if (details.value_form != ValueForm::kText) return false;
  ExpressionParser parser;
  parser.Parse(details.value);
  return KindAt(parser, parser.root()) == ExpressionKind::kConditional ||
         KindAt(parser, parser.root()) == ExpressionKind::kBoolean;
}

// Calls use(name) for each that a class's `__slots__` lists. False: some of it cannot be read.
template <class Use>
bool ForEachSlot(ModuleViews& views, Definition class_definition, Use use) {
  const RowRange rows = views.Members(class_definition, "__slots__");
  if (rows.empty()) return true;
  const SummaryView& view = *views.Find(class_definition.module);
  const SymbolDetails details = view.symbol(rows.last - 1).details();
  if (details.value_form != ValueForm::kText) return details.value_form == ValueForm::kAbsent;
  ExpressionParser parser;
  parser.Parse(details.value);
  bool known = true;
  const auto add = [&](uint32_t node) {
    const auto name = KindAt(parser, node) == ExpressionKind::kString
                          ? StringContent(parser.TextOf(node))
                          : std::nullopt;
    known &= name.has_value();
    if (name) use(*name);
  };
  switch (KindAt(parser, parser.root())) {
    case ExpressionKind::kString:
      add(parser.root());
      return known;
    case ExpressionKind::kTuple:
    case ExpressionKind::kList:
    case ExpressionKind::kSet:
      ForEachChild(parser, parser.root(), add);
      return known;
    case ExpressionKind::kDict: {
      bool key = true;
      ForEachChild(parser, parser.root(), [&](uint32_t node) {
        if (std::exchange(key, !key)) add(node);
      });
      return known;
    }
    default:
      return false;
  }
}

// Of decorators that lead to nothing in the index the name alone speaks.
constexpr std::pair<std::string_view, KnownName> kNamedDecorators[] = {
    {"abstractclassmethod", KnownName::kClassMethod},
    {"abstractmethod", KnownName::kTransparent},
    {"abstractproperty", KnownName::kProperty},
    {"abstractstaticmethod", KnownName::kStaticMethod},
    {"cached_property", KnownName::kProperty},
    {"classmethod", KnownName::kClassMethod},
    {"final", KnownName::kTransparent},
    {"overload", KnownName::kOverload},
    {"override", KnownName::kTransparent},
    {"property", KnownName::kProperty},
    {"staticmethod", KnownName::kStaticMethod},
};

KnownName KnownOrNamed(const KnownNames& known, const Answer& answer, std::string_view decorator) {
  // An attribute of some value is of what the index has.
  if (!answer.definitions.empty() || answer.obstacles.has(Obstacle::kValue)) {
    return known.Find(answer);
  }
  std::string_view name = decorator.substr(0, decorator.find('('));
  name.remove_prefix(name.rfind('.') + 1);
  const auto* const named =
      std::ranges::find(kNamedDecorators, name, &std::pair<std::string_view, KnownName>::first);
  return named == std::end(kNamedDecorators) ? KnownName::kNone : named->second;
}

// `x` of `@x.setter`. Empty: it is no such decorator.
std::string_view AccessedName(std::string_view decorator) {
  const size_t dot = decorator.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view accessor = decorator.substr(dot + 1);
  const bool accesses = accessor == "getter" || accessor == "setter" || accessor == "deleter";
  return accesses ? decorator.substr(0, dot) : std::string_view();
}

}  // namespace

std::string_view KindName(MemberKind kind) {
  switch (kind) {
    case MemberKind::kMethod:
      return "method";
    case MemberKind::kClassMethod:
      return "class_method";
    case MemberKind::kStaticMethod:
      return "static_method";
    case MemberKind::kProperty:
      return "property";
    case MemberKind::kDescriptor:
      return "descriptor";
    case MemberKind::kSlot:
      return "slot";
    case MemberKind::kEnumMember:
      return "enum_member";
    case MemberKind::kValue:
      return "value";
    case MemberKind::kClass:
      return "class";
    case MemberKind::kModule:
      return "module";
    case MemberKind::kTypeAlias:
      return "type_alias";
    case MemberKind::kInstance:
      return "instance";
    case MemberKind::kUnknown:
      return "unknown";
  }
  return "";
}

// What a decorator or a call makes: an instance of a class, told by what that class is.
MemberKind ClassTable::KindOfInstance(Definition class_definition) {
  switch (known_.Find(class_definition)) {
    case KnownName::kProperty:
    case KnownName::kCachedProperty:
      return MemberKind::kProperty;
    case KnownName::kClassMethod:
      return MemberKind::kClassMethod;
    case KnownName::kStaticMethod:
      return MemberKind::kStaticMethod;
    case KnownName::kEnumMember:
      return MemberKind::kEnumMember;
    default:
      break;
  }
  const Mro mro = resolver_.MroOf(class_definition);
  for (size_t i = 1; i < mro.classes.size(); ++i) {
    const KnownName known = known_.Find(mro.classes[i]);
    if (known == KnownName::kProperty || known == KnownName::kCachedProperty) {
      return MemberKind::kProperty;
    }
    if (known == KnownName::kClassMethod) return MemberKind::kClassMethod;
    if (known == KnownName::kStaticMethod) return MemberKind::kStaticMethod;
  }
  if (!resolver_.Member(class_definition, "__get__").definitions.empty()) {
    return MemberKind::kDescriptor;
  }
  return mro.complete ? MemberKind::kValue : MemberKind::kUnknown;
}

// The outermost decorator that does not leave it as it was decides.
MemberKind ClassTable::KindOfFunction(Definition function, uint32_t followed) {
  const Symbol symbol = views_.symbol(function);
  const SymbolFlags flags = symbol.flags();
  if (flags.has(SymbolFlag::kImplicit)) {
    return flags.has(SymbolFlag::kStaticMethod) ? MemberKind::kStaticMethod
                                                : MemberKind::kClassMethod;
  }
  std::optional<MemberKind> kind;
  ForEachDecorator(function, [&](std::string_view text) {
    if (!kind) kind = EffectOf(ScopeOf(function), text, followed).kind;
  });
  return kind.value_or(MemberKind::kMethod);
}

template <class Use>
void ClassTable::ForEachDecorator(Definition function, Use use) {
  std::string_view calls = CallsByHand(function);
  for (size_t end = calls.find('('); end != calls.npos; end = calls.find('(')) {
    use(calls.substr(0, end));
    calls.remove_prefix(end + 1);
  }
  for (const std::string_view text : views_.symbol(function).details().decorators) use(text);
}

std::optional<Definition> ClassTable::GetterOf(Definition property) {
  for (uint32_t followed = 0; followed < kMaxAliases; ++followed) {
    if (!views_.IsA(property, SymbolKind::kFunction)) return std::nullopt;
    std::string_view accessed;
    for (const std::string_view text : views_.symbol(property).details().decorators) {
      if (!text.ends_with(".getter") && accessed.empty()) accessed = AccessedName(text);
    }
    if (accessed.empty()) return property;
    if (!IsDottedName(accessed)) return std::nullopt;
    const Answer answer = resolver_.Lookup(ScopeOf(property), accessed);
    if (answer.definitions.empty()) return std::nullopt;
    property = answer.definitions[0];
  }
  return std::nullopt;
}

bool ClassTable::ChangesCall(Definition function) {
  bool changes = false;
  ForEachDecorator(function, [&](std::string_view text) {
    changes = changes || EffectOf(ScopeOf(function), text, 0).changes_call;
  });
  return changes;
}

std::string_view ClassTable::CallsByHand(Definition definition) {
  const SummaryView& view = *views_.Find(definition.module);
  if (definition.row + 1 == view.symbol_count()) return {};
  const Symbol next = view.symbol(definition.row + 1);
  if (next.kind() != SymbolKind::kVariable) return {};
  const Symbol symbol = view.symbol(definition.row);
  if (next.owner() != symbol.owner() || next.name() != symbol.name()) return {};
  const SymbolDetails details = next.details();
  const bool calls =
      details.value_form == ValueForm::kText && IsCallWith(details.value, symbol.name());
  // The innermost may be given more, which may hold calls.
  return calls ? details.value.substr(0, details.value.find_first_of(",)")) : std::string_view();
}

bool ClassTable::IsOverload(Definition definition) {
  if (!views_.IsA(definition, SymbolKind::kFunction)) return false;
  const Scope scope = ScopeOf(definition);
  for (const std::string_view text : views_.symbol(definition).details().decorators) {
    if (KnownOrNamed(known_, Decorator(scope, text), text) == KnownName::kOverload) return true;
  }
  return false;
}

ClassTable::DecoratorEffect ClassTable::EffectOf(const Scope& scope, std::string_view decorator,
                                                 uint32_t followed) {
  const Answer answer = Decorator(scope, decorator);
  switch (KnownOrNamed(known_, answer, decorator)) {
    case KnownName::kOverload:
    case KnownName::kTransparent:
    case KnownName::kContextManager:
    case KnownName::kDataclassTransform:
      return {};
    case KnownName::kClassMethod:
      return {.kind = MemberKind::kClassMethod};
    case KnownName::kStaticMethod:
      return {.kind = MemberKind::kStaticMethod};
    case KnownName::kProperty:
      return {.kind = MemberKind::kProperty, .changes_call = true};
    case KnownName::kEnumNonmember:
      return {.kind = MemberKind::kValue, .changes_call = true};
    default:
      break;
  }
  if (IsOfAttrsField(scope, decorator)) return {};
  DecoratorEffect effect{.kind = MemberKind::kUnknown, .changes_call = true};
  if (answer.definitions.empty()) {
    const std::string_view accessed = AccessedName(decorator);
    if (IsDottedName(accessed) && followed < kMaxAliases &&
        IsProperty(scope, accessed, followed + 1)) {
      effect.kind = MemberKind::kProperty;
    }
    return effect;
  }
  const Definition first = answer.definitions[0];
  if (IsTransparent(first)) return {};
  if (views_.IsA(first, SymbolKind::kClass)) effect.kind = KindOfInstance(first);
  return effect;
}

// What is not in the index is taken for one.
bool ClassTable::IsProperty(const Scope& scope, std::string_view name, uint32_t followed) {
  const Answer answer = resolver_.Lookup(scope, name);
  if (answer.definitions.empty()) return !answer.obstacles.has(Obstacle::kValue);
  const Definition first = answer.definitions[0];
  if (first.is_module()) return false;
  const MemberKind kind = views_.IsA(first, SymbolKind::kFunction) ? KindOfFunction(first, followed)
                                                                   : KindOfValue(first);
  return kind == MemberKind::kProperty;
}

// Whether a decorator says that it returns what it is given: `def f(function: F) -> F`.
bool ClassTable::IsTransparent(Definition decorator) {
  if (!views_.IsA(decorator, SymbolKind::kFunction)) return false;
  const SymbolDetails details = views_.symbol(decorator).details();
  if (!details.returns || details.params.empty()) return false;
  const Parameter first = *details.params.begin();
  if (first.annotation != details.returns) return false;
  std::string_view name = *details.returns;
  if (name.starts_with("type[") && name.ends_with(']')) name = name.substr(5, name.size() - 6);
  if (!IsDottedName(name)) return false;
  const Answer variable = resolver_.Lookup(ScopeOf(decorator), name);
  if (variable.definitions.empty()) return false;
  if (!views_.IsA(variable.definitions[0], SymbolKind::kVariable)) return false;
  const SymbolDetails declared = views_.symbol(variable.definitions[0]).details();
  return declared.value_form == ValueForm::kText &&
         KnownDecorator(ScopeOf(variable.definitions[0]), declared.value) ==
             KnownName::kTypeVariable;
}

bool ClassTable::IsOfAttrsField(const Scope& scope, std::string_view decorator) {
  if (!decorator.ends_with(".default") && !decorator.ends_with(".validator")) return false;
  if (!scope.class_row) return false;
  const SummaryView& view = *views_.Find(scope.module);
  const RowRange rows =
      views_.Members({scope.module, *scope.class_row}, decorator.substr(0, decorator.rfind('.')));
  // What is bound to the name later does not count.
  for (uint32_t row = rows.first; row < rows.last; ++row) {
    const Symbol symbol = view.symbol(row);
    if (symbol.kind() != SymbolKind::kVariable) continue;
    const SymbolDetails details = symbol.details();
    if (details.value_form == ValueForm::kText &&
        KnownDecorator(scope, details.value) == KnownName::kAttrsField) {
      return true;
    }
  }
  return false;
}

MemberKind ClassTable::KindOfValue(Definition variable) {
  ExpressionParser parser;
  for (uint32_t followed = 0; followed < kMaxAliases; ++followed) {
    const Symbol symbol = views_.symbol(variable);
    const SymbolDetails details = symbol.details();
    if (details.value_form == ValueForm::kAbsent) {
      return followed == 0 ? MemberKind::kInstance : MemberKind::kUnknown;
    }
    if (details.value_form == ValueForm::kOpaque) return MemberKind::kUnknown;
    const Scope scope = ScopeOf(variable);
    parser.Parse(details.value);
    switch (KindAt(parser, parser.root())) {
      case ExpressionKind::kLambda:
        return MemberKind::kMethod;
      case ExpressionKind::kCall:
      case ExpressionKind::kOpaque: {
        const Answer callee = Decorator(scope, details.value);
        if (known_.Find(callee) == KnownName::kEnumAuto) return MemberKind::kValue;
        if (callee.definitions.empty() || !views_.IsA(callee.definitions[0], SymbolKind::kClass)) {
          return MemberKind::kUnknown;
        }
        return KindOfInstance(callee.definitions[0]);
      }
      case ExpressionKind::kName:
      case ExpressionKind::kAttribute: {
        if (!IsDottedName(details.value)) return MemberKind::kUnknown;
        const Answer target = resolver_.Lookup(scope, details.value);
        if (target.definitions.empty()) return MemberKind::kUnknown;
        const Definition first = target.definitions[0];
        if (first.is_module()) return MemberKind::kModule;
        if (!views_.IsA(first, SymbolKind::kVariable) || first == variable) {
          return MemberKind::kUnknown;
        }
        variable = first;
        continue;
      }
      case ExpressionKind::kSubscript:
      case ExpressionKind::kConditional:
      case ExpressionKind::kBoolean:
      case ExpressionKind::kNamed:
      case ExpressionKind::kAwait:
        return MemberKind::kUnknown;
      case ExpressionKind::kBinary:
      case ExpressionKind::kUnary: {
        bool literal = true;
        ForEachChild(parser, parser.root(), [&](uint32_t operand) {
          const ExpressionKind kind = KindAt(parser, operand);
          literal &= kind == ExpressionKind::kInteger || kind == ExpressionKind::kFloat ||
                     kind == ExpressionKind::kString || kind == ExpressionKind::kBytes ||
                     kind == ExpressionKind::kTuple || kind == ExpressionKind::kList;
        });
        return literal ? MemberKind::kValue : MemberKind::kUnknown;
      }
      default:
        return MemberKind::kValue;
    }
  }
  return MemberKind::kUnknown;
}

// A class in the body of an enumeration: a member before Python 3.13, unless it is told otherwise.
MemberKind ClassTable::KindOfNested(Definition class_definition) {
  const Symbol symbol = views_.symbol(class_definition);
  for (const std::string_view text : symbol.details().decorators) {
    const KnownName known = KnownDecorator(ScopeOf(class_definition), text);
    if (known == KnownName::kEnumMember) return MemberKind::kEnumMember;
    if (known == KnownName::kEnumNonmember) return MemberKind::kClass;
  }
  const bool members = target_.major == 3 && target_.minor < 13;
  const std::string_view owner = views_.symbol({class_definition.module, *symbol.owner()}).name();
  return members && !IsReservedInEnum(symbol.name(), owner) ? MemberKind::kEnumMember
                                                            : MemberKind::kClass;
}

// What an enumeration's `_ignore_` takes out of it again.
std::vector<std::string_view> ClassTable::IgnoredNames(Definition class_definition) {
  std::vector<std::string_view> names;
  const RowRange rows = views_.Members(class_definition, "_ignore_");
  if (rows.empty() || !TraitsOf(class_definition).is_enum) return names;
  const SymbolDetails details =
      views_.Find(class_definition.module)->symbol(rows.last - 1).details();
  if (details.value_form != ValueForm::kText) return names;
  ExpressionParser parser;
  parser.Parse(details.value);
  const auto add = [&](uint32_t node) {
    if (KindAt(parser, node) != ExpressionKind::kString) return;
    std::string_view rest = StringContent(parser.TextOf(node)).value_or("");
    constexpr std::string_view kSeparators = ", \t\n";
    while (rest.find_first_not_of(kSeparators) != std::string_view::npos) {
      rest.remove_prefix(rest.find_first_not_of(kSeparators));
      names.push_back(rest.substr(0, rest.find_first_of(kSeparators)));
      rest.remove_prefix(names.back().size());
    }
  };
  if (KindAt(parser, parser.root()) == ExpressionKind::kString) {
    add(parser.root());
  } else {
    ForEachChild(parser, parser.root(), add);
  }
  std::ranges::sort(names);
  return names;
}

// Whether something in the class's body binds it.
Truth ClassTable::BindsItself(Definition class_definition, std::string_view name) {
  const RowRange rows = views_.Members(class_definition, name);
  const std::optional<uint32_t> around = views_.symbol(class_definition).guard();
  Truth truth = Truth::kFalse;
  for (uint32_t row = rows.first; row < rows.last; ++row) {
    const Symbol symbol = views_.symbol({class_definition.module, row});
    if (symbol.kind() == SymbolKind::kAttribute || IsDeclarationOnly(symbol)) continue;
    const Truth bound = ConditionOf(class_definition.module, symbol.guard(), around);
    if (bound == Truth::kTrue) return bound;
    if (bound == Truth::kUnknown) truth = bound;
  }
  return truth;
}

// Whether attrs makes a frozen class, as it does of those that extend one.
Truth ClassTable::IsFrozen(Definition class_definition) {
  const MadeMethods& own = FieldsOf(class_definition).methods;
  if (own.frozen != Truth::kFalse) return own.frozen;
  for (const Definition& base : resolver_.MroOf(class_definition).classes.subspan(1)) {
    if (BindsItself(base, "__setattr__") != Truth::kFalse) return Truth::kFalse;
    const ClassFields& fields = FieldsOf(base);
    if (fields.form == FieldForm::kAttrs && fields.maker == base &&
        fields.methods.frozen != Truth::kFalse) {
      return fields.methods.frozen;
    }
  }
  return Truth::kFalse;
}

// Whether functools.total_ordering makes it: no base may have it.
bool ClassTable::IsOrdered(Definition class_definition, std::string_view name) {
  const auto orders = [this](Definition each) {
    for (const std::string_view text : views_.symbol(each).details().decorators) {
      if (KnownDecorator(ScopeOf(each), text) == KnownName::kTotalOrdering) return true;
    }
    return false;
  };
  if (!orders(class_definition)) return false;
  const std::span<const Definition> bases = resolver_.MroOf(class_definition).classes.subspan(1);
  return std::ranges::none_of(bases, [&](const Definition& base) {
    const ClassFields& fields = FieldsOf(base);
    const bool made =
        fields.maker == base && fields.makes_methods && fields.methods.order != Truth::kFalse;
    return made || BindsItself(base, name) != Truth::kFalse || orders(base);
  });
}

// What is made of `__hash__`, which the class's body does not bind: the interpreter sets None where
// there is an `__eq__`.
std::optional<MemberKind> ClassTable::KindOfHash(Definition class_definition) {
  if (views_.is_stub(class_definition.module)) return std::nullopt;  // it says so
  const ClassFields& fields = FieldsOf(class_definition);
  const bool maker = fields.maker == class_definition;
  const Truth written = BindsItself(class_definition, "__eq__");
  if (maker && fields.makes_methods) {
    const MadeMethods& made = fields.methods;
    const bool attrs = fields.form == FieldForm::kAttrs;
    const bool detects = attrs && !fields.replaces_constructor;
    const Truth frozen = attrs ? IsFrozen(class_definition) : made.frozen;
    if (made.hash == Truth::kTrue) return MemberKind::kMethod;
    Truth eq = made.eq;
    if (detects && eq == Truth::kTrue) {
      eq = Not(written);
      if (BindsItself(class_definition, "__ne__") != Truth::kFalse) eq = Truth::kUnknown;
    }
    if (made.hash == Truth::kUnknown || eq == Truth::kUnknown) return MemberKind::kUnknown;
    if (eq == Truth::kTrue) {
      return frozen == Truth::kTrue    ? MemberKind::kMethod
             : frozen == Truth::kFalse ? MemberKind::kValue
                                       : MemberKind::kUnknown;
    }
  }
  if (written == Truth::kFalse) return std::nullopt;
  // Named tuples get what is written after they are made.
  const bool known = written == Truth::kTrue && !(maker && fields.form == FieldForm::kNamedTuple);
  return known ? MemberKind::kValue : MemberKind::kUnknown;
}

// What a dataclass, attrs or the interpreter puts into the class under one of kMade, in the place
// of what it inherits. None: nothing.
std::optional<MemberKind> ClassTable::KindOfMade(Definition class_definition,
                                                 std::string_view name) {
  const Truth bound = BindsItself(class_definition, name);
  const ClassFields& fields = FieldsOf(class_definition);
  const bool maker = fields.maker == class_definition;
  const bool replaces = maker && fields.replaces_constructor;
  if (name == "__init__") {
    if (!maker || !fields.makes_methods || !fields.makes_constructor) return std::nullopt;
    if (bound != Truth::kFalse && !replaces) return std::nullopt;
    return MemberKind::kMethod;
  }
  if (bound != Truth::kFalse) return std::nullopt;
  if (name == "__hash__") return KindOfHash(class_definition);
  const bool orders = std::ranges::find(kOrders, name) != std::end(kOrders);
  if (maker && fields.form == FieldForm::kNamedTuple && name == "__new__") {
    return MemberKind::kStaticMethod;
  }
  if (maker && fields.makes_methods) {
    const MadeMethods& made = fields.methods;
    const bool attrs = fields.form == FieldForm::kAttrs;
    const auto is_bound = [&](std::string_view each) {
      return BindsItself(class_definition, each) != Truth::kFalse;
    };
    Truth truth = Truth::kFalse;
    if (name == "__repr__") {
      truth = made.repr;
    } else if (name == "__eq__" || (attrs && name == "__ne__")) {
      truth = made.eq;
      if (attrs && !replaces && (is_bound("__eq__") || is_bound("__ne__"))) truth = Truth::kFalse;
    } else if (orders) {
      truth = made.order;
      if (attrs && !replaces && std::ranges::any_of(kOrders, is_bound)) truth = Truth::kFalse;
    } else if (name == "__setattr__" || name == "__delattr__") {
      truth = attrs ? IsFrozen(class_definition) : made.frozen;
      // What sets a field takes that of a base away, too.
      const auto sets = [this](const Definition& each) {
        const ClassFields& its = FieldsOf(each);
        return its.maker == each && its.methods.sets != Truth::kFalse;
      };
      if (truth == Truth::kFalse && name == "__setattr__" &&
          std::ranges::any_of(resolver_.MroOf(class_definition).classes, sets)) {
        truth = Truth::kUnknown;
      }
    } else if (name == "__match_args__") {
      truth = attrs || target_.major > 3 || target_.minor >= 10 ? made.match_args : Truth::kFalse;
    } else if (name == "__slots__") {
      truth = made.slots ? Truth::kTrue : Truth::kFalse;
    } else if (name == "__getstate__" || name == "__setstate__") {
      truth = made.slots && attrs ? Truth::kTrue : made.slots ? made.frozen : Truth::kFalse;
    } else if (name.starts_with("__dataclass_")) {
      truth = attrs ? Truth::kFalse : Truth::kTrue;
    } else if (name == "__attrs_attrs__") {
      truth = attrs ? Truth::kTrue : Truth::kFalse;
    }
    const bool value = name.starts_with("__dataclass_") || name == "__attrs_attrs__" ||
                       name == "__match_args__" || name == "__slots__";
    if (truth == Truth::kUnknown) return MemberKind::kUnknown;
    if (truth == Truth::kTrue) return value ? MemberKind::kValue : MemberKind::kMethod;
  }
  if (orders && IsOrdered(class_definition, name)) return MemberKind::kMethod;
  return std::nullopt;
}

std::optional<ClassMember> ClassTable::MadeMember(Definition class_definition,
                                                  std::string_view name) {
  const auto* const made = std::ranges::find(kMade, name);
  if (made == std::end(kMade)) return std::nullopt;
  const std::optional<MemberKind> kind = KindOfMade(class_definition, name);
  if (!kind) return std::nullopt;
  return ClassMember{*made, *kind, class_definition, class_definition};
}

// As the compiler names what a class keeps for itself: `__x` of C is `_C__x`.
std::string_view ClassTable::Mangled(Definition class_definition, std::string_view name) {
  if (!name.starts_with("__") || name.ends_with("__")) return name;
  std::string_view owner = views_.symbol(class_definition).name();
  owner.remove_prefix(std::min(owner.find_first_not_of('_'), owner.size()));
  if (owner.empty()) return name;
  return *mangled_.insert(std::string("_").append(owner).append(name)).first;
}

// Whether its `__slots__` lists one.
Truth ClassTable::HasSlot(Definition class_definition, std::string_view name) {
  bool found = false;
  const bool known = ForEachSlot(views_, class_definition, [&](std::string_view slot) {
    found |= Mangled(class_definition, slot) == name;
  });
  return found ? Truth::kTrue : known ? Truth::kFalse : Truth::kUnknown;
}

MemberKind ClassTable::KindOf(Definition owner, Definition definition, std::string_view name) {
  if (definition.is_module()) return MemberKind::kModule;
  const Symbol symbol = views_.symbol(definition);
  const bool own = definition.module == owner.module && symbol.owner() == owner.row;
  MemberKind kind = MemberKind::kUnknown;
  switch (symbol.kind()) {
    case SymbolKind::kClass:
      if (own && TraitsOf(owner).is_enum) return KindOfNested(definition);
      kind = MemberKind::kClass;
      break;
    case SymbolKind::kTypeAlias:
      return MemberKind::kTypeAlias;
    case SymbolKind::kFunction:
      kind = !Binds(definition) ? MemberKind::kValue : KindOfFunction(definition);
      // What `type` makes of these, whatever function is bound to them.
      if (kind == MemberKind::kMethod && name == "__new__") kind = MemberKind::kStaticMethod;
      if (kind == MemberKind::kMethod &&
          (name == "__init_subclass__" || name == "__class_getitem__")) {
        kind = MemberKind::kClassMethod;
      }
      break;
    case SymbolKind::kAttribute:
    case SymbolKind::kVariable:
      kind = KindOfValue(definition);
      break;
  }
  // The enumeration's metaclass makes members of all that is assigned but descriptors
  // (the standard library's documentation of `enum`, "Supported __dunder__ names" and after).
  if ((kind == MemberKind::kValue || kind == MemberKind::kUnknown ||
       (kind == MemberKind::kClass && !own) || kind == MemberKind::kInstance) &&
      (symbol.kind() != SymbolKind::kFunction || !Binds(definition)) && TraitsOf(owner).is_enum &&
      !IsReservedInEnum(name, views_.symbol(owner).name()) &&
      (kind != MemberKind::kInstance ||
       (views_.is_stub(owner.module) && symbol.kind() == SymbolKind::kVariable))) {
    const SymbolDetails details = symbol.details();
    if (details.value_form == ValueForm::kText &&
        KnownDecorator(ScopeOf(definition), details.value) == KnownName::kEnumNonmember) {
      return MemberKind::kValue;
    }
    return MemberKind::kEnumMember;
  }
  return kind;
}

// What a class has under the name of a field that was made in it, where that is not what its text
// binds to it. None: it is.
std::optional<MemberKind> ClassTable::KeptInstead(Definition class_definition,
                                                  std::string_view name) {
  const ClassFields& made = FieldsOf(class_definition);
  if (made.maker != class_definition) return std::nullopt;
  const ClassField* const field = made.Find(name);
  if (field == nullptr) return std::nullopt;
  const bool own = field->scope.module == class_definition.module &&
                   field->scope.class_row == class_definition.row;
  if (own) {
    return field->kept == MemberKind::kValue ? std::nullopt : std::optional(field->kept);
  }
  return made.hides_inherited ? std::optional(MemberKind::kInstance) : std::nullopt;
}

ClassMember ClassTable::Describe(Definition owner, std::string_view name) {
  const Answer answer = resolver_.Member(owner, name);
  ClassMember member{name, MemberKind::kUnknown, owner, owner};
  // What only says which type it has is bound later, if it is.
  const auto bound = std::ranges::find_if(answer.definitions, [&](const Definition& definition) {
    return definition.is_module() || !IsDeclarationOnly(views_.symbol(definition));
  });
  if (answer.definitions.empty()) return member;
  if (bound == answer.definitions.end()) {
    member.definition = answer.definitions[0];
    member.kind = KindOf(owner, member.definition, name);
    return member;
  }
  member.definition = *bound;
  // `x = method if test else 1`: which of them is not known.
  const bool either = std::ranges::any_of(answer.definitions, [&](const Definition& definition) {
    return definition != *bound && !definition.is_module() && definition.module == owner.module &&
           IsConditional(views_.symbol(definition));
  });
  if (either) return member;
  member.kind = KindOf(owner, member.definition, name);
  // `method = classmethod(method)` leads to the method; what the class has is what that made of it.
  const SummaryView& view = *views_.Find(owner.module);
  if (member.kind != MemberKind::kMethod || bound->module != owner.module) return member;
  const RowRange rows = views_.Members(owner, name);
  for (uint32_t row = rows.first; row < rows.last; ++row) {
    const Symbol symbol = view.symbol(row);
    if (symbol.kind() != SymbolKind::kVariable || symbol.guard() ||
        symbol.order() < view.symbol(bound->row).order()) {
      continue;
    }
    const SymbolDetails details = symbol.details();
    if (details.value_form != ValueForm::kText || IsDottedName(details.value)) continue;
    const MemberKind made = KindOfValue({owner.module, row});
    if (made == MemberKind::kClassMethod || made == MemberKind::kStaticMethod ||
        made == MemberKind::kProperty) {
      member.kind = made;
    }
  }
  return member;
}

// The classes whose members it has: those of its order, and then those that describe these.
std::vector<Definition> ClassTable::MemberOrder(Definition class_definition) {
  const Mro mro = resolver_.MroOf(class_definition);
  std::vector<Definition> order(mro.classes.begin(), mro.classes.end());
  for (const Definition& each : mro.classes) {
    for (const Definition& describing : resolver_.DescribingClasses(each).definitions) {
      if (std::ranges::find(order, describing) == order.end()) order.push_back(describing);
    }
  }
  return order;
}

std::vector<ClassMember> ClassTable::Members(Definition class_definition) {
  struct Place {
    std::string_view name;
    uint32_t rank;  // of the class in the order; those of instances after all others
    uint32_t row;
    MemberKind kind;    // kUnknown: ask
    bool made = false;  // by what makes fields
  };
  const std::vector<Definition> order = MemberOrder(class_definition);
  const auto depth = static_cast<uint32_t>(order.size());
  std::vector<Place> places;
  for (uint32_t i = 0; i < depth; ++i) {
    const Definition each = order[i];
    const SummaryView& view = *views_.Find(each.module);
    const bool stub = views_.is_stub(each.module);
    const RowRange rows = views_.Members(each);
    const std::vector<std::string_view> ignored = IgnoredNames(each);
    for (uint32_t row = rows.first; row < rows.last; ++row) {
      const Symbol symbol = view.symbol(row);
      if (symbol.kind() != SymbolKind::kAttribute && IsExcluded(each.module, symbol.guard())) {
        continue;
      }
      if (std::ranges::binary_search(ignored, symbol.name())) continue;
      const std::optional<MemberKind> kept = KeptInstead(each, symbol.name());
      if (kept == MemberKind::kSlot) {
        places.push_back({symbol.name(), i, row, MemberKind::kSlot});
        continue;
      }
      const bool of_instances =
          kept || symbol.kind() == SymbolKind::kAttribute || (IsDeclarationOnly(symbol) && !stub);
      places.push_back({symbol.name(), of_instances ? depth + i : i, row,
                        of_instances ? MemberKind::kInstance : MemberKind::kUnknown});
    }
    const uint32_t imports = views_.has_class_imports(each.module) ? view.import_count() : 0;
    for (uint32_t row = 0; row < imports; ++row) {
      const Import import = view.import(row);
      if (import.scope != ImportScope::kClass || import.owner != each.row) continue;
      if (import.binds == "*" || IsExcluded(each.module, import.guard)) continue;
      places.push_back({import.binds, i, each.row, MemberKind::kUnknown});
    }
    ForEachSlot(views_, each, [&](std::string_view name) {
      if (name == "__dict__" || name == "__weakref__") return;
      places.push_back({Mangled(each, name), i, each.row, MemberKind::kSlot});
    });
    for (const std::string_view name : kMade) {
      if (const auto made = MadeMember(each, name)) {
        places.push_back({made->name, i, each.row, made->kind});
        places.back().made = true;
      }
    }
  }
  std::ranges::sort(places, [](const Place& a, const Place& b) {
    return std::tie(a.name, a.rank, b.made, a.row) < std::tie(b.name, b.rank, a.made, b.row);
  });
  std::vector<ClassMember> members;
  for (const Place& place : places) {
    if (!members.empty() && members.back().name == place.name) continue;
    const Definition owner = order[place.rank % depth];
    if (place.kind == MemberKind::kUnknown && !place.made) {
      members.push_back(Describe(owner, place.name));
    } else {
      members.push_back({place.name, place.kind, owner, {owner.module, place.row}});
    }
  }
  return members;
}

// As that class itself has it; what instances alone have goes to `of_instances`, if it has none.
std::optional<ClassMember> ClassTable::OwnMember(Definition each, std::string_view name,
                                                 std::optional<ClassMember>& of_instances) {
  if (const auto made = MadeMember(each, name)) return made;
  const SummaryView& view = *views_.Find(each.module);
  const RowRange rows = views_.Members(each, name);
  const std::vector<std::string_view> ignored =
      rows.empty() ? std::vector<std::string_view>() : IgnoredNames(each);
  if (std::ranges::binary_search(ignored, name)) return std::nullopt;
  const std::optional<MemberKind> kept =
      rows.empty() ? std::nullopt : KeptInstead(each, view.symbol(rows.first).name());
  if (kept == MemberKind::kSlot) {
    return ClassMember{view.symbol(rows.first).name(), *kept, each, {each.module, rows.first}};
  }
  bool bound = false;
  for (uint32_t row = rows.first; row < rows.last; ++row) {
    const Symbol symbol = view.symbol(row);
    if (symbol.kind() != SymbolKind::kAttribute && IsExcluded(each.module, symbol.guard()))
      continue;
    if (kept || symbol.kind() == SymbolKind::kAttribute ||
        (IsDeclarationOnly(symbol) && !views_.is_stub(each.module))) {
      if (!of_instances) {
        of_instances = {symbol.name(), MemberKind::kInstance, each, {each.module, row}};
      }
    } else {
      bound = true;
    }
  }
  if (bound) return Describe(each, view.symbol(rows.first).name());
  std::optional<ClassMember> other;
  ForEachSlot(views_, each, [&](std::string_view slot) {
    const std::string_view mangled = Mangled(each, slot);
    if (mangled == name) other = {mangled, MemberKind::kSlot, each, each};
  });
  const uint32_t imports = views_.has_class_imports(each.module) ? view.import_count() : 0;
  for (uint32_t row = 0; row < imports && !other; ++row) {
    const Import import = view.import(row);
    if (import.scope == ImportScope::kClass && import.owner == each.row && import.binds == name &&
        !IsExcluded(each.module, import.guard)) {
      other = Describe(each, import.binds);
    }
  }
  return other;
}

std::optional<ClassMember> ClassTable::Member(Definition class_definition, std::string_view name) {
  const Mro mro = resolver_.MroOf(class_definition);
  std::optional<ClassMember> of_instances;
  for (const Definition& each : mro.classes) {
    if (auto member = OwnMember(each, name, of_instances)) return member;
  }
  for (const Definition& each : mro.classes) {
    for (const Definition& describing : resolver_.DescribingClasses(each).definitions) {
      if (auto member = OwnMember(describing, name, of_instances)) return member;
    }
  }
  return of_instances;
}

}  // namespace coppice
