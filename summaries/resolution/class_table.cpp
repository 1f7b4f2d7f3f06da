#include "summaries/resolution/class_table.h"

#include <algorithm>

#include "summaries/resolution/expression_parts.h"
#include "summaries/resolution/target.h"

namespace coppice {
namespace {

uint64_t Key(Definition definition) {
  return uint64_t{static_cast<uint32_t>(definition.module)} << 32 | definition.row;
}

}  // namespace

const ClassTraits& ClassTable::TraitsOf(Definition class_definition) {
  const auto [found, fresh] = traits_of_.try_emplace(Key(class_definition), nullptr);
  if (!fresh && found->second != nullptr) return *found->second;
  traits_.push_back(FindTraits(class_definition));
  return *(traits_of_[Key(class_definition)] = &traits_.back());
}

ClassTraits ClassTable::FindTraits(Definition class_definition) {
  ClassTraits traits;
  const Mro mro = resolver_.MroOf(class_definition);
  for (const Definition& each : mro.classes) {
    if (known_.Find(each) == KnownName::kEnum) traits.is_enum = true;
    for (const std::string_view text : views_.symbol(each).details().decorators) {
      if (KnownDecorator(ScopeOf(each), text) == KnownName::kSimpleEnum) traits.is_enum = true;
    }
    const bool described = views_.is_stub(each.module);
    const Scope scope = ScopeOf(each);
    for (const std::string_view text : views_.symbol(each).details().bases) {
      const Answer base = resolver_.Base(scope, text);
      switch (known_.Find(base)) {
        case KnownName::kProtocol:
          traits.is_protocol |= each == class_definition;
          break;
        case KnownName::kTypedDict:
        case KnownName::kTypedDictFallback:
          traits.is_typed_dict = true;
          break;
        case KnownName::kNamedTuple:
          traits.is_named_tuple = true;
          break;
        case KnownName::kGeneric:
        case KnownName::kTuple:
        case KnownName::kAny:
          break;
        default:
          if (base.definitions.empty() ||
              !(views_.IsA(base.definitions[0], SymbolKind::kClass) ||
                known_.AliasOf(base.definitions[0]) != nullptr || described)) {
            traits.knows_bases = false;
          }
      }
    }
  }
  bool known = traits.knows_bases && mro.consistent;
  traits.metaclass = FindMetaclass(class_definition, traits.is_enum, known);
  if (!known) traits.metaclass.reset();
  return traits;
}

std::optional<Definition> ClassTable::FindMetaclass(Definition class_definition, bool is_enum,
                                                    bool& known) {
  std::optional<Definition> metaclass;
  for (const Definition& each : resolver_.MroOf(class_definition).classes) {
    for (const Keyword& keyword : views_.symbol(each).details().keywords) {
      if (keyword.name == "**") known = false;
      if (keyword.name != "metaclass") continue;
      const Answer answer = resolver_.Base(ScopeOf(each), keyword.text);
      if (answer.definitions.empty() || !views_.IsA(answer.definitions[0], SymbolKind::kClass)) {
        known = false;
        continue;
      }
      const Definition candidate = answer.definitions[0];
      if (!metaclass || IsDerived(candidate, *metaclass)) metaclass = candidate;
    }
  }
  if (!metaclass && is_enum) {
    for (const std::string_view name : {"enum.EnumType", "enum.EnumMeta"}) {
      const Answer answer = resolver_.Resolve(name);
      if (!answer.definitions.empty() && views_.IsA(answer.definitions[0], SymbolKind::kClass)) {
        return answer.definitions[0];
      }
    }
    known = false;
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

bool ClassTable::IsExcluded(const SummaryView& view, std::optional<uint32_t> guard) {
  ExpressionParser parser;
  for (; guard; guard = view.OuterGuard(*guard)) {
    const Guard each = view.guard(*guard);
    if (each.kind != GuardKind::kIf) continue;
    parser.Parse(each.test);
    const Truth truth = EvaluateCondition(parser, resolver_.finder().index().environment().target);
    if (truth == (each.branch == 0 ? Truth::kFalse : Truth::kTrue)) return true;
  }
  return false;
}

bool ClassTable::IsDerived(Definition class_definition, Definition base) {
  const Mro mro = resolver_.MroOf(class_definition);
  return std::ranges::find(mro.classes, base) != mro.classes.end();
}

bool ClassTable::Binds(Definition function) {
  return views_.symbol(function).owner() || !views_.is_stub(function.module);
}

}  // namespace coppice
