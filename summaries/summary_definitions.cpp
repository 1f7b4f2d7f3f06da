// Functions and classes: signatures, flags, bodies.

#include <algorithm>

#include "summaries/dotted_tail.h"
#include "summaries/identifier.h"
#include "summaries/string_literal.h"
#include "summaries/summary_walker.h"
#include "summaries/unicode.h"

namespace coppice {

// What the header of a definition says.
struct SummaryWalker::Definition {
  struct Param {
    std::string_view name;
    ParameterKind kind;
    uint32_t annotation = kNoRow;
    uint32_t default_value = kNoRow;
  };
  struct KeywordArgument {
    std::string_view name;
    uint32_t text;
  };
  Node name;
  std::string_view written;     // the name, empty if there is none
  std::string_view mangled;     // for the scope
  uint32_t global_id = kNoRow;  // symbol, if it is declared `global`
  bool recorded = false;        // it becomes a symbol of its scope: texts are wanted
  std::vector<uint32_t> decorators;
  std::vector<uint32_t> type_params;
  std::vector<uint32_t> bases;
  std::vector<KeywordArgument> keywords;
  std::vector<Param> params;
  bool keyword_only = false;  // what follows can only be given by name
  uint32_t returns = kNoRow;
  SymbolFlags flags;
};

namespace {

bool IsOneOf(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

uint32_t SummaryWalker::Decorated(const Node& node, const Where& where) {
  const size_t base = decorators_.size();
  uint32_t end = 0;
  for (const Node& child : node.children()) {
    if (child.kind() == NodeKind::kDecorator) {
      Scan(child, where);
      for (const Node& expression : child.children()) {
        if (expression.is_extra() || expression.is_error()) continue;
        decorators_.push_back(expression);
        break;
      }
      continue;
    }
    // A copy: definitions within this one add theirs.
    const std::vector<Node> decorators(decorators_.begin() + static_cast<std::ptrdiff_t>(base),
                                       decorators_.end());
    if (child.kind() == NodeKind::kFunctionDefinition) {
      end = Function(child, where, decorators);
    } else if (child.kind() == NodeKind::kClassDefinition) {
      end = Class(child, where, decorators);
    } else {
      Scan(child, where);
    }
  }
  decorators_.resize(base);
  return end;
}

void SummaryWalker::DecoratorFlags(std::span<const Node> decorators, SymbolKind kind,
                                   SymbolFlags& flags) {
  for (const Node& decorator : decorators) {
    const DottedTail tail = TailOf(decorator, Around::kCalls);
    const std::string_view name = NormalizeIdentifier(tail.name, draft.arena);
    if (name == "final") flags.add(SymbolFlag::kFinal);
    if (name == "deprecated") flags.add(SymbolFlag::kDeprecated);
    if (kind == SymbolKind::kClass) {
      if (name != "dataclass") continue;
      flags.add(SymbolFlag::kDataclass);
      const Node call = StripParentheses(decorator);
      const Node arguments =
          call && call.kind() == NodeKind::kCall ? call.ChildByField(Field::kArguments) : Node();
      if (!arguments) continue;
      for (const Node& argument : arguments.children()) {
        if (argument.kind() != NodeKind::kKeywordArgument) continue;
        const Node key = argument.ChildByField(Field::kName);
        const Node value = StripParentheses(argument.ChildByField(Field::kValue));
        if (key && value && Name(key) == "slots" && value.kind() == NodeKind::kTrue) {
          flags.add(SymbolFlag::kSlots);
        }
      }
      continue;
    }
    if (IsOneOf(name, {"property", "cached_property", "abstractproperty"})) {
      flags.add(SymbolFlag::kProperty);
    }
    if (tail.components >= 2) {
      if (name == "getter") flags.add(SymbolFlag::kGetter);
      if (name == "setter") flags.add(SymbolFlag::kSetter);
      if (name == "deleter") flags.add(SymbolFlag::kDeleter);
    }
    if (IsOneOf(name, {"classmethod", "abstractclassmethod"})) flags.add(SymbolFlag::kClassMethod);
    if (IsOneOf(name, {"staticmethod", "abstractstaticmethod"})) {
      flags.add(SymbolFlag::kStaticMethod);
    }
    if (IsOneOf(name, {"abstractmethod", "abstractproperty", "abstractclassmethod",
                       "abstractstaticmethod"})) {
      flags.add(SymbolFlag::kAbstract);
    }
    if (name == "overload") flags.add(SymbolFlag::kOverload);
    if (name == "override") flags.add(SymbolFlag::kOverride);
  }
}

void SummaryWalker::AppendTexts(const std::vector<uint32_t>& texts) {
  draft.details.push_back({static_cast<uint32_t>(texts.size()), kNoRow, 0});
  for (const uint32_t text : texts) draft.details.push_back({0, text, 0});
}

void SummaryWalker::TypeParameters(const Node& node, std::vector<uint32_t>& texts) {
  if (!node) return;
  for (const Node& child : node.children()) {
    if (!child.is_extra() && !child.is_error()) texts.push_back(Text(child, kMaxExpressionBytes));
  }
}

void SummaryWalker::Parameter(const Node& node, const Where& where, Definition& definition) {
  Definition::Param param;
  param.kind = definition.keyword_only ? ParameterKind::kKeywordOnly : ParameterKind::kNormal;
  Node name = node.ChildByField(Field::kName);
  if (node.kind() == NodeKind::kTypedParameter) {
    for (const Node& child : node.children()) {
      if (!child.is_extra() && child.field() == Field::kNone) {
        name = child;
        break;
      }
    }
  } else if (!name) {
    name = node;
  }
  if (name && name.kind() == NodeKind::kListSplatPattern) {
    param.kind = ParameterKind::kVarargs;
    definition.keyword_only = true;
    name = name.ChildByKind(NodeKind::kIdentifier);
  } else if (name && name.kind() == NodeKind::kDictionarySplatPattern) {
    param.kind = ParameterKind::kKwargs;
    name = name.ChildByKind(NodeKind::kIdentifier);
  }
  const Node type = node.ChildByField(Field::kType);
  const Node value = node.ChildByField(Field::kValue);
  if (definition.recorded) {
    if (type) param.annotation = Text(type, kMaxExpressionBytes);
    if (value) param.default_value = Text(value, kMaxValueBytes);
  }
  // Names that Python 2 unpacked into are no parameters.
  if (!name || name.kind() != NodeKind::kIdentifier) return ScanChildren(node, where);
  param.name = Name(name);
  definition.params.push_back(param);
  names.Mention(param.name);
  if (type) Scan(type, where);
  if (value) Scan(value, where);
}

void SummaryWalker::Parameters(const Node& parameters, const Where& where, Definition& definition) {
  for (const Node& child : parameters.children()) {
    switch (child.kind()) {
      case NodeKind::kPositionalSeparator:
        for (Definition::Param& param : definition.params) {
          param.kind = ParameterKind::kPositionalOnly;
        }
        break;
      case NodeKind::kKeywordSeparator:
        definition.keyword_only = true;
        break;
      case NodeKind::kIdentifier:
      case NodeKind::kTypedParameter:
      case NodeKind::kDefaultParameter:
      case NodeKind::kTypedDefaultParameter:
      case NodeKind::kListSplatPattern:
      case NodeKind::kDictionarySplatPattern:
        Parameter(child, where, definition);
        break;
      default:
        if (!child.is_extra() || child.is_error()) Scan(child, where);
        break;
    }
  }
}

void SummaryWalker::FunctionDetail(const Definition& definition) {
  const bool empty = definition.decorators.empty() && definition.type_params.empty() &&
                     definition.params.empty() && definition.returns == kNoRow;
  if (empty) return;
  const auto put = [&](uint32_t number, uint32_t string, uint32_t shift) {
    draft.details.push_back({number, string, shift});
  };
  put(static_cast<uint32_t>(DetailForm::kFunction) |
          (definition.type_params.empty() ? 0 : kDetailTypeParamsBit) |
          (definition.decorators.empty() ? 0 : kDetailDecoratorsBit) |
          (definition.returns == kNoRow ? 0 : kDetailReturnsBit) |
          static_cast<uint32_t>(definition.params.size()) << kDetailCountShift,
      kNoRow, 0);
  if (!definition.decorators.empty()) AppendTexts(definition.decorators);
  if (!definition.type_params.empty()) AppendTexts(definition.type_params);
  for (const Definition::Param& param : definition.params) {
    put(static_cast<uint32_t>(param.kind) |
            (param.annotation == kNoRow ? 0 : kParameterAnnotationBit) |
            (param.default_value == kNoRow ? 0 : kParameterDefaultBit),
        draft.String(param.name), kParameterNameShift);
    if (param.annotation != kNoRow) put(0, param.annotation, 0);
    if (param.default_value != kNoRow) put(0, param.default_value, 0);
  }
  if (definition.returns != kNoRow) put(0, definition.returns, 0);
}

void SummaryWalker::ClassDetail(const Definition& definition) {
  const bool empty = definition.decorators.empty() && definition.type_params.empty() &&
                     definition.bases.empty() && definition.keywords.empty();
  if (empty) return;
  draft.details.push_back({static_cast<uint32_t>(DetailForm::kClass) |
                               (definition.type_params.empty() ? 0 : kDetailTypeParamsBit) |
                               (definition.decorators.empty() ? 0 : kDetailDecoratorsBit) |
                               (definition.keywords.empty() ? 0 : kDetailKeywordsBit) |
                               static_cast<uint32_t>(definition.bases.size()) << kDetailCountShift,
                           kNoRow, 0});
  if (!definition.decorators.empty()) AppendTexts(definition.decorators);
  if (!definition.type_params.empty()) AppendTexts(definition.type_params);
  for (const uint32_t base : definition.bases) draft.details.push_back({0, base, 0});
  if (definition.keywords.empty()) return;
  draft.details.push_back({static_cast<uint32_t>(definition.keywords.size()), kNoRow, 0});
  for (const Definition::KeywordArgument& keyword : definition.keywords) {
    draft.details.push_back({0, draft.String(keyword.name), 0});
    draft.details.push_back({0, keyword.text, 0});
  }
}

uint32_t SummaryWalker::AddDefinition(const Node& name, std::string_view mangled,
                                      const Where& where, SymbolKind kind) {
  DraftSymbol symbol{};
  symbol.owner = where.scope->symbol;
  symbol.name = draft.String(mangled);
  symbol.kind = kind;
  symbol.offset = name.start();
  symbol.end_offset = name.start();
  symbol.guard = GuardRow(where.guard);
  names.Define(mangled);
  if (where.scope->kind == Scope::Kind::kClass && mangled == "__slots__") {
    draft.symbols[where.scope->symbol].flags.add(SymbolFlag::kSlots);
  }
  if (where.scope->kind == Scope::Kind::kModule && mangled == DunderAll::kName) all_.Lose();
  return draft.AddSymbol(symbol);
}

// Sets where a symbol ends, unless there is none.
void SummaryWalker::EndAt(uint32_t id, uint32_t end) {
  if (id == kNoRow) return;
  draft.symbols[id].end_offset = LastOffset(end, draft.symbols[id].offset);
}

// Keeps the docstring of a body, if it has one.
bool SummaryWalker::Docstring(const Node& body) {
  Node first;
  for (const Node& child : body.children()) {
    if (child.is_extra() && !child.is_error()) continue;
    first = child;
    break;
  }
  if (!first || first.kind() != NodeKind::kExpressionStatement) return false;
  const Node expression = OnlyChild(first);
  doc_.clear();
  if (!expression || !AppendStringValue(expression, doc_)) return false;
  buffer_.clear();
  AppendCleanDoc(doc_, buffer_);
  docs.push_back(draft.arena.Keep(buffer_));
  return true;
}

// What precedes the header: the name and the decorators.
SummaryWalker::Definition SummaryWalker::Define(const Node& node, const Where& where,
                                                SymbolKind kind, std::span<const Node> decorators) {
  Definition definition;
  definition.name = node.ChildByField(Field::kName);
  const Node& name = definition.name;
  if (!name) return definition;
  definition.written = Name(name);
  definition.mangled = Mangled(definition.written, *where.scope);
  names.Mention(definition.written);
  if (IsGlobal(definition.mangled, *where.scope)) {
    definition.global_id = BindOpaquely(name, definition.mangled, where, node.end());
    return definition;
  }
  definition.recorded = !name.is_missing() && where.scope->visible && !draft.full();
  if (!definition.recorded) return definition;
  DecoratorFlags(decorators, kind, definition.flags);
  for (const Node& decorator : decorators) {
    definition.decorators.push_back(Text(decorator, kMaxExpressionBytes));
  }
  return definition;
}

uint32_t SummaryWalker::Function(const Node& node, const Where& where,
                                 std::span<const Node> decorators) {
  Definition definition = Define(node, where, SymbolKind::kFunction, decorators);
  Node body;
  for (const Node& child : node.children()) {
    switch (child.field()) {
      case Field::kName:
        break;
      case Field::kBody:
        body = child;
        break;
      case Field::kParameters:
        Parameters(child, where, definition);
        break;
      case Field::kReturnType:
        Scan(child, where);
        if (definition.recorded) definition.returns = Text(child, kMaxExpressionBytes);
        break;
      case Field::kTypeParameters:
        Scan(child, where);
        if (definition.recorded) TypeParameters(child, definition.type_params);
        break;
      default:
        if (child.kind() == NodeKind::kTokenAsync) definition.flags.add(SymbolFlag::kAsync);
        Scan(child, where);
        break;
    }
  }
  const bool in_class = where.scope->kind == Scope::Kind::kClass && where.scope->visible;
  SymbolFlags& flags = definition.flags;
  if (in_class && !flags.has(SymbolFlag::kClassMethod) && !flags.has(SymbolFlag::kStaticMethod)) {
    if (definition.written == "__new__") flags.add(SymbolFlag::kStaticMethod);
    if (IsOneOf(definition.written, {"__init_subclass__", "__class_getitem__"})) {
      flags.add(SymbolFlag::kClassMethod);
    }
    if (flags.has(SymbolFlag::kClassMethod) || flags.has(SymbolFlag::kStaticMethod)) {
      flags.add(SymbolFlag::kImplicit);
    }
  }

  uint32_t id = kNoRow;
  if (definition.recorded) {
    id = AddDefinition(definition.name, definition.mangled, where, SymbolKind::kFunction);
    DraftSymbol& symbol = draft.symbols[id];
    symbol.details_begin = static_cast<uint32_t>(draft.details.size());
    FunctionDetail(definition);
    symbol.details_end = static_cast<uint32_t>(draft.details.size());
  }

  Scope scope{Scope::Kind::kFunction, false, true, draft.AddScope()};
  scope.class_name = where.scope->class_name;
  Receive(definition, where, scope);
  if (!body) return 0;
  if (id != kNoRow) {
    draft.symbols[id].doc = static_cast<uint32_t>(docs.size());
    draft.symbols[id].has_doc = Docstring(body);
  }
  const uint32_t end = Suite(body, {&scope, nullptr, where.depth});
  if (id != kNoRow) {
    if (scope.yields) flags.add(SymbolFlag::kGenerator);
    draft.symbols[id].flags = flags;
  }
  EndAt(id != kNoRow ? id : definition.global_id, end != 0 ? end : node.end());
  return end;
}

// Through which name the function's body, and what is nested in it, binds attributes.
void SummaryWalker::Receive(const Definition& definition, const Where& where, Scope& scope) {
  const Scope& outer = *where.scope;
  const auto& params = definition.params;
  if (definition.recorded && outer.kind == Scope::Kind::kClass) {
    const bool receives = !params.empty() && (params[0].kind == ParameterKind::kPositionalOnly ||
                                              params[0].kind == ParameterKind::kNormal);
    const bool is_class_method = definition.flags.has(SymbolFlag::kClassMethod);
    if (!receives || definition.flags.has(SymbolFlag::kStaticMethod)) return;
    scope.receiver = params[0].name;
    scope.receiver_class = outer.symbol;
    scope.receiver_kind = is_class_method ? SymbolKind::kVariable : SymbolKind::kAttribute;
    return;
  }
  const bool shadowed = std::any_of(params.begin(), params.end(), [&](const auto& param) {
    return param.name == outer.receiver;
  });
  if (shadowed) return;
  scope.receiver = outer.receiver;
  scope.receiver_class = outer.receiver_class;
  scope.receiver_kind = outer.receiver_kind;
}

void SummaryWalker::Bases(const Node& arguments, Definition& definition) {
  boost::unordered_flat_map<std::string_view, size_t, TextHash> rows;  // of the keywords
  for (const Node& child : arguments.children()) {
    if (child.is_extra() || child.is_error()) continue;
    std::string_view key;
    Node value;
    if (child.kind() == NodeKind::kKeywordArgument) {
      const Node name = child.ChildByField(Field::kName);
      value = child.ChildByField(Field::kValue);
      if (name) key = Name(name);
    } else if (child.kind() == NodeKind::kDictionarySplat) {
      key = "**";
      value = OnlyChild(child);
    } else {
      definition.bases.push_back(Text(child, kMaxExpressionBytes));
      const std::string_view base =
          NormalizeIdentifier(TailOf(child, Around::kSubscripts).name, draft.arena);
      if (base == "ABC") definition.flags.add(SymbolFlag::kAbstract);
      if (IsOneOf(base, {"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "ReprEnum"})) {
        definition.flags.add(SymbolFlag::kEnum);
      }
      if (base == "Protocol") definition.flags.add(SymbolFlag::kProtocol);
      if (base == "TypedDict") definition.flags.add(SymbolFlag::kTypedDict);
      if (base == "NamedTuple") definition.flags.add(SymbolFlag::kNamedTuple);
      continue;
    }
    if (!value || key.empty()) continue;
    if (key == "metaclass") {
      const std::string_view meta =
          NormalizeIdentifier(TailOf(value, Around::kSubscripts).name, draft.arena);
      if (meta == "ABCMeta") definition.flags.add(SymbolFlag::kAbstract);
      if (IsOneOf(meta, {"EnumMeta", "EnumType"})) definition.flags.add(SymbolFlag::kEnum);
    }
    const uint32_t text = Text(value, kMaxExpressionBytes);
    const auto [row, is_new] = rows.try_emplace(key, definition.keywords.size());
    if (is_new) {
      definition.keywords.push_back({key, text});
    } else {
      definition.keywords[row->second].text = text;
    }
  }
}

uint32_t SummaryWalker::Class(const Node& node, const Where& where,
                              std::span<const Node> decorators) {
  Definition definition = Define(node, where, SymbolKind::kClass, decorators);
  Node body;
  std::vector<Node> damaged;  // where the grammar lost its way, members may lie in errors
  for (const Node& child : node.children()) {
    if (child.field() == Field::kBody) {
      body = child;
    } else if (child.is_error()) {
      damaged.push_back(child);
    } else if (child.field() != Field::kName) {
      Scan(child, where);
    }
    if (!definition.recorded) continue;
    if (child.field() == Field::kTypeParameters) TypeParameters(child, definition.type_params);
    if (child.field() == Field::kSuperclasses) Bases(child, definition);
  }

  uint32_t id = kNoRow;
  Scope scope{Scope::Kind::kClass, false, where.scope->in_function, draft.AddScope()};
  if (definition.recorded) {
    id = AddDefinition(definition.name, definition.mangled, where, SymbolKind::kClass);
    draft.class_scopes[id] = scope.number;
    DraftSymbol& symbol = draft.symbols[id];
    symbol.flags = definition.flags;
    symbol.details_begin = static_cast<uint32_t>(draft.details.size());
    ClassDetail(definition);
    symbol.details_end = static_cast<uint32_t>(draft.details.size());
  }
  scope.symbol = id;
  scope.class_depth = where.scope->class_depth + 1;
  scope.visible = definition.recorded && scope.class_depth <= kMaxScopeDepth;
  scope.class_name = definition.written;
  scope.receiver = where.scope->receiver;
  scope.receiver_class = where.scope->receiver_class;
  scope.receiver_kind = where.scope->receiver_kind;
  if (body && id != kNoRow) {
    draft.symbols[id].doc = static_cast<uint32_t>(docs.size());
    draft.symbols[id].has_doc = Docstring(body);
  }
  const Where inside{&scope, nullptr, where.depth};
  for (const Node& error : damaged) Scan(error, inside);
  if (!body) return 0;
  const uint32_t end = Suite(body, inside);
  EndAt(id != kNoRow ? id : definition.global_id, end != 0 ? end : node.end());
  return end;
}

void MentionCollector::Clear() {
  ids_.Clear();
  mentions_.clear();
}

void MentionCollector::Mention(std::string_view name) {
  if (ids_.Insert(name).second) mentions_.push_back({name, false});
}

void MentionCollector::Define(std::string_view name) {
  const auto [id, is_new] = ids_.Insert(name);
  if (is_new) mentions_.push_back({name, false});
  mentions_[id].defined = true;
}

void SummaryWalker::Walk(const SyntaxTree& tree) {
  draft.Clear();
  names.Clear();
  docs.clear();
  stack_.clear();
  decorators_.clear();
  frames_.clear();
  all_.Reset(draft);
  source_ = tree.text();
  ascii_ = IsAscii(source_);
  Scope module{Scope::Kind::kModule, true, false, 0};
  draft.has_doc = Docstring(tree.root());
  Suite(tree.root(), {&module, nullptr, 0});
  all_.Finish();
}

}  // namespace coppice
