#include "summaries/resolution/classes/field_maker.h"

#include <algorithm>

#include "summaries/resolution/expressions/expression_parts.h"

namespace coppice {
namespace {

// Reads `option` where the call gives it a constant. `None` leaves it as it is.
void TakeOption(const ExpressionParser& parser, uint32_t call, std::string_view keyword,
                bool& option, bool& complete) {
  const std::optional<uint32_t> value = KeywordArgument(parser, call, keyword);
  if (!value || KindAt(parser, *value) == ExpressionKind::kNone) return;
  if (const std::optional<bool> known = Boolean(parser, *value)) {
    option = *known;
  } else {
    complete = false;
  }
}

void TakeMethods(const ExpressionParser& parser, uint32_t call, FieldMaker& maker) {
  MadeMethods& methods = maker.methods;
  const auto take = [&](std::string_view keyword, Truth& option) {
    bool chosen = option == Truth::kTrue;
    bool known = option != Truth::kUnknown || KeywordArgument(parser, call, keyword);
    TakeOption(parser, call, keyword, chosen, known);
    option = !known ? Truth::kUnknown : chosen ? Truth::kTrue : Truth::kFalse;
  };
  if (Unpacks(parser, call)) {
    const Truth unknown = Truth::kUnknown;
    methods = {unknown, unknown, unknown, unknown, unknown, unknown, unknown, methods.slots};
  }
  take("repr", methods.repr);
  const bool follows = methods.order == Truth::kTrue;  // attr.s
  take("cmp", methods.eq);
  take("eq", methods.eq);
  if (follows || KeywordArgument(parser, call, "cmp")) methods.order = methods.eq;
  take("order", methods.order);
  take("frozen", methods.frozen);
  take("match_args", methods.match_args);
  for (const std::string_view keyword : {"hash", "unsafe_hash"}) {
    take(keyword, methods.hash);
    const std::optional<uint32_t> value = KeywordArgument(parser, call, keyword);
    // False is for attrs another thing than None.
    if (maker.form == FieldForm::kAttrs && value && methods.hash == Truth::kFalse &&
        KindAt(parser, *value) != ExpressionKind::kNone) {
      methods.hash = Truth::kUnknown;
    }
  }
  if (KeywordArgument(parser, call, "on_setattr")) methods.sets = Truth::kUnknown;
}

void TakeOptions(const ExpressionParser& parser, uint32_t call, FieldMaker& maker) {
  const auto take = [&](std::string_view keyword, bool& option) {
    TakeOption(parser, call, keyword, option, maker.complete);
  };
  const auto gives = [&](std::string_view keyword) {
    const std::optional<uint32_t> value = KeywordArgument(parser, call, keyword);
    return value && KindAt(parser, *value) != ExpressionKind::kNone;
  };
  if (Unpacks(parser, call)) maker.complete = false;
  TakeMethods(parser, call, maker);
  take("init", maker.makes_constructor);
  take("kw_only", maker.keyword_only);
  take("slots", maker.slots);
  if (maker.form != FieldForm::kAttrs) return;
  take("auto_attribs", maker.annotated);
  if (gives("auto_attribs")) maker.either = false;
  take("collect_by_mro", maker.in_order);
  take("force_kw_only", maker.inherited);
  bool detects = !maker.replaces_constructor;
  take("auto_detect", detects);
  maker.replaces_constructor = gives("init") || !detects;
  if (gives("these") || gives("field_transformer")) maker.complete = false;
}

// Of what is given to a class instead, where dataclass_transform marks a base or metaclass.
void TakeOptions(const SymbolDetails& details, FieldMaker& maker) {
  for (const Keyword& keyword : details.keywords) {
    // Those that PEP 681 has not may do anything: pydantic's `extra`.
    constexpr std::string_view kHarmless[] = {"init",  "kw_only",    "eq",
                                              "order", "frozen",     "unsafe_hash",
                                              "slots", "match_args", "metaclass"};
    if (std::ranges::find(kHarmless, keyword.name) == std::end(kHarmless)) maker.complete = false;
    bool* const option = keyword.name == "init"      ? &maker.makes_constructor
                         : keyword.name == "kw_only" ? &maker.keyword_only
                                                     : nullptr;
    if (option == nullptr) continue;
    if (keyword.text == "True" || keyword.text == "False") {
      *option = keyword.text == "True";
    } else {
      maker.complete = false;
    }
  }
}

// What a decorator of the standard library or of attrs does unless it is told otherwise.
FieldMaker MakerNamed(KnownName name) {
  FieldMaker maker;
  switch (name) {
    case KnownName::kDataclass:
      maker.form = FieldForm::kDataclass;
      break;
    case KnownName::kAttrs:
    case KnownName::kAttrsDataclass:
      maker.form = FieldForm::kAttrs;
      maker.annotated = name == KnownName::kAttrsDataclass;
      maker.in_order = false;
      maker.inherited = true;
      maker.replaces_constructor = true;
      maker.methods.order = Truth::kTrue;
      break;
    case KnownName::kAttrsDefine:
    case KnownName::kAttrsFrozen:
      maker.form = FieldForm::kAttrs;
      maker.methods.frozen = name == KnownName::kAttrsFrozen ? Truth::kTrue : Truth::kFalse;
      maker.methods.sets = name == KnownName::kAttrsFrozen ? Truth::kFalse : Truth::kUnknown;
      maker.either = true;
      maker.slots = true;
      break;
    default:
      break;
  }
  return maker;
}

}  // namespace

// What `@dataclass_transform(...)` on a class or function says of what that makes. kNone: there is
// none.
FieldMaker ClassTable::TransformOf(Definition definition) {
  FieldMaker maker;
  const SymbolKind kind = views_.symbol(definition).kind();
  if (kind != SymbolKind::kClass && kind != SymbolKind::kFunction) return maker;
  // Of overloads, only the first may be marked.
  const SummaryView& view = *views_.Find(definition.module);
  const Symbol marked = view.symbol(definition.row);
  const Scope scope{definition.module, marked.owner()};
  const RowRange rows = views_.Namesakes(definition);
  for (uint32_t row = rows.first; row < rows.last; ++row) {
    for (const std::string_view text : view.symbol(row).details().decorators) {
      if (KnownDecorator(scope, text) != KnownName::kDataclassTransform) continue;
      maker.form = FieldForm::kDataclass;
      maker.transforms = true;
      ExpressionParser parser;
      parser.Parse(text);
      if (KindAt(parser, parser.root()) != ExpressionKind::kCall) {
        maker.complete = KindAt(parser, parser.root()) != ExpressionKind::kOpaque;
        return maker;
      }
      TakeOption(parser, parser.root(), "kw_only_default", maker.keyword_only, maker.complete);
      const auto specifiers = KeywordArgument(parser, parser.root(), "field_specifiers");
      if (!specifiers) return maker;
      ForEachChild(parser, *specifiers, [&](uint32_t name) {
        if (!IsDottedName(parser, name)) {
          maker.complete = false;
          return;
        }
        const Answer answer = resolver_.Lookup(scope, parser.TextOf(name));
        // As where it is imported for type checkers alone: `Field = object()`.
        if (std::ranges::none_of(answer.definitions, [this](const Definition& each) {
              return views_.IsA(each, SymbolKind::kFunction) ||
                     views_.IsA(each, SymbolKind::kClass);
            })) {
          maker.complete = false;
        }
        maker.specifiers.insert(maker.specifiers.end(), answer.definitions.begin(),
                                answer.definitions.end());
      });
      return maker;
    }
  }
  return maker;
}

bool ClassTable::KeepsClass(const Scope& scope, std::string_view decorator) {
  const Answer answer = Decorator(scope, decorator);
  switch (known_.Find(answer)) {
    case KnownName::kDataclass:
    case KnownName::kAttrs:
    case KnownName::kAttrsDataclass:
    case KnownName::kAttrsDefine:
    case KnownName::kAttrsFrozen:
    case KnownName::kDataclassTransform:
    case KnownName::kTotalOrdering:
    case KnownName::kSimpleEnum:
    case KnownName::kTransparent:
      return true;
    default:
      break;
  }
  if (answer.definitions.empty() || answer.definitions[0].is_module()) return false;
  const Definition first = answer.definitions[0];
  return IsTransparent(first) || TransformOf(first).form != FieldForm::kNone;
}

bool ClassTable::ChangesClass(Definition class_definition) {
  if (views_.is_stub(class_definition.module)) return false;  // they say what is so with them
  const Scope scope = ScopeOf(class_definition);
  for (const std::string_view text : views_.symbol(class_definition).details().decorators) {
    if (!KeepsClass(scope, text)) return true;
  }
  return !CallsByHand(class_definition).empty();
}

// Whether attrs is new enough (25.4) that `define(kw_only=True)` is for the class's own fields
// alone.
bool ClassTable::KnowsForcing() {
  const Answer answer = resolver_.Resolve("attr._make.attrs");
  if (answer.definitions.empty() || !views_.IsA(answer.definitions[0], SymbolKind::kFunction)) {
    return true;
  }
  const SymbolDetails details = views_.symbol(answer.definitions[0]).details();
  for (const Parameter& parameter : details.params) {
    if (parameter.name == "force_kw_only") return true;
  }
  return false;
}

FieldMaker ClassTable::MakerOf(Definition class_definition) {
  const Symbol symbol = views_.symbol(class_definition);
  const SymbolDetails details = symbol.details();
  const Scope scope = ScopeOf(class_definition);
  for (const std::string_view text : details.decorators) {
    const Answer decorator = Decorator(scope, text);
    KnownName known = known_.Find(decorator);
    // Its stub takes it for the other.
    const std::string_view named = text.substr(0, text.find('('));
    if (known == KnownName::kAttrs && named.ends_with("dataclass")) {
      known = KnownName::kAttrsDataclass;
    }
    FieldMaker maker = MakerNamed(known);
    if (maker.form == FieldForm::kNone) {
      if (!decorator.definitions.empty()) {
        const Definition first = decorator.definitions[0];
        if (!first.is_module()) maker = TransformOf(first);
      } else if (symbol.flags().has(SymbolFlag::kDataclass) &&
                 text.find("dataclass") != std::string_view::npos) {
        // Of what is not in the index the name alone speaks.
        maker.form = FieldForm::kDataclass;
      }
    }
    if (maker.form == FieldForm::kNone) continue;
    ExpressionParser parser;
    parser.Parse(text);
    if (KindAt(parser, parser.root()) == ExpressionKind::kCall) {
      TakeOptions(parser, parser.root(), maker);
    } else if (KindAt(parser, parser.root()) == ExpressionKind::kOpaque) {
      maker.complete = false;
    }
    if (maker.form == FieldForm::kAttrs && maker.keyword_only && !maker.inherited) {
      maker.inherited = !KnowsForcing();
    }
    return maker;
  }

  FieldMaker maker;
  for (const std::string_view text : details.bases) {
    switch (known_.Find(resolver_.Base(class_definition, text))) {
      case KnownName::kNamedTuple:
        maker.form = FieldForm::kNamedTuple;
        return maker;
      case KnownName::kTypedDict:
        maker.form = FieldForm::kTypedDict;
        break;
      default:
        break;
    }
    if (const std::optional<ScopedText> call = NamedTupleCall(class_definition, text)) {
      maker.form = FieldForm::kNamedTuple;
      maker.named_tuple = call;
      return maker;
    }
  }
  const ClassTraits& traits = TraitsOf(class_definition);
  if (maker.form == FieldForm::kTypedDict || traits.is_typed_dict) {
    maker.form = FieldForm::kTypedDict;
    for (const Keyword& keyword : details.keywords) {
      if (keyword.name == "total") maker.total = keyword.text != "False";
    }
    return maker;
  }
  const auto take = [&](std::span<const Definition> classes) {
    for (const Definition& each : classes) {
      maker = TransformOf(each);
      if (maker.form == FieldForm::kNone) continue;
      TakeOptions(details, maker);
      return true;
    }
    return false;
  };
  if (take(resolver_.MroOf(class_definition).classes.subspan(1)) || !traits.metaclass) return maker;
  take(resolver_.MroOf(*traits.metaclass).classes);
  return maker;
}

}  // namespace coppice
