#include "summaries/resolution/classes/class_table.h"

#include <algorithm>

#include "summaries/resolution/expressions/expression_parts.h"
#include "summaries/resolution/names/live_code.h"

namespace coppice {
ClassTable::ClassTable(NameResolver& resolver)
    : resolver_(resolver),
      dependencies_(resolver.dependencies()),
      target_(resolver.finder().index().environment().target),
      views_(resolver.finder(), dependencies_),
      known_(resolver) {
  if (resolver.finder().profile() == SearchProfile::kRuntime) target_.type_checking = false;
}

const ClassTraits& ClassTable::TraitsOf(Definition class_definition) {
  const Dependencies::Recording recording(
      dependencies_, {DependencyKind::kTraits, class_definition.module, class_definition.row});
  if (const auto found = traits_of_.find(class_definition); found != traits_of_.end()) {
    return *found->second;
  }
  // Those of bases first.
  std::vector<Definition> open{class_definition};
  while (!open.empty()) {
    const Definition each = open.back();
    const Dependencies::Recording of_each(dependencies_,
                                          {DependencyKind::kTraits, each.module, each.row});
    const size_t depth = open.size();
    if (const auto [found, fresh] = traits_of_.try_emplace(each, nullptr); fresh) {
      for (const std::string_view text : views_.symbol(each).details().bases) {
        const std::optional<Definition> base = BaseInOrder(each, resolver_.Base(each, text));
        if (base && !traits_of_.contains(*base)) open.push_back(*base);
      }
    }
    if (open.size() != depth) continue;
    open.pop_back();
    if (traits_of_[each] != nullptr) continue;
    traits_.push_back(FindTraits(each));
    traits_of_[each] = &traits_.back();
  }
  return *traits_of_[class_definition];
}

// The class that a base stands for in the order: typing's names stand for others, and classes of C
// have not all those that their stubs say.
std::optional<Definition> ClassTable::BaseInOrder(Definition class_definition, const Answer& base) {
  if (base.definitions.empty()) return std::nullopt;
  const std::span<const Definition> order = resolver_.MroOf(class_definition).classes;
  const auto holds = [&](Definition each) { return std::ranges::find(order, each) != order.end(); };
  const Definition first = base.definitions[0];
  if (const Definition* const alias = known_.AliasOf(first); alias != nullptr && holds(*alias)) {
    return *alias;
  }
  if (known_.Find(base) == KnownName::kCallable) {
    const auto callable = std::ranges::find_if(
        order, [&](Definition each) { return known_.Find(each) == KnownName::kCallable; });
    if (callable != order.end()) return *callable;
  }
  return views_.IsA(first, SymbolKind::kClass) && holds(first) ? std::optional(first)
                                                               : std::nullopt;
}

// By the class's own text, and what is known of the bases that it names.
ClassTraits ClassTable::FindTraits(Definition class_definition) {
  const Mro mro = resolver_.MroOf(class_definition);
  ClassTraits traits;
  traits.has_order = mro.consistent;
  traits.is_cut = mro.cut;
  traits.is_enum = known_.Find(class_definition) == KnownName::kEnum;
  const bool described = views_.is_stub(class_definition.module);
  const Scope scope = ScopeOf(class_definition);
  const SymbolDetails details = views_.symbol(class_definition).details();
  for (const std::string_view text : details.decorators) {
    if (KnownDecorator(scope, text) == KnownName::kSimpleEnum) traits.is_enum = true;
  }
  std::vector<const ClassTraits*> bases;
  for (const std::string_view text : details.bases) {
    const Answer base = resolver_.Base(class_definition, text);
    const KnownName known = known_.Find(base);
    switch (known) {
      case KnownName::kProtocol:
        traits.is_protocol = true;
        break;
      case KnownName::kTypedDict:
      case KnownName::kTypedDictFallback:
        traits.is_typed_dict = true;
        break;
      case KnownName::kNamedTuple:
        traits.is_named_tuple = true;
        break;
      default:
        break;
    }
    const std::optional<Definition> first = BaseInOrder(class_definition, base);
    if (!first) {
      const bool special = known != KnownName::kNone || described ||
                           (!base.definitions.empty() && known_.AliasOf(base.definitions[0]));
      traits.knows_bases &= special && !base.definitions.empty();
      continue;
    }
    const Dependencies::Recording used(dependencies_,
                                       {DependencyKind::kTraits, first->module, first->row});
    const ClassTraits* const found = traits_of_.at(*first);
    if (found == nullptr) {  // it leads back to the class
      traits.knows_bases = false;
      continue;
    }
    bases.push_back(found);
    traits.is_enum |= found->is_enum;
    traits.is_typed_dict |= found->is_typed_dict;
    traits.is_named_tuple |= found->is_named_tuple;
    traits.knows_bases &= found->knows_bases;
  }
  traits.metaclass = FindMetaclass(class_definition, bases, traits.is_enum);
  if (!traits.knows_bases || !traits.has_order) traits.metaclass.reset();
  return traits;
}

// The most derived of those that the class and its bases have.
std::optional<Definition> ClassTable::FindMetaclass(Definition class_definition,
                                                    std::span<const ClassTraits* const> bases,
                                                    bool is_enum) {
  std::optional<Definition> metaclass;
  for (const Keyword& keyword : views_.symbol(class_definition).details().keywords) {
    if (keyword.name == "**") return std::nullopt;
    if (keyword.name != "metaclass") continue;
    const Answer answer = resolver_.Base(class_definition, keyword.text);
    if (answer.definitions.empty() || !views_.IsA(answer.definitions[0], SymbolKind::kClass)) {
      return std::nullopt;
    }
    metaclass = answer.definitions[0];
  }
  for (const ClassTraits* const base : bases) {
    if (!base->metaclass) return std::nullopt;
    if (!metaclass || IsDerived(*base->metaclass, *metaclass)) metaclass = base->metaclass;
  }
  const bool plain = !metaclass || known_.Find(*metaclass) == KnownName::kType;
  if (plain && is_enum) {
    for (const std::string_view name : {"enum.EnumType", "enum.EnumMeta"}) {
      const Answer answer = resolver_.Resolve(name);
      if (!answer.definitions.empty() && views_.IsA(answer.definitions[0], SymbolKind::kClass)) {
        return answer.definitions[0];
      }
    }
    return std::nullopt;
  }
  if (!metaclass) metaclass = known_.Builtin("type");
  return metaclass;
}

Answer ClassTable::Decorator(const Scope& scope, std::string_view text) {
  if (IsDottedName(text)) return resolver_.Lookup(scope, text);
  ExpressionParser parser;
  parser.Parse(text);
  const uint32_t name = WithoutArguments(parser, parser.root());
  if (IsDottedName(parser, name)) return resolver_.Lookup(scope, parser.TextOf(name));
  // A text that was cut may still say what it calls.
  const std::string_view head = text.substr(0, text.find('('));
  if (head.size() != text.size() && IsDottedName(head)) return resolver_.Lookup(scope, head);
  return {};
}

KnownName ClassTable::KnownDecorator(const Scope& scope, std::string_view text) {
  const Answer answer = Decorator(scope, text);
  return known_.Find(answer);
}

Scope ClassTable::ScopeOf(Definition definition) {
  return {definition.module, views_.symbol(definition).owner()};
}

Truth ClassTable::ConditionOf(ModuleRef module, std::optional<uint32_t> guard,
                              std::optional<uint32_t> around) {
  return ConditionOf(module, guard, around, target_);
}

Truth ClassTable::ConditionOf(ModuleRef module, std::optional<uint32_t> guard,
                              std::optional<uint32_t> around, const Target& target) {
  if (!guard || guard == around) return Truth::kTrue;
  const SummaryView& view = *views_.Find(module);
  const auto constants = [&](std::string_view name) {
    return resolver_.ConstantText(module, name);
  };
  ExpressionParser parser;
  Truth truth = Truth::kTrue;
  for (; guard && guard != around; guard = view.OuterGuard(*guard)) {
    const Truth each = EvaluateGuard(view.guard(*guard), target, parser, constants);
    if (each == Truth::kFalse) return each;
    if (each == Truth::kUnknown) truth = each;
  }
  return truth;
}

bool ClassTable::IsForTypeCheckers(ModuleRef module, std::optional<uint32_t> guard) {
  if (!IsExcluded(module, guard)) return false;
  Target target = target_;
  target.type_checking = true;
  return ConditionOf(module, guard, {}, target) != Truth::kFalse;
}

bool ClassTable::IsDerived(Definition class_definition, Definition base) {
  const Mro mro = resolver_.MroOf(class_definition);
  return std::ranges::find(mro.classes, base) != mro.classes.end();
}

bool ClassTable::Binds(Definition function) {
  return views_.symbol(function).owner() || !views_.is_stub(function.module);
}

}  // namespace coppice
