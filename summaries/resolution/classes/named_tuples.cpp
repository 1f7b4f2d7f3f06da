// Named tuples that calls make: `collections.namedtuple` and the call of `typing.NamedTuple`.
#include <algorithm>

#include "summaries/resolution/classes/class_table.h"
#include "summaries/resolution/expressions/expression_parts.h"

namespace coppice {

std::optional<ScopedText> ClassTable::NamedTupleCall(Definition class_definition,
                                                     std::string_view base) {
  if (!IsDottedName(base)) {
    const Scope scope = ScopeOf(class_definition);
    if (KnownDecorator(scope, base) != KnownName::kNamedTupleFunction) return std::nullopt;
    return ScopedText{scope, base};
  }
  const Answer answer = resolver_.Base(class_definition, base);
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
  std::vector<std::shared_ptr<ClassField>> found;
  const auto add = [&](std::string_view name) {
    ClassField& field = *found.emplace_back(std::make_shared<ClassField>());
    field.name = field.parameter = name;
    field.scope = scope;
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
    }
    std::vector<std::string_view> texts;
    if (fields.complete) {
      ForEachChild(parser, *defaults, [&](uint32_t item) { texts.push_back(parser.TextOf(item)); });
    }
    // How many are unpacked is not known.
    if (std::ranges::any_of(texts, [](std::string_view text) { return text.starts_with('*'); })) {
      fields.complete = false;
      texts.clear();
    }
    const size_t count = std::min(texts.size(), found.size());
    for (size_t i = 0; i < count; ++i) {
      ClassField& field = *found[found.size() - count + i];
      field.has_default = true;
      field.default_text = texts[texts.size() - count + i];
    }
  }
  fields.fields.assign(found.begin(), found.end());
  return fields;
}

}  // namespace coppice
