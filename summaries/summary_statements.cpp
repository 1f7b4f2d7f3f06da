// Statements: scopes, guards, imports.

#include <algorithm>

#include "summaries/dotted_tail.h"
#include "summaries/identifier.h"
#include "summaries/summary_walker.h"

namespace coppice {
namespace {

// The names of a dotted name, joined by dots and normalised.
std::string_view DottedName(const Node& node, std::string& buffer, TextArena& arena) {
  buffer.clear();
  for (const Node& child : node.children()) {
    if (child.kind() != NodeKind::kIdentifier) continue;
    if (!buffer.empty()) buffer += '.';
    buffer += NormalizeIdentifier(child.text(), arena);
  }
  return buffer;
}

}  // namespace

const SummaryWalker::GuardFrame* SummaryWalker::Under(const Where& where, GuardKind kind,
                                                      uint32_t branch, const Node& parent,
                                                      uint32_t begin, uint32_t end) {
  const uint32_t depth = where.guard == nullptr ? 1 : where.guard->depth + 1;
  frames_.push_back({where.guard, depth, kind, branch, parent, begin, end});
  return &frames_.back();
}

// Where the last statement of the block ends; 0 if there is none.
uint32_t SummaryWalker::Suite(const Node& block, const Where& where) {
  uint32_t end = 0;
  for (const Node& child : block.children()) {
    if (!child.is_extra() || child.is_error()) end = Statement(child, where);
  }
  return end;
}

uint32_t SummaryWalker::Statement(const Node& node, const Where& outer) {
  const Where where{outer.scope, outer.guard, outer.depth + 1};
  if (where.depth > kMaxStatementDepth) {
    Scan(node, where, Scanning::kNames);
    return node.end();
  }
  const size_t frames = frames_.size();
  uint32_t end = 0;
  switch (node.kind()) {
    case NodeKind::kIfStatement:
      end = If(node, where);
      break;
    case NodeKind::kForStatement:
    case NodeKind::kWhileStatement:
      end = Loop(node, where);
      break;
    case NodeKind::kTryStatement:
      end = Try(node, where);
      break;
    case NodeKind::kWithStatement:
      end = With(node, where);
      break;
    case NodeKind::kMatchStatement:
      end = Match(node, where);
      break;
    case NodeKind::kDecoratedDefinition:
      end = Decorated(node, where);
      break;
    case NodeKind::kFunctionDefinition:
      end = Function(node, where, {});
      break;
    case NodeKind::kClassDefinition:
      end = Class(node, where, {});
      break;
    case NodeKind::kBlock:
      end = Suite(node, where);
      break;
    case NodeKind::kExpressionStatement:
      ExpressionStatement(node, where);
      break;
    case NodeKind::kImportStatement:
    case NodeKind::kImportFromStatement:
    case NodeKind::kFutureImportStatement:
      Import(node, where);
      break;
    case NodeKind::kGlobalStatement:
      Global(node, where);
      break;
    case NodeKind::kTypeAliasStatement:
      TypeAlias(node, where);
      break;
    case NodeKind::kDeleteStatement:
      Delete(node, where);
      break;
    default:
      Scan(node, where);
      break;
  }
  while (frames_.size() > frames) frames_.pop_back();
  return end != 0 ? end : node.end();
}

// The statements of a clause: `else`, `finally`, `except`, `elif`.
uint32_t SummaryWalker::ClauseBody(const Node& clause, const Where& where) {
  uint32_t end = 0;
  for (const Node& child : clause.children()) {
    if (child.kind() == NodeKind::kBlock) {
      end = std::max(end, Suite(child, where));
    } else if (child.is_error()) {
      Scan(child, where);
    }
  }
  return end;
}

uint32_t SummaryWalker::If(const Node& node, const Where& where) {
  uint32_t end = 0;
  Where around = where;  // of the clause at hand: `elif` nests in the `else` of what precedes it
  const GuardFrame* otherwise = nullptr;
  const auto branches = [&](const Node& condition) {
    const GuardFrame* then =
        Under(around, GuardKind::kIf, 0, condition, condition.start(), condition.end());
    otherwise = Under(around, GuardKind::kIf, 1, condition, condition.start(), condition.end());
    return then;
  };
  const auto clause = [&](const Node& parent) {
    const GuardFrame* then = nullptr;
    for (const Node& child : parent.children()) {
      if (child.field() == Field::kCondition) {
        Scan(child, around);
        then = branches(child);
      } else if (child.field() == Field::kConsequence) {
        end = std::max(end, Suite(child, {where.scope, then, where.depth}));
      } else if (child.field() != Field::kAlternative) {
        Scan(child, around);
      }
    }
  };
  clause(node);
  for (const Node& child : node.children()) {
    if (child.field() != Field::kAlternative) continue;
    around.guard = otherwise;
    if (child.kind() == NodeKind::kElifClause) {
      clause(child);
    } else {
      end = std::max(end, ClauseBody(child, around));
    }
  }
  return end;
}

uint32_t SummaryWalker::Loop(const Node& node, const Where& where) {
  const bool is_for = node.kind() == NodeKind::kForStatement;
  const Node first = node.ChildByField(is_for ? Field::kLeft : Field::kCondition);
  const Node last = node.ChildByField(is_for ? Field::kRight : Field::kCondition);
  const uint32_t begin = first ? first.start() : node.start();
  const uint32_t header_end = first && last ? last.end() : begin;
  const Where body{where.scope, Under(where, GuardKind::kLoop, 0, node, begin, header_end),
                   where.depth};
  const Where otherwise{where.scope, Under(where, GuardKind::kLoop, 1, node, begin, header_end),
                        where.depth};
  uint32_t end = 0;
  for (const Node& child : node.children()) {
    switch (child.field()) {
      case Field::kLeft:
        Targets(child, body, Binding{});
        break;
      case Field::kBody:
        end = std::max(end, Suite(child, body));
        break;
      case Field::kAlternative:
        end = std::max(end, ClauseBody(child, otherwise));
        break;
      default:
        Scan(child, where);
        break;
    }
  }
  return end;
}

uint32_t SummaryWalker::Try(const Node& node, const Where& where) {
  const auto under = [&](GuardKind kind) {
    return Where{where.scope, Under(where, kind, 0, node, 0, 0), where.depth};
  };
  uint32_t end = 0;
  uint32_t handler = 0;
  for (const Node& child : node.children()) {
    switch (child.kind()) {
      case NodeKind::kBlock:
        end = std::max(end, Suite(child, under(GuardKind::kTry)));
        break;
      case NodeKind::kExceptClause:
        end = std::max(end, Except(child, where, handler++));
        break;
      case NodeKind::kElseClause:
        end = std::max(end, ClauseBody(child, under(GuardKind::kElse)));
        break;
      case NodeKind::kFinallyClause:
        end = std::max(end, ClauseBody(child, under(GuardKind::kFinally)));
        break;
      default:
        Scan(child, where);
        break;
    }
  }
  return end;
}

uint32_t SummaryWalker::Except(const Node& node, const Where& where, uint32_t branch) {
  uint32_t begin = 0;
  uint32_t type_end = 0;
  for (const Node& child : node.children()) {
    if (child.field() != Field::kValue) continue;
    // `E as x` may come as one pattern.
    const Node type = child.kind() == NodeKind::kAsPattern ? child.FirstChild() : child;
    if (type_end == 0) begin = type.start();
    type_end = type.end();
  }
  const GuardFrame* guard = Under(where, GuardKind::kExcept, branch, node, begin, type_end);
  const Where inner{where.scope, guard, where.depth};
  uint32_t end = 0;
  for (const Node& child : node.children()) {
    if (child.field() == Field::kAlias) {
      Targets(child, inner, Binding{});
    } else if (child.kind() == NodeKind::kBlock) {
      end = std::max(end, Suite(child, inner));
    } else {
      Scan(child, where, Scanning::kHeader, guard);
    }
  }
  return end;
}

uint32_t SummaryWalker::With(const Node& node, const Where& where) {
  const Node clause = node.ChildByKind(NodeKind::kWithClause);
  const uint32_t begin = clause ? clause.start() : 0;
  const GuardFrame* guard =
      Under(where, GuardKind::kWith, 0, node, begin, clause ? clause.end() : begin);
  uint32_t end = 0;
  for (const Node& child : node.children()) {
    if (child.field() == Field::kBody) {
      end = std::max(end, Suite(child, {where.scope, guard, where.depth}));
    } else {
      Scan(child, where, Scanning::kHeader, guard);
    }
  }
  return end;
}

uint32_t SummaryWalker::Match(const Node& node, const Where& where) {
  uint32_t begin = 0;
  uint32_t subject_end = 0;
  for (const Node& child : node.children()) {
    if (child.field() != Field::kSubject) continue;
    if (subject_end == 0) begin = child.start();
    subject_end = child.end();
  }
  const size_t comma = source_.find_first_not_of(" \t\f", subject_end);
  if (subject_end != 0 && comma < source_.size() && source_[comma] == ',') {
    subject_end = static_cast<uint32_t>(comma + 1);
  }
  uint32_t end = 0;
  uint32_t branch = 0;
  for (const Node& child : node.children()) {
    if (child.field() != Field::kBody) {
      Scan(child, where);
      continue;
    }
    for (const Node& clause : child.children()) {
      if (clause.kind() != NodeKind::kCaseClause) {
        if (!clause.is_extra() || clause.is_error()) Statement(clause, where);
        continue;
      }
      const GuardFrame* guard = Under(where, GuardKind::kMatch, branch++, node, begin, subject_end);
      end = std::max(end, Case(clause, where, guard));
    }
  }
  return end;
}

uint32_t SummaryWalker::Case(const Node& node, const Where& where, const GuardFrame* guard) {
  const Where inner{where.scope, guard, where.depth};
  uint32_t end = 0;
  for (const Node& child : node.children()) {
    if (child.field() == Field::kConsequence) {
      end = std::max(end, Suite(child, inner));
    } else {
      Scan(child, inner, child.field() == Field::kGuard ? Scanning::kPlain : Scanning::kPattern);
    }
  }
  return end;
}

void SummaryWalker::Import(const Node& node, const Where& where) {
  ImportedFrom from{node.kind() != NodeKind::kImportStatement, kNoRow, 0, node.end()};
  if (from.is_from) from.module = draft.String({});
  if (node.kind() == NodeKind::kFutureImportStatement) {
    from.module = draft.String("__future__");
    names.Mention("__future__");
  }
  for (const Node& child : node.children()) {
    if (child.field() == Field::kModuleName) {
      Node dotted = child;
      if (child.kind() == NodeKind::kRelativeImport) {
        dotted = child.ChildByKind(NodeKind::kDottedName);
        const Node prefix = child.ChildByKind(NodeKind::kImportPrefix);
        const std::string_view dots = prefix ? prefix.text() : std::string_view();
        from.level = static_cast<uint32_t>(std::count(dots.begin(), dots.end(), '.'));
      }
      if (dotted) from.module = draft.StringCopy(DottedName(dotted, buffer_, draft.arena));
    } else if (child.kind() == NodeKind::kWildcardImport) {
      ImportName(child, {}, where, from);
    } else if (child.field() == Field::kName) {
      const Node name =
          child.kind() == NodeKind::kAliasedImport ? child.ChildByField(Field::kName) : child;
      if (name) ImportName(child, name, where, from);
    }
    Scan(child, where, Scanning::kNames);
  }
}

// One name of an import statement: `node` with its alias, `name` without; none for `*`.
void SummaryWalker::ImportName(const Node& node, const Node& name, const Where& where,
                               const ImportedFrom& from) {
  if (draft.full()) return;
  Scope& scope = *where.scope;
  const std::string_view dotted = name ? DottedName(name, buffer_, draft.arena) : "*";
  const uint32_t text = draft.StringCopy(dotted);
  DraftImport import{};
  import.module = from.is_from ? from.module : text;
  import.name = from.is_from ? text : kNoRow;
  import.binds = kNoRow;
  import.alias = node.kind() == NodeKind::kAliasedImport;
  import.kind = scope.in_function                   ? ImportScope::kFunction
                : scope.kind == Scope::Kind::kClass ? ImportScope::kClass
                                                    : ImportScope::kModule;
  import.level = from.level;
  import.offset = node.start();
  import.scope = scope.number;
  import.owner = import.kind == ImportScope::kClass ? scope.symbol : kNoRow;
  import.guard = GuardRow(where.guard);

  Node bound = name;
  if (import.alias) {
    bound = node.ChildByField(Field::kAlias);
  } else if (name && name.kind() == NodeKind::kDottedName) {
    bound = name.FirstChild();
  }
  std::string_view binds = "*";
  if (name) {
    const std::string_view written = bound ? Name(bound) : dotted;
    binds = draft.strings[draft.StringCopy(Mangled(written, scope))];
    if (import.alias || binds != written) import.binds = draft.String(binds);
    names.Mention(binds);
  }
  draft.AddImport(import);

  if (name && bound) {
    if (IsGlobal(binds, scope)) {
      BindOpaquely(bound, binds, where, from.end_offset);
    } else if (scope.kind != Scope::Kind::kModule) {
      scope.imported.emplace(binds,
                             Scope::ImportedName{bound.start(), from.end_offset, import.guard});
    }
    if (scope.kind == Scope::Kind::kModule && binds == DunderAll::kName) {
      if (from.is_from && draft.strings[text] == DunderAll::kName) {
        all_.TakeOver(where.guard == nullptr ? DunderAll::Placing::kCertain
                                             : DunderAll::Placing::kGuarded);
      } else {
        all_.Lose();
      }
    }
  }
}

void SummaryWalker::Global(const Node& node, const Where& where) {
  Scope& scope = *where.scope;
  for (const Node& child : node.children()) {
    if (child.kind() != NodeKind::kIdentifier) continue;
    names.Mention(Name(child));
    if (scope.kind == Scope::Kind::kModule) continue;
    const std::string_view name = Mangled(Name(child), scope);
    if (!scope.globals.insert(name).second) continue;
    // CPython lets imports precede the declaration.
    const auto [first, last] = scope.imported.equal_range(name);
    for (auto entry = first; entry != last; ++entry) {
      const Scope::ImportedName& imported = entry->second;
      BindGlobal(name, imported.offset, LastOffset(imported.end_offset, imported.offset),
                 imported.guard, Binding{});
    }
  }
}

void SummaryWalker::Delete(const Node& node, const Where& where) {
  ScanChildren(node, where);
  const Scope& scope = *where.scope;
  const bool deletes_name = scope.kind == Scope::Kind::kModule || IsGlobal(DunderAll::kName, scope);
  const auto is_all = [&](Node target) {
    target = StripParentheses(target);
    const bool item = target && target.kind() == NodeKind::kSubscript;
    if (item) target = StripParentheses(target.ChildByField(Field::kValue));
    return (item || deletes_name) && all_.IsAll(target);
  };
  for (const Node& child : node.children()) {
    bool lost = is_all(child);
    if (child.kind() == NodeKind::kExpressionList || child.kind() == NodeKind::kTuple) {
      for (const Node& target : child.children()) lost = lost || is_all(target);
    }
    if (lost) LoseAll(where);
  }
}

}  // namespace coppice
