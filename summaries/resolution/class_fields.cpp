// Dataclasses (the standard library's `dataclasses`; typing specification, "Dataclasses"), attrs,
// named tuples and typed dictionaries.
#include <algorithm>
#include <map>
#include <utility>

#include "summaries/resolution/class_table.h"
#include "summaries/resolution/expression_parts.h"

namespace coppice {
namespace {

uint64_t Key(Definition definition) {
  return uint64_t{static_cast<uint32_t>(definition.module)} << 32 | definition.row;
}

// attrs names parameters without leading underscores.
std::string_view WithoutUnderscores(std::string_view name) {
  return name.substr(std::min(name.find_first_not_of('_'), name.size()));
}

// The field of that name, or none.
std::vector<ClassField>::iterator FindField(std::vector<ClassField>& fields,
                                            std::string_view name) {
  return std::ranges::find(fields, name, &ClassField::name);
}

}  // namespace

// What makes fields of a class's variables.
struct ClassTable::Maker {
  FieldForm form = FieldForm::kNone;
  bool makes_constructor = true;
  bool keyword_only = false;
  bool annotated = true;  // what is annotated is a field; else what attr.ib is assigned to
  bool either = false;    // attrs.define: annotated if all fields are
  bool total = true;      // TypedDict
  bool complete = true;   // every option is known
  std::vector<Definition> specifiers;     // functions that describe fields (dataclass_transform)
  std::optional<ScopedText> named_tuple;  // a base that calls namedtuple

  void Take(const ExpressionParser& parser, uint32_t call) {
    if (Unpacks(parser, call)) complete = false;
    const auto take = [&](std::string_view keyword, bool& option) {
      const std::optional<uint32_t> value = KeywordArgument(parser, call, keyword);
      if (!value) return;
      if (const std::optional<bool> known = Boolean(parser, *value)) {
        option = *known;
      } else {
        complete = false;
      }
    };
    take("init", makes_constructor);
    take("kw_only", keyword_only);
    if (form == FieldForm::kAttrs) {
      take("auto_attribs", annotated);
      if (KeywordArgument(parser, call, "auto_attribs")) either = false;
      if (KeywordArgument(parser, call, "these")) complete = false;
    }
  }
  // What `@dataclass_transform(...)` says, read in `scope`.
  void TakeTransform(ClassTable& table, const Scope& scope, std::string_view text) {
    form = FieldForm::kDataclass;
    ExpressionParser parser;
    parser.Parse(text);
    if (KindAt(parser, parser.root()) != ExpressionKind::kCall) return;
    if (const auto value = KeywordArgument(parser, parser.root(), "kw_only_default")) {
      keyword_only = Boolean(parser, *value).value_or(false);
    }
    const auto value = KeywordArgument(parser, parser.root(), "field_specifiers");
    if (!value) return;
    ForEachChild(parser, *value, [&](uint32_t name) {
      if (!IsDottedName(parser, name)) return;
      const Answer answer = table.resolver_.Lookup(scope, parser.TextOf(name));
      specifiers.insert(specifiers.end(), answer.definitions.begin(), answer.definitions.end());
    });
  }
};

ClassTable::Maker ClassTable::MakerOf(Definition class_definition) {
  Maker maker;
  const Symbol symbol = views_.symbol(class_definition);
  const SymbolDetails details = symbol.details();
  const Scope scope = ScopeOf(class_definition);
  ExpressionParser parser;
  const auto take_keywords = [&] {
    for (const Keyword& keyword : details.keywords) {
      if (keyword.name == "init") maker.makes_constructor = keyword.text != "False";
      if (keyword.name == "kw_only") maker.keyword_only = keyword.text == "True";
    }
  };
  // A decorator of the class, or of what made its decorator.
  const auto transforms = [&](Definition definition) {
    const SymbolKind kind = views_.symbol(definition).kind();
    if (kind != SymbolKind::kClass && kind != SymbolKind::kFunction) return false;
    // Of overloads, only the first may be marked.
    const SummaryView& view = *views_.Find(definition.module);
    const Symbol marked = view.symbol(definition.row);
    const std::optional<uint32_t> owner = marked.owner();
    const RowRange rows = views_.Namesakes(definition);
    for (uint32_t row = rows.first; row < rows.last; ++row) {
      for (const std::string_view text : view.symbol(row).details().decorators) {
        if (KnownDecorator({definition.module, owner}, text) == KnownName::kDataclassTransform) {
          maker.TakeTransform(*this, {definition.module, owner}, text);
          return true;
        }
      }
    }
    return false;
  };

  for (const std::string_view text : details.decorators) {
    const Answer decorator = Decorator(scope, text);
    switch (known_.Find(decorator)) {
      case KnownName::kDataclass:
        maker.form = FieldForm::kDataclass;
        break;
      case KnownName::kAttrs:
        maker.form = FieldForm::kAttrs;
        maker.annotated = false;
        break;
      case KnownName::kAttrsDefine:
        maker.form = FieldForm::kAttrs;
        maker.either = true;
        break;
      default:
        if (decorator.definitions.empty()) {
          // Of what is not in the index the name alone speaks.
          if (!symbol.flags().has(SymbolFlag::kDataclass) ||
              text.find("dataclass") == std::string_view::npos) {
            continue;
          }
          maker.form = FieldForm::kDataclass;
        } else if (decorator.definitions[0].is_module() || !transforms(decorator.definitions[0])) {
          continue;
        }
    }
    parser.Parse(text);
    if (KindAt(parser, parser.root()) == ExpressionKind::kCall) {
      maker.Take(parser, parser.root());
    } else if (KindAt(parser, parser.root()) == ExpressionKind::kOpaque) {
      maker.complete = false;
    }
    return maker;
  }

  for (const std::string_view text : details.bases) {
    switch (known_.Find(resolver_.Base(scope, text))) {
      case KnownName::kNamedTuple:
        maker.form = FieldForm::kNamedTuple;
        return maker;
      case KnownName::kTypedDict:
        maker.form = FieldForm::kTypedDict;
        break;
      default:
        break;
    }
    if (const std::optional<ScopedText> call = NamedTupleCall(scope, text)) {
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
  const Mro mro = resolver_.MroOf(class_definition);
  for (size_t i = 1; i < mro.classes.size(); ++i) {
    if (transforms(mro.classes[i])) {
      take_keywords();
      return maker;
    }
  }
  if (traits.metaclass) {
    for (const Definition& each : resolver_.MroOf(*traits.metaclass).classes) {
      if (transforms(each)) {
        take_keywords();
        return maker;
      }
    }
  }
  return maker;
}

const ClassFields& ClassTable::FieldsOf(Definition class_definition) {
  static const ClassFields kNoFields;
  const Dependencies::Recording recording(
      dependencies_, {DependencyKind::kFields, class_definition.module, class_definition.row});
  const auto [found, fresh] = fields_of_.try_emplace(Key(class_definition), &kNoFields);
  // What leads back to itself has none meanwhile.
  if (!fresh) return *found->second;
  fields_.push_back(FindFields(class_definition));
  return *(fields_of_[Key(class_definition)] = &fields_.back());
}

ClassFields ClassTable::FindFields(Definition class_definition) {
  const Maker maker = MakerOf(class_definition);
  const Mro mro = resolver_.MroOf(class_definition);
  ClassFields fields;
  if (maker.form == FieldForm::kNone) {
    for (size_t i = 1; i < mro.classes.size(); ++i) {
      const ClassFields& inherited = FieldsOf(mro.classes[i]);
      if (inherited.form == FieldForm::kNone) continue;
      fields = inherited;
      fields.makes_constructor = false;
      fields.complete &= TraitsOf(class_definition).knows_bases;
      break;
    }
    return fields;
  }
  fields.form = maker.form;
  fields.makes_constructor = maker.makes_constructor;
  fields.complete = maker.complete;
  if (maker.form != FieldForm::kNamedTuple) {
    fields.complete &= TraitsOf(class_definition).knows_bases;
    AddBaseFields(class_definition, maker.form, fields);
  }
  if (maker.named_tuple) {
    fields = *NamedTupleFields(maker.named_tuple->scope, maker.named_tuple->text);
  } else {
    AddOwnFields(class_definition, maker, fields);
  }
  return fields;
}

void ClassTable::AddBaseFields(Definition class_definition, FieldForm form, ClassFields& fields) {
  const Mro mro = resolver_.MroOf(class_definition);
  for (size_t i = mro.classes.size(); i-- > 1;) {
    const ClassFields& inherited = FieldsOf(mro.classes[i]);
    if (inherited.form != form) continue;
    fields.complete &= inherited.complete;
    for (const ClassField& field : inherited.fields) {
      const auto known = FindField(fields.fields, field.name);
      if (form == FieldForm::kAttrs) {
        // Each class's own; the freshest stays, in its place.
        if (field.definition.module != mro.classes[i].module ||
            field.scope.class_row != mro.classes[i].row) {
          continue;
        }
        if (known != fields.fields.end()) fields.fields.erase(known);
        fields.fields.push_back(field);
      } else if (known != fields.fields.end()) {
        *known = field;
      } else {
        fields.fields.push_back(field);
      }
    }
  }
}

KnownName ClassTable::Qualifier(const Scope& scope, std::string_view annotation) {
  ExpressionParser parser;
  parser.Parse(annotation);
  if (KindAt(parser, parser.root()) == ExpressionKind::kString) {
    const auto content = StringContent(annotation);
    if (!content) return KnownName::kNone;
    parser.Parse(*content);
  }
  const uint32_t name = WithoutArguments(parser, parser.root());
  if (!IsDottedName(parser, name)) return KnownName::kNone;
  const Answer answer = resolver_.Lookup(scope, parser.TextOf(name));
  return known_.Find(answer);
}

void ClassTable::AddOwnFields(Definition class_definition, const Maker& maker,
                              ClassFields& fields) {
  const SummaryView& view = *views_.Find(class_definition.module);
  const Scope scope{class_definition.module, class_definition.row};
  struct Own {
    uint32_t order = UINT32_MAX;  // of the first annotation, or of the first binding
    std::optional<std::string_view> annotation;
    uint32_t row = 0;
    uint32_t last_order = 0;  // of the last binding of a value
    std::optional<uint32_t> value_row;
  };
  std::map<std::string_view, Own> own;
  const RowRange rows = views_.Members(class_definition);
  std::vector<std::string_view> with_default_methods;  // attrs: `@x.default def ...`
  for (uint32_t row = rows.first; row < rows.last; ++row) {
    const Symbol symbol = view.symbol(row);
    if (symbol.kind() == SymbolKind::kAttribute || IsExcluded(view, symbol.guard())) continue;
    const SymbolDetails details = symbol.details();
    if (maker.form == FieldForm::kAttrs) {
      for (const std::string_view text : details.decorators) {
        if (text.ends_with(".default")) {
          with_default_methods.push_back(text.substr(0, text.size() - 8));
        }
      }
    }
    Own& each = own[symbol.name()];
    if (details.annotation && (!each.annotation || symbol.order() < each.order)) {
      each.order = symbol.order();
      each.row = row;
    }
    if (details.annotation) each.annotation = details.annotation;
    const bool binds =
        symbol.kind() != SymbolKind::kVariable || details.value_form != ValueForm::kAbsent;
    if (binds && (!each.value_row || symbol.order() > each.last_order)) {
      each.value_row = row;
      each.last_order = symbol.order();
      if (!each.annotation) each.row = row;
    }
    if (!each.annotation) each.order = std::min(each.order, symbol.order());
  }
  const auto describes_field = [&](std::string_view value) {
    const Answer callee = Decorator(scope, value);
    if (maker.form == FieldForm::kAttrs) {
      return known_.Find(callee) == KnownName::kAttrsField;
    }
    if (known_.Find(callee) == KnownName::kDataclassField) return true;
    return std::ranges::any_of(callee.definitions, [&](const Definition& definition) {
      return std::ranges::find(maker.specifiers, definition) != maker.specifiers.end();
    });
  };
  const auto value_of = [&](const Own& each) -> std::optional<std::string_view> {
    if (!each.value_row) return std::nullopt;
    const SymbolDetails details = view.symbol(*each.value_row).details();
    if (details.value_form != ValueForm::kText) return std::nullopt;
    return details.value;
  };

  std::vector<std::pair<std::string_view, Own>> ordered(own.begin(), own.end());
  std::ranges::sort(ordered, {}, [](const auto& each) { return each.second.order; });
  bool annotated = maker.annotated;
  if (maker.either) {
    annotated = std::ranges::none_of(ordered, [&](const auto& each) {
      if (each.second.annotation) return false;
      const auto value = value_of(each.second);
      return value && describes_field(*value);
    });
  }
  bool keyword_only = maker.keyword_only;
  for (const auto& [name, each] : ordered) {
    const std::optional<std::string_view> value = value_of(each);
    if (annotated ? !each.annotation : !value || !describes_field(*value)) continue;
    KnownName qualifier = KnownName::kNone;
    if (each.annotation) qualifier = Qualifier(scope, *each.annotation);
    if (qualifier == KnownName::kClassVar) continue;
    if (qualifier == KnownName::kKeywordOnlyMark) {
      keyword_only = true;
      continue;
    }
    ClassField field;
    field.name = name;
    field.parameter = maker.form == FieldForm::kAttrs ? WithoutUnderscores(name) : name;
    field.definition = {class_definition.module, each.row};
    field.scope = scope;
    field.annotation = each.annotation;
    field.keyword_only = keyword_only;
    field.only_in_constructor = qualifier == KnownName::kInitVar;
    if (maker.form == FieldForm::kTypedDict) {
      field.keyword_only = true;
      field.required = qualifier == KnownName::kRequired ||
                       (maker.total && qualifier != KnownName::kNotRequired);
      field.has_default = !field.required;
    } else if (value && maker.form != FieldForm::kNamedTuple && describes_field(*value)) {
      ReadField(*value, field, fields);
    } else if (each.value_row) {
      field.has_default = true;
      field.default_text = value;
    }
    if (!field.has_default && maker.form == FieldForm::kDataclass) {
      InheritDefault(class_definition, field);
    }
    if (std::ranges::find(with_default_methods, name) != with_default_methods.end()) {
      field.has_default = true;
    }
    const auto known = FindField(fields.fields, name);
    if (known == fields.fields.end()) {
      fields.fields.push_back(std::move(field));
    } else if (maker.form == FieldForm::kAttrs) {
      fields.fields.erase(known);
      fields.fields.push_back(std::move(field));
    } else {
      *known = std::move(field);
    }
  }
}

// A field without value has that which the class inherits under its name, as `dataclasses` reads
// it.
void ClassTable::InheritDefault(Definition class_definition, ClassField& field) {
  const Mro mro = resolver_.MroOf(class_definition);
  for (size_t i = 1; i < mro.classes.size(); ++i) {
    const Definition each = mro.classes[i];
    const ClassFields& fields = FieldsOf(each);
    const auto own =
        std::find_if(fields.fields.begin(), fields.fields.end(), [&](const ClassField& other) {
          return other.name == field.name && other.definition.module == each.module &&
                 other.scope.class_row == each.row;
        });
    if (own != fields.fields.end()) {
      // A factory leaves nothing in the class.
      if (!own->has_default || own->default_text == "<factory>") continue;
      field.has_default = true;
      field.default_text = own->default_text;
      return;
    }
    const SummaryView& view = *views_.Find(each.module);
    const RowRange rows = views_.Members(each, field.name);
    for (uint32_t row = rows.first; row < rows.last; ++row) {
      const Symbol symbol = view.symbol(row);
      const SymbolDetails details = symbol.details();
      if (symbol.kind() == SymbolKind::kAttribute || IsExcluded(view, symbol.guard())) continue;
      if (symbol.kind() == SymbolKind::kVariable && details.value_form == ValueForm::kAbsent) {
        continue;
      }
      field.has_default = true;
      if (details.value_form == ValueForm::kText) field.default_text = details.value;
    }
    if (field.has_default) return;
  }
}

// `field(default=1, kw_only=True)` and its like.
void ClassTable::ReadField(std::string_view value, ClassField& field, ClassFields& fields) {
  ExpressionParser parser;
  parser.Parse(value);
  const uint32_t call = parser.root();
  if (KindAt(parser, call) != ExpressionKind::kCall) {
    // Cut: what is left tells at least that there is a default.
    field.has_default = value.find("default") != std::string_view::npos ||
                        value.find("factory") != std::string_view::npos;
    fields.complete = false;
    return;
  }
  if (Unpacks(parser, call)) fields.complete = false;
  for (const std::string_view keyword : {"default_factory", "factory"}) {
    if (!KeywordArgument(parser, call, keyword)) continue;
    field.has_default = true;
    field.default_text = "<factory>";
  }
  std::optional<uint32_t> given = KeywordArgument(parser, call, "default");
  if (!given) given = PositionalArgument(parser, call, 0);
  if (given && KindAt(parser, *given) != ExpressionKind::kEllipsis) {
    field.has_default = true;
    field.default_text = parser.TextOf(*given);
  }
  const auto take = [&](std::string_view keyword, bool& option) {
    const std::optional<uint32_t> chosen = KeywordArgument(parser, call, keyword);
    if (!chosen) return;
    if (const std::optional<bool> known = Boolean(parser, *chosen)) {
      option = *known;
    } else {
      fields.complete = false;
    }
  };
  take("init", field.in_constructor);
  take("kw_only", field.keyword_only);
  if (const auto alias = KeywordArgument(parser, call, "alias")) {
    if (const auto name = StringContent(parser.TextOf(*alias))) field.parameter = *name;
  }
}

std::optional<ScopedText> ClassTable::NamedTupleCall(const Scope& scope, std::string_view base) {
  if (!IsDottedName(base)) {
    if (KnownDecorator(scope, base) != KnownName::kNamedTupleFunction) return std::nullopt;
    return ScopedText{scope, base};
  }
  const Answer answer = resolver_.Base(scope, base);
  if (answer.definitions.empty() || !views_.IsA(answer.definitions[0], SymbolKind::kVariable)) {
    return std::nullopt;
  }
  const SymbolDetails details = views_.symbol(answer.definitions[0]).details();
  const Scope there = ScopeOf(answer.definitions[0]);
  if (details.value_form != ValueForm::kText || IsDottedName(details.value) ||
      KnownDecorator(there, details.value) != KnownName::kNamedTupleFunction) {
    return std::nullopt;
  }
  return ScopedText{there, details.value};
}

// `namedtuple("Point", "x y", defaults=[0])`.
std::optional<ClassFields> ClassTable::NamedTupleFields(const Scope& scope, std::string_view call) {
  if (KnownDecorator(scope, call) != KnownName::kNamedTupleFunction) return std::nullopt;
  ClassFields fields;
  fields.form = FieldForm::kNamedTuple;
  fields.makes_constructor = true;
  ExpressionParser parser;
  parser.Parse(call);
  const uint32_t root = parser.root();
  std::optional<uint32_t> names;
  if (KindAt(parser, root) == ExpressionKind::kCall) {
    names = KeywordArgument(parser, root, "field_names");
    if (!names) names = PositionalArgument(parser, root, 1);
    if (KeywordArgument(parser, root, "rename") || Unpacks(parser, root)) fields.complete = false;
  }
  if (!names) {
    fields.complete = false;
    return fields;
  }
  const auto add = [&](std::string_view name) {
    ClassField field;
    field.name = field.parameter = name;
    field.scope = scope;
    fields.fields.push_back(std::move(field));
  };
  const ExpressionKind kind = KindAt(parser, *names);
  if (kind == ExpressionKind::kString) {
    const auto content = StringContent(parser.TextOf(*names));
    if (!content) fields.complete = false;
    std::string_view rest = content.value_or("");
    constexpr std::string_view kSeparators = ", \t\n";
    while (rest.find_first_not_of(kSeparators) != std::string_view::npos) {
      rest.remove_prefix(rest.find_first_not_of(kSeparators));
      const std::string_view name = rest.substr(0, rest.find_first_of(kSeparators));
      add(name);
      rest.remove_prefix(name.size());
    }
  } else if (kind == ExpressionKind::kList || kind == ExpressionKind::kTuple) {
    ForEachChild(parser, *names, [&](uint32_t item) {
      const auto name = KindAt(parser, item) == ExpressionKind::kString
                            ? StringContent(parser.TextOf(item))
                            : std::nullopt;
      if (name) {
        add(*name);
      } else {
        fields.complete = false;
      }
    });
  } else {
    fields.complete = false;
  }
  if (const auto defaults = KeywordArgument(parser, root, "defaults")) {
    const ExpressionKind form = KindAt(parser, *defaults);
    if (form != ExpressionKind::kTuple && form != ExpressionKind::kList) {
      fields.complete = false;
      return fields;
    }
    std::vector<std::string_view> texts;
    ForEachChild(parser, *defaults, [&](uint32_t item) { texts.push_back(parser.TextOf(item)); });
    const size_t count = std::min(texts.size(), fields.fields.size());
    for (size_t i = 0; i < count; ++i) {
      ClassField& field = fields.fields[fields.fields.size() - count + i];
      field.has_default = true;
      field.default_text = texts[texts.size() - count + i];
    }
  }
  return fields;
}

}  // namespace coppice
