// Dataclasses (the standard library's `dataclasses`; typing specification, "Dataclasses"), attrs,
// named tuples and typed dictionaries.
#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <utility>

#include "summaries/resolution/classes/class_table.h"
#include "summaries/resolution/classes/field_maker.h"
#include "summaries/resolution/expressions/expression_parts.h"

namespace coppice {
namespace {

// attrs names parameters without leading underscores.
std::string_view WithoutUnderscores(std::string_view name) {
  return name.substr(std::min(name.find_first_not_of('_'), name.size()));
}

// So many of the fields of its bases a class has at most.
constexpr size_t kMaxInherited = 512;

constexpr std::string_view kFactory = "<factory>";

const ClassFields kNoFields;

// What stands for no default.
bool IsNothing(std::string_view text) {
  return text == "NOTHING" || text.ends_with(".NOTHING") || text == "MISSING" ||
         text.ends_with(".MISSING");
}

}  // namespace

const ClassField* ClassFields::Find(std::string_view name) const {
  const auto name_of = [this](uint32_t at) -> std::string_view { return fields[at]->name; };
  const auto found = std::ranges::lower_bound(by_name, name, {}, name_of);
  return found == by_name.end() || name_of(*found) != name ? nullptr : fields[*found].get();
}

// Fields while they are gathered.
class ClassTable::FieldList {
 public:
  using Field = std::shared_ptr<const ClassField>;

  bool complete = true;

  const ClassField* Find(std::string_view name) const {
    const auto found = at_.find(name);
    return found == at_.end() ? nullptr : fields_[found->second].get();
  }
  // Whether a base's field may come in; else it is not known which there are.
  bool Takes(const ClassField& inherited) {
    if (at_.size() < kMaxInherited || at_.contains(inherited.name)) return true;
    complete = false;
    return false;
  }
  // In the place of the one that has its name, else last.
  void Replace(Field field) {
    const auto [found, fresh] = at_.try_emplace(field->name, fields_.size());
    if (fresh) {
      fields_.push_back(std::move(field));
    } else {
      fields_[found->second] = std::move(field);
    }
  }
  // Last, and without the one that has its name.
  void Renew(Field field) {
    const auto [found, fresh] = at_.try_emplace(field->name, fields_.size());
    if (!fresh) {
      fields_[found->second].reset();
      found->second = fields_.size();
    }
    fields_.push_back(std::move(field));
  }
  // Also to what bases have without: those of the class itself are known.
  void GiveSlots(Definition class_definition) {
    for (Field& field : fields_) {
      if (!field || field->only_in_constructor || field->class_variable) continue;
      if (field->kept == MemberKind::kSlot) continue;
      if (field->definition.module == class_definition.module &&
          field->scope.class_row == class_definition.row) {
        continue;
      }
      ClassField with_slot = *field;
      with_slot.kept = MemberKind::kSlot;
      field = std::make_shared<const ClassField>(std::move(with_slot));
    }
  }
  void MoveTo(ClassFields& fields) {
    for (Field& field : fields_) {
      if (field) fields.fields.push_back(std::move(field));
    }
    fields.complete = complete;
  }

 private:
  std::vector<Field> fields_;  // null: renewed
  std::map<std::string, size_t, std::less<>> at_;
};

// Orders of classes are cut, so that those of bases may need further ones: they are found on a
// stack of their own.
const ClassFields& ClassTable::FieldsOf(Definition class_definition) {
  const auto recorded = [this](Definition each) {
    return Dependencies::Recording(dependencies_, {DependencyKind::kFields, each.module, each.row});
  };
  const Dependencies::Recording recording = recorded(class_definition);
  if (const auto found = fields_of_.find(class_definition); found != fields_of_.end()) {
    return *found->second;
  }
  std::vector<std::pair<Definition, bool>> stack = {{class_definition, false}};  // true: entered
  while (!stack.empty()) {
    const auto [each, entered] = stack.back();
    const Dependencies::Recording of_each = recorded(each);
    if (entered) {
      stack.pop_back();
      fields_of_[each] = FindFields(each);
      continue;
    }
    // What leads back to itself has none meanwhile.
    if (!fields_of_.try_emplace(each, &kNoFields).second) {
      stack.pop_back();
      continue;
    }
    stack.back().second = true;
    for (const Definition& base : resolver_.MroOf(each).classes.subspan(1)) {
      if (!fields_of_.contains(base)) stack.emplace_back(base, false);
    }
  }
  return *fields_of_[class_definition];
}

const ClassFields* ClassTable::Keep(ClassFields fields) {
  fields.by_name.resize(fields.fields.size());
  std::iota(fields.by_name.begin(), fields.by_name.end(), 0u);
  std::ranges::sort(fields.by_name, {},
                    [&](uint32_t at) -> std::string_view { return fields.fields[at]->name; });
  return &fields_.emplace_back(std::move(fields));
}

// The same, but something is not known of them. Each once.
const ClassFields* ClassTable::Incomplete(const ClassFields& fields) {
  if (!fields.complete) return &fields;
  const auto [found, fresh] = incomplete_of_.try_emplace(&fields, nullptr);
  if (fresh) {
    ClassFields copy = fields;
    copy.complete = false;
    found->second = &fields_.emplace_back(std::move(copy));
  }
  return found->second;
}

// Those of a class that makes none itself: its bases'.
const ClassFields* ClassTable::InheritedFields(Definition class_definition) {
  bool complete = !ChangesClass(class_definition);
  const ClassFields* found = nullptr;
  for (const Definition& base : resolver_.MroOf(class_definition).classes.subspan(1)) {
    const ClassFields& inherited = FieldsOf(base);
    complete &= inherited.complete;
    if (inherited.form == FieldForm::kNone) continue;
    if (found == nullptr) found = &inherited;
    // What it inherits itself may stand behind what another one makes.
    if (inherited.maker != base) continue;
    const ClassTraits& traits = TraitsOf(class_definition);
    complete &= traits.knows_bases && traits.has_order;
    return complete ? &inherited : Incomplete(inherited);
  }
  if (found == nullptr) found = &kNoFields;
  // Their maker is behind what the order holds, where other bases may make some, too.
  if (found != &kNoFields) complete &= views_.symbol(class_definition).details().bases.size() == 1;
  return complete ? found : Incomplete(*found);
}

const ClassFields* ClassTable::FindFields(Definition class_definition) {
  const FieldMaker maker = MakerOf(class_definition);
  if (maker.form == FieldForm::kNone) return InheritedFields(class_definition);
  ClassFields fields;
  if (maker.named_tuple) {
    fields = *NamedTupleFields(maker.named_tuple->scope, maker.named_tuple->text);
  } else {
    FieldList list;
    list.complete = maker.complete;
    if (maker.form != FieldForm::kNamedTuple) {
      const ClassTraits& traits = TraitsOf(class_definition);
      list.complete &= traits.knows_bases && traits.has_order;
      AddBaseFields(class_definition, maker, list);
    }
    AddOwnFields(class_definition, maker, list);
    if (maker.form == FieldForm::kDataclass && maker.slots && !maker.transforms) {
      list.GiveSlots(class_definition);
    }
    list.MoveTo(fields);
  }
  fields.form = maker.form;
  fields.maker = class_definition;
  fields.makes_constructor = maker.makes_constructor;
  fields.replaces_constructor = maker.replaces_constructor;
  fields.makes_methods =
      !maker.transforms && (maker.form == FieldForm::kDataclass || maker.form == FieldForm::kAttrs);
  fields.methods = maker.methods;
  fields.methods.slots = maker.slots;
  fields.hides_inherited = maker.form == FieldForm::kAttrs && maker.slots;
  if (maker.keyword_only && maker.inherited) {
    for (auto& field : fields.fields) {
      if (field->keyword_only) continue;
      ClassField by_keyword = *field;
      by_keyword.keyword_only = true;
      field = std::make_shared<const ClassField>(std::move(by_keyword));
    }
  }
  if (ChangesClass(class_definition)) fields.complete = false;
  return Keep(std::move(fields));
}

// Each form in its own order: `dataclasses._process_class`, `attr._make._collect_base_attrs`,
// `typing._TypedDictMeta`.
void ClassTable::AddBaseFields(Definition class_definition, const FieldMaker& maker,
                               FieldList& fields) {
  const auto take = [&](Definition base, const auto& place) {
    const ClassFields& inherited = FieldsOf(base);
    if (inherited.form == FieldForm::kNone) fields.complete &= inherited.complete;
    if (inherited.form != maker.form) return;
    fields.complete &= inherited.complete;
    for (const FieldList::Field& field : inherited.fields) {
      if (fields.Takes(*field)) place(inherited, field);
    }
  };
  const auto replace = [&](const ClassFields&, const FieldList::Field& field) {
    fields.Replace(field);
  };
  if (maker.form == FieldForm::kTypedDict) {
    for (const std::string_view text : views_.symbol(class_definition).details().bases) {
      const Answer base = resolver_.Base(class_definition, text);
      if (base.definitions.empty() || !views_.IsA(base.definitions[0], SymbolKind::kClass))
        continue;
      if (base.definitions[0] != class_definition) take(base.definitions[0], replace);
    }
    return;
  }
  const Mro mro = resolver_.MroOf(class_definition);
  const std::span<const Definition> bases = mro.classes.subspan(1);
  if (maker.form != FieldForm::kAttrs) {
    // Where the first base makes fields in the same order, its list is what theirs come to; and
    // what an order leaves out is the same where there is no other base.
    const bool only = views_.symbol(class_definition).details().bases.size() == 1;
    const bool single =
        !bases.empty() && FieldsOf(bases[0]).form == maker.form &&
        FieldsOf(bases[0]).maker == bases[0] &&
        (mro.cut ? only : std::ranges::equal(bases, resolver_.MroOf(bases[0]).classes));
    if (mro.cut && !single) fields.complete = false;
    for (size_t i = single ? 1 : bases.size(); i-- > 0;) take(bases[i], replace);
  } else if (mro.cut) {
    fields.complete = false;
  } else if (maker.in_order) {
    for (size_t i = bases.size(); i-- > 0;) {
      // Each class's own; the freshest stays, in its place.
      take(bases[i], [&](const ClassFields& inherited, const FieldList::Field& field) {
        const Definition owner{field->scope.module, *field->scope.class_row};
        if (owner == inherited.maker) fields.Renew(field);
      });
    }
  } else {
    for (const Definition& base : bases) {
      take(base, [&](const ClassFields&, const FieldList::Field& field) {
        if (fields.Find(field->name) == nullptr) fields.Replace(field);
      });
    }
  }
}

// Those that stand around the type: `Annotated[Required[ReadOnly[int]], ...]` has three.
std::vector<KnownName> ClassTable::Qualifiers(const Scope& scope, std::string_view annotation) {
  std::vector<KnownName> qualifiers;
  ExpressionParser parser;
  parser.Parse(annotation);
  if (KindAt(parser, parser.root()) == ExpressionKind::kString) {
    const auto content = StringContent(annotation);
    if (!content) return qualifiers;
    parser.Parse(*content);
  }
  for (uint32_t node = parser.root();;) {
    const bool subscript = KindAt(parser, node) == ExpressionKind::kSubscript;
    const uint32_t name = subscript ? parser.node(node).first_child : node;
    if (!IsDottedName(parser, name)) return qualifiers;
    const KnownName known = known_.Find(resolver_.Lookup(scope, parser.TextOf(name)));
    if (known == KnownName::kNone) return qualifiers;
    qualifiers.push_back(known);
    if (!subscript) return qualifiers;
    node = parser.node(name).next_sibling;
    if (KindAt(parser, node) == ExpressionKind::kTuple) node = parser.node(node).first_child;
    if (node == kNoExpression) return qualifiers;
  }
}

// Whether a value is what describes a field of that maker's.
bool ClassTable::DescribesField(const FieldMaker& maker, const Scope& scope,
                                std::string_view value) {
  const Answer callee = Decorator(scope, value);
  if (maker.form == FieldForm::kAttrs) return known_.Find(callee) == KnownName::kAttrsField;
  if (!maker.transforms) return known_.Find(callee) == KnownName::kDataclassField;
  return std::ranges::any_of(callee.definitions, [&](const Definition& definition) {
    return std::ranges::find(maker.specifiers, definition) != maker.specifiers.end();
  });
}

void ClassTable::AddOwnFields(Definition class_definition, const FieldMaker& maker,
                              FieldList& fields) {
  const SummaryView& view = *views_.Find(class_definition.module);
  const Scope scope{class_definition.module, class_definition.row};
  struct Own {
    uint32_t order = UINT32_MAX;  // of the first annotation, or of the first binding
    std::optional<std::string_view> annotation;
    uint32_t row = 0;
    uint32_t last_order = 0;  // of the last binding of a value
    std::optional<uint32_t> value_row;
    bool certain = true;  // no condition that is not known decides about it
  };
  std::map<std::string_view, Own> own;
  const std::optional<uint32_t> around = view.symbol(class_definition.row).guard();
  // What pydantic's models are configured by.
  if (maker.transforms && (!views_.Members(class_definition, "model_config").empty() ||
                           !views_.Members(class_definition, "Config").empty())) {
    fields.complete &= IsConfiguredByDefault(class_definition);
  }
  const RowRange rows = views_.Members(class_definition);
  std::map<std::string_view, uint32_t> default_methods;  // attrs: `@x.default def ...`: its order
  for (uint32_t row = rows.first; row < rows.last; ++row) {
    const Symbol symbol = view.symbol(row);
    if (symbol.kind() == SymbolKind::kAttribute ||
        IsExcluded(class_definition.module, symbol.guard()))
      continue;
    const SymbolDetails details = symbol.details();
    if (maker.form == FieldForm::kAttrs) {
      for (const std::string_view text : details.decorators) {
        if (text.ends_with(".default")) {
          default_methods[text.substr(0, text.size() - 8)] = symbol.order();
        }
      }
    }
    Own& each = own[symbol.name()];
    each.certain &= ConditionOf(class_definition.module, symbol.guard(), around) == Truth::kTrue;
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
    return DescribesField(maker, scope, value);
  };
  const auto value_of = [&](const Own& each) -> std::optional<std::string_view> {
    if (!each.value_row) return std::nullopt;
    const SymbolDetails details = view.symbol(*each.value_row).details();
    if (details.value_form != ValueForm::kText) return std::nullopt;
    return details.value;
  };

  std::vector<std::pair<std::string_view, Own>> ordered(own.begin(), own.end());
  bool annotated = maker.annotated;
  if (maker.either) {
    annotated = std::ranges::none_of(ordered, [&](const auto& each) {
      if (each.second.annotation) return false;
      const auto value = value_of(each.second);
      return value && describes_field(*value);
    });
  }
  if (!annotated) {  // attr.ib counts its calls
    for (auto& [name, each] : ordered) each.order = each.last_order;
  }
  std::ranges::sort(ordered, {}, [](const auto& each) { return each.second.order; });
  bool keyword_only = maker.keyword_only;
  for (const auto& [name, each] : ordered) {
    const std::optional<std::string_view> value = value_of(each);
    if (annotated ? !each.annotation : !value || !describes_field(*value)) continue;
    if (!each.certain) fields.complete = false;
    std::vector<KnownName> qualifiers;
    if (each.annotation) qualifiers = Qualifiers(scope, *each.annotation);
    const auto qualified = [&](KnownName by) {
      // Only in typed dictionaries they may stand within others.
      const size_t most = maker.form == FieldForm::kTypedDict ? qualifiers.size() : 1;
      const auto end = qualifiers.begin() + std::min(most, qualifiers.size());
      return std::find(qualifiers.begin(), end, by) != end;
    };
    const bool class_variable = annotated && qualified(KnownName::kClassVar);
    if (class_variable && maker.form != FieldForm::kDataclass) continue;
    if (qualified(KnownName::kKeywordOnlyMark)) {
      keyword_only = true;
      continue;
    }
    const ClassField* const inherited = fields.Find(name);
    ClassField field;
    field.name = name;
    field.parameter = maker.form == FieldForm::kAttrs ? WithoutUnderscores(name) : name;
    field.definition = {class_definition.module, each.row};
    field.scope = scope;
    field.annotation = each.annotation;
    field.keyword_only = keyword_only;
    field.only_in_constructor = qualified(KnownName::kInitVar);
    if (class_variable) {
      field.class_variable = true;
      field.in_constructor = false;
    } else if (maker.form == FieldForm::kTypedDict) {
      field.keyword_only = true;
      field.required =
          qualified(KnownName::kRequired) || (maker.total && !qualified(KnownName::kNotRequired));
      field.read_only = qualified(KnownName::kReadOnly);
      field.has_default = !field.required;
    } else if (value && maker.form != FieldForm::kNamedTuple && describes_field(*value)) {
      ReadField(*value, maker, field, fields);
      if (maker.form == FieldForm::kDataclass && !maker.transforms &&
          (!field.has_default || field.default_text == kFactory)) {
        field.kept = MemberKind::kInstance;
      }
    } else if (each.value_row) {
      field.has_default = true;
      field.default_text = value;
    } else if (maker.form == FieldForm::kDataclass && !maker.transforms) {
      InheritDefault(class_definition, field, fields);
    } else if (maker.transforms && inherited != nullptr &&
               (inherited->has_default || inherited->class_variable)) {
      fields.complete = false;  // libraries differ in whether it has that default
    }
    // One that was written for what another call replaces is lost.
    const auto method = default_methods.find(name);
    if (method != default_methods.end() && method->second > each.last_order) {
      field.has_default = true;
    }
    const bool has_slot = inherited != nullptr && inherited->kept == MemberKind::kSlot;
    if (maker.form == FieldForm::kAttrs) {
      field.kept = maker.slots ? MemberKind::kSlot : MemberKind::kInstance;
      fields.Renew(std::make_shared<const ClassField>(std::move(field)));
      continue;
    }
    if (maker.slots && !maker.transforms && !field.only_in_constructor && !class_variable) {
      field.kept = has_slot ? MemberKind::kInstance : MemberKind::kSlot;
    }
    // Libraries differ in what they make of private names.
    if (maker.transforms && field.in_constructor && name.starts_with('_') &&
        !name.starts_with("__")) {
      fields.complete = false;
    }
    fields.Replace(std::make_shared<const ClassField>(std::move(field)));
  }
}

// Whether `model_config` is a call without arguments.
bool ClassTable::IsConfiguredByDefault(Definition class_definition) {
  if (!views_.Members(class_definition, "Config").empty()) return false;
  const SummaryView& view = *views_.Find(class_definition.module);
  const RowRange rows = views_.Members(class_definition, "model_config");
  for (uint32_t row = rows.first; row < rows.last; ++row) {
    const SymbolDetails details = view.symbol(row).details();
    if (details.value_form == ValueForm::kAbsent) continue;
    if (details.value_form != ValueForm::kText || !details.value.ends_with("()")) return false;
  }
  return true;
}

// A field without value has that which the class inherits under its name, as `dataclasses` reads
// it.
void ClassTable::InheritDefault(Definition class_definition, ClassField& field, FieldList& fields) {
  const Mro mro = resolver_.MroOf(class_definition);
  for (const Definition& each : mro.classes) {
    const Truth slot = HasSlot(each, field.name);
    if (slot == Truth::kTrue) return;
    if (slot == Truth::kUnknown) fields.complete = false;
    if (each == class_definition) continue;
    const SummaryView& view = *views_.Find(each.module);
    const RowRange rows = views_.Members(each, field.name);
    std::optional<uint32_t> bound;
    for (uint32_t row = rows.first; row < rows.last; ++row) {
      const Symbol symbol = view.symbol(row);
      if (symbol.kind() == SymbolKind::kAttribute || IsExcluded(each.module, symbol.guard()))
        continue;
      if (symbol.kind() == SymbolKind::kVariable &&
          symbol.details().value_form == ValueForm::kAbsent) {
        continue;
      }
      if (!bound || symbol.order() > view.symbol(*bound).order()) bound = row;
    }
    const ClassFields& made = FieldsOf(each);
    const ClassField* const own = made.Find(field.name);
    const bool makes = made.maker == each && own != nullptr;
    // A slot hides what bases behind it have; what makes its default leaves nothing.
    if (makes && own->kept == MemberKind::kSlot) return;
    if (!bound || (makes && own->kept == MemberKind::kInstance)) continue;
    field.has_default = true;
    const SymbolDetails details = view.symbol(*bound).details();
    if (details.value_form != ValueForm::kText) return;
    field.default_text = details.value;
    if (!DescribesField({}, {each.module, each.row}, details.value)) return;
    if (makes) {
      field.default_text = own->default_text;
    } else {
      field.has_default = false;
      field.default_text.reset();
      ReadField(details.value, {}, field, fields);
    }
    return;
  }
  if (mro.cut) fields.complete = false;
}

// Whether the first parameter of what describes a field is its default.
bool ClassTable::TakesDefaultFirst(const Scope& scope, std::string_view call) {
  for (const Definition& described : Decorator(scope, call).definitions) {
    if (!views_.IsA(described, SymbolKind::kFunction)) continue;
    const SymbolDetails details = views_.symbol(described).details();
    if (details.params.empty() || (*details.params.begin()).name != "default") return false;
  }
  return true;
}

// `field(default=1, kw_only=True)` and its like.
void ClassTable::ReadField(std::string_view value, const FieldMaker& maker, ClassField& field,
                           FieldList& fields) {
  const Scope scope = field.scope;
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
    field.default_text = kFactory;
  }
  std::optional<uint32_t> given = KeywordArgument(parser, call, "default");
  if (!given && (!maker.transforms || TakesDefaultFirst(scope, value))) {
    given = PositionalArgument(parser, call, 0);
  }
  // What other names of the parameter do is the library's.
  if (maker.transforms) {
    for (const std::string_view keyword : {"validation_alias", "alias_priority"}) {
      if (KeywordArgument(parser, call, keyword)) fields.complete = false;
    }
  }
  const bool nothing = given && (KindAt(parser, *given) == ExpressionKind::kEllipsis
                                     ? maker.transforms
                                     : IsNothing(parser.TextOf(*given)));
  if (given && !nothing) {
    field.has_default = true;
    field.default_text = parser.TextOf(*given);
  }
  const auto take = [&](std::string_view keyword, bool& option) {
    const std::optional<uint32_t> chosen = KeywordArgument(parser, call, keyword);
    if (!chosen || KindAt(parser, *chosen) == ExpressionKind::kNone) return;
    if (const std::optional<bool> known = Boolean(parser, *chosen)) {
      option = *known;
    } else {
      fields.complete = false;
    }
  };
  // What such a function says of `init` by the default that its parameter has.
  for (const Definition& described :
       maker.transforms ? Decorator(scope, value).definitions : std::span<const Definition>()) {
    if (!views_.IsA(described, SymbolKind::kFunction)) continue;
    for (const Parameter& parameter : views_.symbol(described).details().params) {
      if (parameter.name == "init" && parameter.default_value == "False") {
        field.in_constructor = false;
      }
    }
  }
  take("init", field.in_constructor);
  take("kw_only", field.keyword_only);
  const auto alias = KeywordArgument(parser, call, "alias");
  if (!alias || KindAt(parser, *alias) == ExpressionKind::kNone) return;
  if (const auto name = StringContent(parser.TextOf(*alias))) {
    field.parameter = *name;
  } else {
    fields.complete = false;
  }
}

}  // namespace coppice
