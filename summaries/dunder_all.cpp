#include "summaries/dunder_all.h"

#include <algorithm>
#include <iterator>

#include "summaries/dotted_tail.h"
#include "summaries/identifier.h"
#include "summaries/string_literal.h"

namespace coppice {
namespace {

uint64_t KeyOf(const DraftExport& entry) {
  return uint64_t{entry.text} << 1 | (entry.from_module ? 1 : 0);
}

// Removed entries keep their places, so that removing one moves no others.
bool IsRemoved(const DraftExport& entry) { return entry.text == kNoRow; }

// The string that a literal stands for. None is invented for \N{...}, which is not decoded.
bool AppendName(const Node& expression, std::string& out) {
  return AppendStringValue(expression, out, NamedEscapes::kRefused);
}

// `a.b.c` of names joined by dots, without white space; empty if `node` is anything else.
std::string DottedText(const Node& node) {
  std::vector<std::string_view> names;
  for (Node rest = node; rest;) {
    if (rest.kind() == NodeKind::kIdentifier) {
      names.push_back(rest.text());
      break;
    }
    const Node name = rest.ChildByField(Field::kAttribute);
    if (rest.kind() != NodeKind::kAttribute || !name) return {};
    names.push_back(name.text());
    rest = rest.ChildByField(Field::kObject);
  }
  std::string text;
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    if (!text.empty()) text += '.';
    text += *name;
  }
  return text;
}

bool KeepsContents(std::string_view method) {
  return method == "sort" || method == "reverse" || method == "copy" || method == "count" ||
         method == "index";
}

// The only argument of a call if that is a positional one.
Node OnlyArgument(const Node& call) {
  const Node arguments = call.ChildByField(Field::kArguments);
  if (!arguments || arguments.kind() != NodeKind::kArgumentList) return {};
  const Node argument = OnlyChild(arguments);
  if (!argument) return {};
  switch (argument.kind()) {
    case NodeKind::kKeywordArgument:
    case NodeKind::kListSplat:
    case NodeKind::kDictionarySplat:
      return {};
    default:
      return argument;
  }
}

}  // namespace

void DunderAll::Reset(SummaryDraft& draft) {
  draft_ = &draft;
  present_.clear();
  has_modules_ = false;
  lost_elsewhere_ = false;
  followed_ = 0;
  bound_.clear();
  submodules_.clear();
}

void DunderAll::Finish() {
  std::erase_if(draft_->exports, IsRemoved);
  if (lost_elsewhere_ && draft_->has_all) draft_->all_complete = false;
}

void DunderAll::Lose() {
  draft_->has_all = true;
  draft_->all_complete = false;
}

void DunderAll::Add(const Value& value) {
  draft_->has_all = true;
  draft_->all_complete = draft_->all_complete && value.complete;
  for (const DraftExport& entry : value.entries) {
    if (!present_.try_emplace(KeyOf(entry), draft_->exports.size()).second) continue;
    draft_->exports.push_back(entry);
    has_modules_ |= entry.from_module;
  }
}

void DunderAll::Replace(const Value& value, Placing placing) {
  if (placing == Placing::kCertain) {
    if (!value.extends) {
      draft_->exports.clear();
      present_.clear();
      has_modules_ = false;
    }
    draft_->all_complete = true;
  }
  Add(value);
}

void DunderAll::Assign(const Node& expression, Placing placing) {
  Value value;
  Evaluate(expression, value);
  Replace(value, placing);
}

void DunderAll::Extend(const Node& expression) {
  Value value;
  value.extends = true;
  Evaluate(expression, value);
  Add(value);
}

void DunderAll::TakeOver(Placing placing) {
  const DraftImport& import = draft_->imports.back();
  const std::string dots(import.level, '.');
  Value value;
  value.entries.push_back(
      {draft_->StringCopy(dots + std::string(draft_->strings[import.module])), true});
  Replace(value, placing);
}

bool DunderAll::IsAll(const Node& expression) const {
  return expression && expression.kind() == NodeKind::kIdentifier &&
         NormalizeIdentifier(expression.text(), draft_->arena) == kName;
}

// The name of the method that a call calls on `__all__`; empty if it is any other call.
std::string_view DunderAll::Method(const Node& call) const {
  const Node function = StripParentheses(call.ChildByField(Field::kFunction));
  if (!function || function.kind() != NodeKind::kAttribute) return {};
  const Node method = function.ChildByField(Field::kAttribute);
  if (!method || !IsAll(StripParentheses(function.ChildByField(Field::kObject)))) return {};
  return NormalizeIdentifier(method.text(), draft_->arena);
}

bool DunderAll::IsMethodCall(const Node& call) const { return !Method(call).empty(); }

bool DunderAll::IsChangedBy(const Node& call) const {
  const std::string_view name = Method(call);
  return !name.empty() && !KeepsContents(name);
}

void DunderAll::Call(const Node& call, Placing placing) {
  const std::string_view name = Method(call);
  const Node argument = OnlyArgument(call);
  if (KeepsContents(name)) return;
  if (name == "extend" && argument) {
    Extend(argument);
  } else if (std::string text; name == "append" && argument && AppendName(argument, text)) {
    Value value;
    value.entries.push_back({draft_->StringCopy(text), false});
    Add(value);
  } else if (name == "remove" && argument) {
    Remove(argument, placing);
  } else {
    Lose();
  }
}

void DunderAll::Remove(const Node& argument, Placing placing) {
  std::string text;
  if (!AppendName(argument, text)) return Lose();
  if (placing == Placing::kGuarded) return;
  const auto found = present_.find(KeyOf({draft_->StringCopy(text), false}));
  if (found != present_.end()) {
    draft_->exports[found->second].text = kNoRow;
    present_.erase(found);
  } else if (has_modules_) {
    Lose();
  }
}

void DunderAll::Evaluate(const Node& expression, Value& value) {
  pending_.assign(1, {expression, false});
  while (!pending_.empty()) {
    const Pending next = pending_.back();
    pending_.pop_back();
    if (std::string text; next.is_element && AppendName(next.node, text)) {
      value.entries.push_back({draft_->StringCopy(text), false});
    } else if (next.node) {
      EvaluateOne(next.node, value);
    } else {
      value.complete = false;
    }
  }
}

void DunderAll::EvaluateOne(const Node& node, Value& value) {
  switch (node.kind()) {
    case NodeKind::kParenthesizedExpression:
      pending_.push_back({OnlyChild(node), false});
      return;
    case NodeKind::kBinaryOperator: {
      const Node sign = node.ChildByField(Field::kOperator);
      if (!sign || sign.kind() != NodeKind::kTokenPlus) break;
      pending_.push_back({node.ChildByField(Field::kRight), false});
      pending_.push_back({node.ChildByField(Field::kLeft), false});
      return;
    }
    case NodeKind::kList:
    case NodeKind::kTuple:
    case NodeKind::kExpressionList:
      return Elements(node, value);
    case NodeKind::kIdentifier:
      if (IsAll(node)) {
        value.complete = value.complete && draft_->has_all && draft_->all_complete;
        // Not copied where it comes first: lists grow by `__all__ = __all__ + [...]`.
        if (value.entries.empty()) value.extends = true;
        if (value.extends) return;
        std::remove_copy_if(draft_->exports.begin(), draft_->exports.end(),
                            std::back_inserter(value.entries), IsRemoved);
        return;
      }
      if (const DraftImport* import = LastImport(NormalizeIdentifier(node.text(), draft_->arena));
          import != nullptr && import->name != kNoRow && draft_->strings[import->name] == kName) {
        const std::string dots(import->level, '.');
        value.entries.push_back(
            {draft_->StringCopy(dots + std::string(draft_->strings[import->module])), true});
        return;
      }
      break;
    case NodeKind::kAttribute:
      if (const Node name = node.ChildByField(Field::kAttribute); name && IsAll(name)) {
        return OtherModule(node.ChildByField(Field::kObject), value);
      }
      break;
    default:
      break;
  }
  value.complete = false;
}

void DunderAll::Elements(const Node& list, Value& value) {
  // Elements are evaluated in place unless one is an unpacking, whose turn comes in the order of
  // the stack: then those behind it wait there too.
  std::vector<Pending> waiting;
  for (const Node& element : list.children()) {
    if (element.is_extra()) continue;
    std::string text;
    if (element.kind() == NodeKind::kListSplat) {
      waiting.push_back({OnlyChild(element), false});
    } else if (AppendName(element, text)) {
      if (waiting.empty()) {
        value.entries.push_back({draft_->StringCopy(text), false});
      } else {
        waiting.push_back({element, true});
      }
    } else {
      value.complete = false;
    }
  }
  pending_.insert(pending_.end(), waiting.rbegin(), waiting.rend());
}

std::string_view DunderAll::Bound(const DraftImport& import) const {
  if (import.binds != kNoRow) return draft_->strings[import.binds];
  if (import.name != kNoRow) return draft_->strings[import.name];
  const std::string_view module = draft_->strings[import.module];
  return module.substr(0, module.find('.'));
}

// Takes in the imports that were added since the last time.
void DunderAll::FollowImports() {
  for (; followed_ != draft_->imports.size(); ++followed_) {
    const DraftImport& import = draft_->imports[followed_];
    if (import.kind != ImportScope::kModule) continue;
    bound_[Bound(import)] = followed_;
    if (import.level != 1 || import.name == kNoRow) continue;
    const std::string_view from = draft_->strings[import.module];
    submodules_.insert(from.substr(0, from.find('.')));
  }
}

const DraftImport* DunderAll::LastImport(std::string_view binds) {
  FollowImports();
  const auto found = bound_.find(binds);
  return found == bound_.end() ? nullptr : &draft_->imports[found->second];
}

void DunderAll::OtherModule(const Node& object, Value& value) {
  const std::string written = object ? DottedText(object) : std::string();
  const std::string dotted(NormalizeIdentifier(written, draft_->arena));
  if (dotted.empty()) {
    value.complete = false;
    return;
  }
  const size_t dot = std::min(dotted.find('.'), dotted.size());
  const std::string first = dotted.substr(0, dot);
  const std::string rest = dotted.substr(dot);
  std::string module;
  if (const DraftImport* import = LastImport(first)) {
    const std::string_view from = draft_->strings[import->module];
    if (import->name == kNoRow) {
      module = import->alias ? std::string(from) + rest : dotted;
    } else {
      module = std::string(import->level, '.');
      module += from;
      if (!from.empty()) module += '.';
      module += draft_->strings[import->name];
      module += rest;
    }
  } else {
    const bool relative = submodules_.contains(first);
    value.complete = value.complete && relative;
    module = relative ? "." + dotted : dotted;
  }
  value.entries.push_back({draft_->StringCopy(module), true});
}

}  // namespace coppice
