// What binds names and attributes, and the search of expressions for it.

#include <algorithm>

#include "summaries/dotted_tail.h"
#include "summaries/identifier.h"
#include "summaries/summary_walker.h"

namespace coppice {
namespace {

// Statements that error recovery may leave within anything.
bool IsStatement(NodeKind kind) {
  switch (kind) {
    case NodeKind::kImportStatement:
    case NodeKind::kImportFromStatement:
    case NodeKind::kFutureImportStatement:
    case NodeKind::kFunctionDefinition:
    case NodeKind::kClassDefinition:
    case NodeKind::kDecoratedDefinition:
    case NodeKind::kIfStatement:
    case NodeKind::kForStatement:
    case NodeKind::kWhileStatement:
    case NodeKind::kTryStatement:
    case NodeKind::kWithStatement:
    case NodeKind::kMatchStatement:
    case NodeKind::kExpressionStatement:
    case NodeKind::kGlobalStatement:
    case NodeKind::kTypeAliasStatement:
    case NodeKind::kDeleteStatement:
      return true;
    default:
      return false;
  }
}

// Whether a string literal may hold expressions: by its prefix, to pass the others over.
bool HasInterpolations(const Node& literal) {
  for (const char c : literal.text().substr(0, 2)) {
    if (c == 'f' || c == 'F' || c == 't' || c == 'T') return true;
    if (c == '"' || c == '\'') break;
  }
  return false;
}

// Whether a comma follows `offset` after white space and comments.
bool CommaFollows(std::string_view source, uint32_t offset) {
  for (size_t at = offset; at < source.size(); ++at) {
    const char c = source[at];
    if (c == ',') return true;
    if (c == '#') {
      at = std::min(source.find_first_of("\r\n", at), source.size());
    } else if (c != ' ' && c != '\t' && c != '\r' && c != '\n' && c != '\f' && c != '\\') {
      return false;
    }
  }
  return false;
}

// A target without the parentheses around it, which the grammar may take for a tuple of one.
Node StripTarget(std::string_view source, Node target) {
  while (target) {
    if (target.kind() != NodeKind::kTuplePattern && target.kind() != NodeKind::kTuple &&
        target.kind() != NodeKind::kParenthesizedExpression) {
      break;
    }
    const Node only = OnlyChild(target);
    if (!only || CommaFollows(source, only.end())) break;
    target = only;
  }
  return target;
}

}  // namespace

uint32_t SummaryWalker::GuardRow(const GuardFrame* frame) {
  while (frame != nullptr && frame->depth > kMaxGuardDepth) frame = frame->outer;
  if (frame == nullptr) return 0;
  if (frame->row == 0) {
    const uint32_t parent = GuardRow(frame->outer);
    const uint32_t test = frame->begin == frame->end
                              ? draft.String({})
                              : Text(frame->parent, frame->begin, frame->end, kMaxExpressionBytes);
    frame->row = draft.Guard({parent, static_cast<uint32_t>(frame->kind), test, frame->branch}) + 1;
  }
  return frame->row;
}

std::string_view SummaryWalker::Name(const Node& identifier) { return Name(identifier.text()); }

std::string_view SummaryWalker::Name(std::string_view text) {
  return ascii_ ? text : NormalizeIdentifier(text, draft.arena);
}

std::string_view SummaryWalker::Mangled(std::string_view name, const Scope& scope) {
  if (scope.class_name.empty()) return name;
  return MangleIdentifier(name, scope.class_name, draft.arena);
}

uint32_t SummaryWalker::Text(const Node& node, size_t limit) {
  return Text(node, node.start(), node.end(), limit);
}

uint32_t SummaryWalker::Text(const Node& parent, uint32_t begin, uint32_t end, size_t limit) {
  const std::string_view text = text_.Collapse(source_, parent, begin, end, limit);
  const bool in_source =
      text.data() >= source_.data() && text.data() < source_.data() + source_.size();
  return in_source ? draft.String(text) : draft.StringCopy(text);
}

// Offset of the last byte of what lies in [start, end).
uint32_t SummaryWalker::LastOffset(uint32_t end, uint32_t start) {
  return end > start ? end - 1 : start;
}

bool SummaryWalker::IsGlobal(std::string_view name, const Scope& scope) const {
  return scope.globals.contains(name);
}

void SummaryWalker::AppendValueDetail(const Binding& binding) {
  if (binding.form == ValueForm::kAbsent && binding.annotation == kNoRow) return;
  const bool annotated = binding.annotation != kNoRow;
  draft.details.push_back({static_cast<uint32_t>(DetailForm::kValue) |
                               (annotated ? kDetailAnnotationBit : 0) |
                               static_cast<uint32_t>(binding.form) << kDetailValueShift,
                           kNoRow, 0});
  if (annotated) draft.details.push_back({0, binding.annotation, 0});
  if (binding.form == ValueForm::kText) draft.details.push_back({0, binding.value, 0});
}

// Adds what is known of the value to `symbol`, and that to the draft.
uint32_t SummaryWalker::AddBinding(DraftSymbol symbol, std::string_view name,
                                   const Binding& binding) {
  symbol.details_begin = static_cast<uint32_t>(draft.details.size());
  AppendValueDetail(binding);
  symbol.details_end = static_cast<uint32_t>(draft.details.size());
  names.Define(name);
  return draft.AddSymbol(symbol);
}

uint32_t SummaryWalker::BindGlobal(std::string_view name, uint32_t offset, uint32_t end_offset,
                                   uint32_t guard, const Binding& binding) {
  if (draft.full()) return kNoRow;
  DraftSymbol symbol{};
  symbol.owner = kNoRow;
  symbol.name = draft.String(name);
  symbol.kind = SymbolKind::kVariable;
  symbol.flags = binding.flags;
  symbol.flags.add(SymbolFlag::kGlobal);
  symbol.offset = offset;
  symbol.end_offset = end_offset;
  symbol.guard = guard;
  if (name == DunderAll::kName) {
    all_.Lose();
    all_.LoseElsewhere();
  }
  return AddBinding(symbol, name, binding);
}

uint32_t SummaryWalker::BindOpaquely(const Node& identifier, std::string_view name,
                                     const Where& where, uint32_t end_offset) {
  return BindGlobal(name, identifier.start(), LastOffset(end_offset, identifier.start()),
                    GuardRow(where.guard), Binding{});
}

void SummaryWalker::BindName(const Node& identifier, const Where& where, const Binding& binding) {
  const Scope& scope = *where.scope;
  if (!scope.visible && scope.globals.empty()) return;
  const std::string_view name = Mangled(Name(identifier), scope);
  const uint32_t end_offset = LastOffset(
      binding.end_offset != 0 ? binding.end_offset : identifier.end(), identifier.start());
  if (IsGlobal(name, scope)) {
    BindGlobal(name, identifier.start(), end_offset, GuardRow(where.guard), binding);
    return;
  }
  if (!scope.visible || draft.full() || identifier.is_missing()) return;
  DraftSymbol symbol{};
  symbol.owner = scope.symbol;
  symbol.name = draft.String(name);
  symbol.kind = SymbolKind::kVariable;
  symbol.flags = binding.flags;
  symbol.offset = identifier.start();
  symbol.end_offset = end_offset;
  symbol.guard = GuardRow(where.guard);
  AddBinding(symbol, name, binding);
  if (scope.kind == Scope::Kind::kModule) {
    if (name == DunderAll::kName && !binding.follows_all) all_.Lose();
  } else if (name == "__slots__") {
    draft.symbols[scope.symbol].flags.add(SymbolFlag::kSlots);
  }
}

namespace {

// What an attribute or subscript that is bound belongs to. The grammar reads `*a.b` at the head of
// several targets as the attribute `b` of `*a`.
Node TargetObject(const Node& object) {
  const bool starred = object && object.kind() == NodeKind::kListSplat;
  return StripParentheses(starred ? OnlyChild(object) : object);
}

}  // namespace

void SummaryWalker::BindAttribute(const Node& attribute, const Where& where,
                                  const Binding& binding) {
  const Scope& scope = *where.scope;
  if (scope.receiver.empty() || draft.full()) return;
  const Node object = TargetObject(attribute.ChildByField(Field::kObject));
  const Node identifier = attribute.ChildByField(Field::kAttribute);
  if (!object || object.kind() != NodeKind::kIdentifier || Name(object) != scope.receiver ||
      !identifier || identifier.is_missing()) {
    return;
  }
  const std::string_view name = Mangled(Name(identifier), scope);
  DraftSymbol symbol{};
  symbol.owner = scope.receiver_class;
  symbol.name = draft.String(name);
  symbol.kind = scope.receiver_kind;
  symbol.flags = binding.flags;
  if (symbol.kind == SymbolKind::kAttribute) symbol.flags.remove(SymbolFlag::kTypeAlias);
  symbol.offset = identifier.start();
  symbol.end_offset = LastOffset(binding.end_offset != 0 ? binding.end_offset : identifier.end(),
                                 identifier.start());
  symbol.guard = GuardRow(where.guard);
  AddBinding(symbol, name, binding);
}

// Binds what `root` consists of: names, attributes, and sequences of targets.
void SummaryWalker::Targets(const Node& root, const Where& where, const Binding& binding) {
  const size_t base = stack_.size();
  for (Node node = root; node;) {
    Node next;
    switch (node.kind()) {
      case NodeKind::kIdentifier:
        names.Mention(Name(node));
        if (!binding.attributes_only) BindName(node, where, binding);
        break;
      case NodeKind::kAttribute:
        BindAttribute(node, where, binding);
        Scan(node, where);
        break;
      case NodeKind::kSubscript: {
        const Node object = TargetObject(node.ChildByField(Field::kValue));
        if (all_.IsAll(object)) LoseAll(where);
        Scan(node, where);
        break;
      }
      case NodeKind::kTuplePattern:
      case NodeKind::kListPattern:
      case NodeKind::kPatternList:
      case NodeKind::kListSplatPattern:
      case NodeKind::kListSplat:
      case NodeKind::kTuple:
      case NodeKind::kList:
      case NodeKind::kParenthesizedExpression:
      case NodeKind::kExpressionList:
      case NodeKind::kAsPatternTarget:
        next = node.FirstChild();
        break;
      default:
        if (!node.is_extra()) Scan(node, where);
        break;
    }
    if (next) {
      stack_.push_back(node);
      node = next;
      continue;
    }
    while (stack_.size() != base && !(next = node.NextSibling())) {
      node = stack_.back();
      stack_.pop_back();
    }
    if (stack_.size() == base) break;
    node = next;
  }
}

void SummaryWalker::Annotate(const Node& type, Binding& binding) {
  binding.annotation = Text(type, kMaxExpressionBytes);
  const std::string_view name =
      NormalizeIdentifier(TailOf(type, Around::kSubscripts).name, draft.arena);
  if (name == "Final") binding.flags.add(SymbolFlag::kFinal);
  if (name == "ClassVar") binding.flags.add(SymbolFlag::kClassVar);
  if (name == "TypeAlias") binding.flags.add(SymbolFlag::kTypeAlias);
}

void SummaryWalker::Assignment(const Node& node, const Where& where) {
  // Chained ones nest on the right.
  Node right = node;
  while (right && right.kind() == NodeKind::kAssignment) {
    right = right.ChildByField(Field::kRight);
  }
  // Nothing is kept of most assignments in functions.
  const Scope& scope = *where.scope;
  const bool binds = scope.visible || !scope.globals.empty() || !scope.receiver.empty();
  const bool in_module = scope.kind == Scope::Kind::kModule;
  uint32_t value = kNoRow;
  bool assigns_all = false;
  for (Node link = node; link && link.kind() == NodeKind::kAssignment;
       link = link.ChildByField(Field::kRight)) {
    const Node left = link.ChildByField(Field::kLeft);
    const Node type = link.ChildByField(Field::kType);
    if (!left) continue;
    if (!binds) {
      Targets(left, where, Binding{});
      if (type) Scan(type, where);
      continue;
    }
    const Node plain = StripTarget(source_, left);
    Binding binding;
    binding.end_offset = node.end();
    if (!right) {
      binding.form = ValueForm::kAbsent;
    } else if (plain.kind() == NodeKind::kIdentifier || plain.kind() == NodeKind::kAttribute) {
      if (value == kNoRow) value = Text(right, kMaxValueBytes);
      binding.form = ValueForm::kText;
      binding.value = value;
    }
    if (type) Annotate(type, binding);
    if (plain.kind() == NodeKind::kIdentifier) {
      binding.follows_all = true;
      // A target behind it may bind it again.
      if (right && in_module && !assigns_all && all_.IsAll(plain)) {
        all_.Assign(right, where.guard == nullptr ? DunderAll::Placing::kCertain
                                                  : DunderAll::Placing::kGuarded);
        assigns_all = true;
      }
    }
    if (!right && plain.kind() == NodeKind::kIdentifier && plain != left) {
      Scan(left, where);  // `(x): T` declares nothing
    } else {
      Targets(left, where, binding);
    }
    if (type) Scan(type, where);
  }
  if (!right) return;
  if (right.kind() == NodeKind::kAugmentedAssignment) {
    AugmentedAssignment(right, where);
  } else {
    Scan(right, where);
  }
}

void SummaryWalker::AugmentedAssignment(const Node& node, const Where& where) {
  const Node left = node.ChildByField(Field::kLeft);
  const Node sign = node.ChildByField(Field::kOperator);
  const Node right = node.ChildByField(Field::kRight);
  if (!left) return ScanChildren(node, where);
  const Node plain = StripTarget(source_, left);
  Binding binding;
  binding.end_offset = node.end();
  const bool extends_all = where.scope->kind == Scope::Kind::kModule && all_.IsAll(plain) && sign &&
                           right && sign.kind() == NodeKind::kTokenPlusEqual;
  binding.follows_all = extends_all;
  Targets(left, where, binding);
  if (extends_all) all_.Extend(right);
  if (right) Scan(right, where);
}

// `__all__` is changed in a way that is not followed.
void SummaryWalker::LoseAll(const Where& where) {
  if (where.scope->kind == Scope::Kind::kModule) {
    all_.Lose();
  } else {
    all_.LoseElsewhere();
  }
}

void SummaryWalker::ExpressionStatement(const Node& node, const Where& where) {
  if (where.scope->kind == Scope::Kind::kModule) {
    const Node only = OnlyChild(node);
    // The tree keeps no commas: `x,` is a tuple.
    const bool is_tuple = only && CommaFollows(source_.substr(0, node.end()), only.end());
    const Node call = StripParentheses(only);
    if (!is_tuple && call && call.kind() == NodeKind::kCall && all_.IsMethodCall(call)) {
      all_.Call(call, where.guard == nullptr ? DunderAll::Placing::kCertain
                                             : DunderAll::Placing::kGuarded);
      return ScanChildren(call, where);
    }
  }
  for (const Node& child : node.children()) {
    switch (child.kind()) {
      case NodeKind::kAssignment:
        Assignment(child, where);
        break;
      case NodeKind::kAugmentedAssignment:
        AugmentedAssignment(child, where);
        break;
      default:
        Scan(child, where);
        break;
    }
  }
}

void SummaryWalker::TypeAlias(const Node& node, const Where& where) {
  const Node left = node.ChildByField(Field::kLeft);
  const Node right = node.ChildByField(Field::kRight);
  ScanChildren(node, where);
  Node target = left;
  if (target && target.kind() == NodeKind::kType) target = OnlyChild(target);
  Node name = target;
  std::vector<uint32_t> type_params;
  if (target && target.kind() == NodeKind::kGenericType) {
    name = target.ChildByKind(NodeKind::kIdentifier);
    TypeParameters(target.ChildByKind(NodeKind::kTypeParameter), type_params);
  } else if (target && target.kind() == NodeKind::kSubscript) {
    name = target.ChildByField(Field::kValue);
    for (const Node& child : target.children()) {
      if (child.field() == Field::kSubscript)
        type_params.push_back(Text(child, kMaxExpressionBytes));
    }
  }
  if (!name || name.kind() != NodeKind::kIdentifier || draft.full()) return;
  const std::string_view mangled = Mangled(Name(name), *where.scope);
  if (IsGlobal(mangled, *where.scope)) {
    BindOpaquely(name, mangled, where, node.end());
    return;
  }
  if (!where.scope->visible) return;
  const uint32_t id = AddDefinition(name, mangled, where, SymbolKind::kTypeAlias);
  const uint32_t form = static_cast<uint32_t>(right ? ValueForm::kText : ValueForm::kOpaque);
  DraftSymbol& symbol = draft.symbols[id];
  symbol.end_offset = LastOffset(node.end(), name.start());
  symbol.details_begin = static_cast<uint32_t>(draft.details.size());
  draft.details.push_back({static_cast<uint32_t>(DetailForm::kValue) |
                               (type_params.empty() ? 0 : kDetailTypeParamsBit) |
                               form << kDetailValueShift,
                           kNoRow, 0});
  if (!type_params.empty()) AppendTexts(type_params);
  if (right) draft.details.push_back({0, Text(right, kMaxValueBytes), 0});
  symbol.details_end = static_cast<uint32_t>(draft.details.size());
}

// Names that a case pattern binds.
void SummaryWalker::Capture(const Node& node, const Where& where) {
  const Node parent = stack_.empty() ? Node() : stack_.back();
  Node name;
  if (node.kind() == NodeKind::kDottedName) {
    // Not the class of a class pattern, nor a key.
    if ((parent && parent.kind() == NodeKind::kClassPattern) || node.field() == Field::kKey) return;
    name = OnlyChild(node);
  } else {
    name = node.ChildByKind(NodeKind::kIdentifier);
  }
  if (name && name.kind() == NodeKind::kIdentifier && name.text() != "_") {
    BindName(name, where, Binding{});
  }
}

namespace {

// Whether what the grammar takes for `:=` within `ancestors` is the `:` of a replacement field
// whose format begins with `=`, as in f"{x:=+8}": no brackets stand between it and the field's own.
bool IsFormatOfField(std::span<const Node> ancestors) {
  for (; !ancestors.empty(); ancestors = ancestors.first(ancestors.size() - 1)) {
    switch (ancestors.back().kind()) {
      case NodeKind::kInterpolation:
      case NodeKind::kFormatExpression:
        return true;
      case NodeKind::kExpressionList:
      case NodeKind::kListSplat:
      case NodeKind::kConditionalExpression:
      case NodeKind::kBooleanOperator:
      case NodeKind::kNotOperator:
      case NodeKind::kYield:
      case NodeKind::kNamedExpression:
        break;
      case NodeKind::kSet:  // a field within such a format
        if (ancestors.size() < 2 ||
            ancestors[ancestors.size() - 2].kind() != NodeKind::kNamedExpression) {
          return false;
        }
        break;
      default:
        return false;
    }
  }
  return false;
}

}  // namespace

// Whether the node's children are still to be searched.
bool SummaryWalker::ScanOne(const Node& node, const Where& where, Scanning scanning,
                            const GuardFrame* inner, bool in_lambda) {
  switch (node.kind()) {
    case NodeKind::kString:
      return HasInterpolations(node);
    case NodeKind::kComment:
      return false;
    default:
      break;
  }
  // A bare `yield` has none.
  if (!node.HasChildren() && node.kind() != NodeKind::kYield) return false;
  switch (node.kind()) {
    case NodeKind::kCall:
      if (!all_.IsChangedBy(node)) return true;
      if (in_lambda) {
        all_.LoseElsewhere();
      } else {
        LoseAll(where);
      }
      return true;
    case NodeKind::kYield:
      if (!in_lambda) where.scope->yields = true;
      return true;
    case NodeKind::kNamedExpression: {
      const Node name = node.ChildByField(Field::kName);
      const Node value = node.ChildByField(Field::kValue);
      const Scope& scope = *where.scope;
      if (in_lambda || !name || (!scope.visible && scope.globals.empty())) return true;
      if (IsFormatOfField(stack_)) return true;
      Binding binding;
      if (value) {
        binding.form = ValueForm::kText;
        binding.value = Text(value, kMaxValueBytes);
      }
      BindName(name, where, binding);
      return true;
    }
    case NodeKind::kForInClause: {
      const Node left = node.ChildByField(Field::kLeft);
      if (in_lambda || where.scope->receiver.empty() || !left) return true;
      Binding binding;
      binding.attributes_only = true;
      Targets(left, where, binding);
      return true;
    }
    case NodeKind::kAsPatternTarget:
      if (scanning != Scanning::kHeader) return true;
      Targets(node, {where.scope, inner, where.depth}, Binding{});
      return false;
    case NodeKind::kAsPattern:
    case NodeKind::kDottedName:
    case NodeKind::kSplatPattern:
      if (scanning == Scanning::kPattern) Capture(node, where);
      return true;
    default:
      if (!IsStatement(node.kind())) return true;
      Statement(node, where);
      return false;
  }
}

// Mentions all names in an expression. Whether ScanOne may find anything else there, which is rare:
// what it looks for, by kind.
bool SummaryWalker::MentionNames(const Node& root, const Where& where, Scanning scanning) {
  bool more = false;
  scan_.ForEach(root, [&](NodeKind kind, uint32_t start, uint32_t end) {
    switch (kind) {
      case NodeKind::kIdentifier: {
        const std::string_view name = Name(source_.substr(start, end - start));
        names.Mention(name);
        if (name == DunderAll::kName) more = true;
        return;
      }
      case NodeKind::kYield:
      case NodeKind::kNamedExpression:
        more = true;
        return;
      case NodeKind::kForInClause:
        if (!where.scope->receiver.empty()) more = true;
        return;
      case NodeKind::kAsPatternTarget:
        if (scanning == Scanning::kHeader) more = true;
        return;
      case NodeKind::kAsPattern:
      case NodeKind::kDottedName:
      case NodeKind::kSplatPattern:
        if (scanning == Scanning::kPattern) more = true;
        return;
      default:
        if (IsStatement(kind)) more = true;
        return;
    }
  });
  return more && scanning != Scanning::kNames;
}

// Everything in an expression that binds, yields or mentions a name.
void SummaryWalker::Scan(const Node& root, const Where& where, Scanning scanning,
                         const GuardFrame* inner) {
  if (!MentionNames(root, where, scanning)) return;
  constexpr size_t kNoLambda = SIZE_MAX;
  const size_t base = stack_.size();
  size_t lambda = kNoLambda;  // size of the stack at the body of the outermost lambda
  for (Node node = root;;) {
    if (node.field() == Field::kBody && lambda == kNoLambda && stack_.size() != base &&
        stack_.back().kind() == NodeKind::kLambda) {
      lambda = stack_.size();
    }
    Node next;
    if (ScanOne(node, where, scanning, inner, lambda != kNoLambda)) next = node.FirstChild();
    if (next) {
      stack_.push_back(node);
      node = next;
      continue;
    }
    while (stack_.size() != base) {
      if (stack_.size() == lambda) lambda = kNoLambda;
      next = node.NextSibling();
      if (next) break;
      node = stack_.back();
      stack_.pop_back();
    }
    if (stack_.size() == base) return;
    node = next;
  }
}

void SummaryWalker::ScanChildren(const Node& node, const Where& where, Scanning scanning,
                                 const GuardFrame* inner) {
  for (const Node& child : node.children()) Scan(child, where, scanning, inner);
}

}  // namespace coppice
