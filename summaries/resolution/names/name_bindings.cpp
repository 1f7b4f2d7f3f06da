// What binds a name in a module or class, and where that leads.
#include <algorithm>

#include "summaries/resolution/expressions/expression_parts.h"
#include "summaries/resolution/names/name_engine.h"

namespace coppice {
namespace {

// `x = x`.
bool IsAliasOfItself(const Symbol& symbol) {
  if (symbol.kind() != SymbolKind::kVariable) return false;
  const SymbolDetails details = symbol.details();
  return details.value_form == ValueForm::kText && details.value == symbol.name();
}

bool IsInWith(const SummaryView& view, std::optional<uint32_t> guard) {
  while (guard && view.guard(*guard).kind != GuardKind::kWith) guard = view.OuterGuard(*guard);
  return guard.has_value();
}

// `@x.setter def x(...)`: part of the property that an earlier definition began.
bool IsAccessor(const SummaryView& view, const Symbol& symbol) {
  if (symbol.kind() != SymbolKind::kFunction || symbol.row() == 0) return false;
  const SymbolFlags flags = symbol.flags();
  if (!flags.has(SymbolFlag::kSetter) && !flags.has(SymbolFlag::kDeleter) &&
      !flags.has(SymbolFlag::kGetter)) {
    return false;
  }
  const Symbol before = view.symbol(symbol.row() - 1);
  if (before.name() != symbol.name() || before.owner() != symbol.owner()) return false;
  for (const std::string_view decorator : symbol.details().decorators) {
    if (decorator.substr(0, decorator.rfind('.')) == symbol.name()) return true;
  }
  return false;
}

}  // namespace

// The last one first.
NameResolver::Engine::Bindings NameResolver::Engine::BindingsOf(const ModuleState& state,
                                                                const Question& question) {
  const SummaryView& view = *state.view;
  const std::string_view name = names_.name(question.name);
  Bindings bindings;
  const RowRange rows = view.FindSymbols(
      question.IsOfClass() ? view.Members(question.row) : view.ModuleSymbols(), name);
  for (uint32_t row = rows.first; row < rows.last; ++row) {
    const Symbol symbol = view.symbol(row);
    if (symbol.kind() == SymbolKind::kAttribute) continue;
    bindings.push_back({symbol.order(), row, Binding::Kind::kSymbol, symbol.guard()});
  }
  const auto add_import = [&](uint32_t row, Binding::Kind kind) {
    const Import import = view.import(row);
    bindings.push_back({import.order, row, kind, import.guard});
  };
  const auto add_named = [&](const std::vector<NamedImport>& imports, Binding::Kind kind) {
    auto at = std::lower_bound(imports.begin(), imports.end(), NamedImport{question.name, 0});
    for (; at != imports.end() && at->name == question.name; ++at) add_import(at->row, kind);
  };
  if (question.IsOfClass()) {
    auto at = std::lower_bound(state.of_classes.begin(), state.of_classes.end(),
                               ClassImport{question.row, {question.name, 0}});
    for (; at != state.of_classes.end() && at->class_row == question.row &&
           at->import.name == question.name;
         ++at) {
      add_import(at->import.row, Binding::Kind::kImport);
    }
  } else {
    add_named(state.imports, Binding::Kind::kImport);
    for (const uint32_t row : state.stars) add_import(row, Binding::Kind::kStar);
    const size_t before = bindings.size();
    add_named(state.submodules, Binding::Kind::kSubmodule);
    // In stubs what is written counts before what happens by the way.
    for (size_t i = before; state.stub && i < bindings.size(); ++i) bindings[i].order = 0;
  }
  if (question.before != kNoLimit) {
    // Global names are bound when functions are called.
    const auto unseen = [&](const Binding& binding) {
      return binding.order >= question.before &&
             (binding.kind != Binding::Kind::kSymbol ||
              !view.symbol(binding.row).flags().has(SymbolFlag::kGlobal));
    };
    bindings.erase(std::remove_if(bindings.begin(), bindings.end(), unseen), bindings.end());
  }
  std::sort(bindings.begin(), bindings.end(), [](const Binding& a, const Binding& b) {
    return std::pair(a.order, b.kind) > std::pair(b.order, a.kind);
  });
  return bindings;
}

// The question as it is asked at a place of its scope: code that is run there sees what is bound
// before it. In stubs the order means nothing. What one binding alone may mean it means everywhere.
NameResolver::Engine::Question NameResolver::Engine::Before(Question question, uint32_t order) {
  const ModuleState& state = StateOf(question.module);
  if (order == kNoLimit || !state.view || state.stub) return question;
  ReadBindings(question);
  size_t before = 0;
  size_t behind = 0;
  bool stars = false;
  for (const Binding& binding : BindingsOf(state, question)) {
    if (binding.kind == Binding::Kind::kSymbol &&
        state.view->symbol(binding.row).flags().has(SymbolFlag::kGlobal)) {
      continue;
    }
    stars |= binding.kind == Binding::Kind::kStar;
    ++(binding.order < order ? before : behind);
  }
  if (before + behind == 0 || (behind == 0 && dependencies_ == nullptr)) return question;
  if (before + behind == 1 && !stars) {
    uint32_t around = kNobody;
    if (question.IsOfClass()) {
      around = Ask({question.module, kInside, question.name});
    } else if (builtins_ != kNoModule && builtins_ != question.module) {
      around = Ask({builtins_, kOwn, question.name});
    }
    if (nodes_[around].count == 0) return question;
  }
  Read({DependencyKind::kPlace, question.module,
        question.IsOfClass() ? question.row : Dependency::kModuleScope,
        names_.name(question.name)});
  if (behind != 0) question.before = order;
  return question;
}

void NameResolver::Engine::AskBindings(const Question& question, Findings& findings) {
  ModuleState& state = StateOf(question.module);
  ReadBindings(question);
  if (!state.view) {
    if (state.damaged) findings.obstacles.add(Obstacle::kDamaged);
    return;
  }
  Bindings bindings = BindingsOf(state, question);
  DropImportedBefore(question, bindings);
  const bool surely = FollowReached(question, bindings, findings);
  // Global names are bound when some function is called, if ever.
  for (const Binding& binding : bindings) {
    if (binding.kind != Binding::Kind::kSymbol) continue;
    const Symbol symbol = state.view->symbol(binding.row);
    if (symbol.flags().has(SymbolFlag::kGlobal) && !FollowGlobal(question, symbol, findings)) {
      Add(findings, {{question.module, binding.row}}, true);
    }
  }
  if (!surely && !question.IsOfClass() && state.stars_cut) {
    findings.obstacles.add(Obstacle::kTooMany);
  }
  if (!surely && (!findings.empty() || (findings.traits & kBound) != 0)) {
    findings.obstacles.add(Obstacle::kConditional);
  }
}

// A submodule is bound to its name when it is first imported, and stays what it is bound to then.
void NameResolver::Engine::DropImportedBefore(const Question& question, Bindings& bindings) {
  const auto binds = [](const Binding& binding) {
    return binding.kind == Binding::Kind::kSubmodule;
  };
  if (std::none_of(bindings.begin(), bindings.end(), binds)) return;
  const SummaryView& view = *StateOf(question.module).view;
  GuardRows imported;  // under which it is there already
  for (size_t i = bindings.size(); i-- > 0 && imported.size() < kMaxGuards;) {
    const Binding binding = bindings[i];
    const bool own = ImportsOwnChild(question, binding);
    if (own ? i + 1 != bindings.size() : !binds(binding)) continue;  // it takes what is bound
    const Truth truth = TruthOf(question, binding.guard);
    if (truth == Truth::kFalse) continue;
    const auto at = bindings.begin() + static_cast<ptrdiff_t>(i);
    if (truth == Truth::kTrue) {
      bindings.erase(std::remove_if(bindings.begin(), at, binds), at);
      return;
    }
    bool again = false;
    for (auto guard = binding.guard; guard && !again; guard = view.OuterGuard(*guard)) {
      again = std::find(imported.begin(), imported.end(), *guard) != imported.end();
    }
    if (!again) imported.push_back(*binding.guard);
    // The same statement, or its next part, may bind the name to something else.
    const bool replaced = i != 0 && bindings[i - 1].kind == Binding::Kind::kImport &&
                          bindings[i - 1].guard == binding.guard;
    if (binds(binding) && (again || replaced)) bindings.erase(at);
  }
}

// The bindings that the module's or class's own code may reach, from the last one back. Whether one
// of them is reached in any case.
bool NameResolver::Engine::FollowReached(const Question& question, const Bindings& bindings,
                                         Findings& findings) {
  ModuleState& state = StateOf(question.module);
  GuardRows bound_under;
  std::optional<uint32_t> self_alias;
  std::optional<Binding> own_child;
  Truth submodule = Truth::kFalse;  // whether that is bound, if nothing is instead
  for (size_t i = 0; i < bindings.size(); ++i) {
    const Binding& binding = bindings[i];
    uint8_t condition = static_cast<uint8_t>(Truth::kTrue);
    if (binding.guard) condition = ConditionOf(question, *binding.guard);
    const auto truth = static_cast<Truth>(condition & Condition::kTruthMask);
    if (truth == Truth::kFalse) continue;
    const bool late = (condition & Condition::kHandler) != 0;
    bool bound = false;
    if (ImportsOwnChild(question, binding)) {
      if (!own_child) own_child = binding;
      continue;
    }
    switch (binding.kind) {
      case Binding::Kind::kSubmodule:
        if (!AddSubmodule(question.module, names_.name(question.name), findings)) break;
        bound = !MayBeImportedBefore(question, bindings, i);
        if (submodule != Truth::kTrue) submodule = truth;
        break;
      case Binding::Kind::kImport: {
        const size_t before = findings.size();
        bound = FollowImport(question, binding.row, late, findings);
        if (bound && findings.size() == before && IsInWith(*state.view, binding.guard)) {
          // As `with suppress(ImportError)` has it.
          findings.traits |= kBound;
          bound = false;
        }
        break;
      }
      case Binding::Kind::kStar:
        bound = FollowStar(question, binding.row, late, findings);
        break;
      case Binding::Kind::kSymbol: {
        const Symbol symbol = state.view->symbol(binding.row);
        if (symbol.flags().has(SymbolFlag::kGlobal) || IsAccessor(*state.view, symbol) ||
            (i + 1 < bindings.size() && Decorates(state, symbol, bindings[i + 1]))) {
          break;
        }
        if (IsAliasOfItself(symbol)) {
          self_alias = binding.row;
        } else if (symbol.kind() == SymbolKind::kVariable && !state.stub &&
                   symbol.details().value_form == ValueForm::kAbsent) {
          // `x: int` alone binds nothing when it is run.
          Add(findings, {{question.module, binding.row}}, late);
        } else {
          bound = true;
          FollowSymbol(question, symbol, late, findings);
        }
        break;
      }
    }
    if (!bound) continue;
    findings.traits |= kBound;
    if (truth == Truth::kTrue || IsBoundAnyway(question, *binding.guard, bound_under)) {
      return true;
    }
  }
  if (!question.IsOfClass()) Read({DependencyKind::kStars, question.module});
  if (own_child && submodule != Truth::kTrue &&
      FollowImport(question, own_child->row, false, findings)) {
    const bool sure = TruthOf(question, own_child->guard) == Truth::kTrue;
    if (sure || own_child->kind == Binding::Kind::kSubmodule) {
      submodule = sure ? Truth::kTrue : Truth::kUnknown;
    }
  }
  // As from outside, it is there if nothing else is.
  if (submodule == Truth::kTrue || (submodule == Truth::kUnknown && findings.size() == 1)) {
    findings.traits |= kBound;
    return true;
  }
  if (!self_alias || !findings.empty()) return false;
  FollowAliasOfItself(question, *self_alias, findings);
  return TruthOf(question, state.view->symbol(*self_alias).guard()) == Truth::kTrue;
}

// A package's `from . import x`: what it has bound to `x` before, else the submodule.
bool NameResolver::Engine::ImportsOwnChild(const Question& question, const Binding& binding) {
  if (binding.kind == Binding::Kind::kSymbol) return false;
  const Import import = StateOf(question.module).view->import(binding.row);
  return import.name && *import.name == names_.name(question.name) &&
         Find(import.module, question.module, import.level) == question.module;
}

// Whether code that was run before the binding in front of `number` in the text may have imported
// the submodule, so that this binding stays.
bool NameResolver::Engine::MayBeImportedBefore(const Question& question, const Bindings& bindings,
                                               size_t number) {
  const uint32_t first = StateOf(question.module).first_related;
  for (size_t i = number + 1; i < bindings.size() && bindings[i].order >= first; ++i) {
    const Binding& binding = bindings[i];
    if (binding.kind != Binding::Kind::kSubmodule && !ImportsOwnChild(question, binding)) {
      return true;
    }
  }
  return false;
}

// Whether one of two complementary branches is always taken: `guard` and one of those in `seen`, to
// which it is added. What a pair of branches surely binds is bound under the guard around them.
bool NameResolver::Engine::IsBoundAnyway(const Question& question, uint32_t guard,
                                         GuardRows& seen) {
  const SummaryView& view = *StateOf(question.module).view;
  const auto tries = [](GuardKind kind) {
    return kind == GuardKind::kTry || kind == GuardKind::kElse;
  };
  const auto complement = [&](uint32_t a, uint32_t b) {
    if (view.OuterGuard(a) != view.OuterGuard(b)) return false;
    const Guard x = view.guard(a);
    const Guard y = view.guard(b);
    if (x.kind == GuardKind::kIf && y.kind == GuardKind::kIf) {
      return x.test == y.test && x.branch != y.branch;
    }
    return (tries(x.kind) && y.kind == GuardKind::kExcept) ||
           (x.kind == GuardKind::kExcept && tries(y.kind));
  };
  for (;;) {
    const bool paired = std::any_of(seen.begin(), seen.end(),
                                    [&](uint32_t other) { return complement(guard, other); });
    if (seen.size() < kMaxGuards) seen.push_back(guard);
    if (!paired) return false;
    const std::optional<uint32_t> outer = view.OuterGuard(guard);
    if (!outer) return true;
    const uint8_t condition = ConditionOf(question, *outer);
    if (static_cast<Truth>(condition & Condition::kTruthMask) == Truth::kTrue) return true;
    guard = *outer;
  }
}

// `open = open`: what it was before, in what is around.
void NameResolver::Engine::FollowAliasOfItself(const Question& question, uint32_t row,
                                               Findings& findings) {
  const uint32_t line = StateOf(question.module).view->symbol(row).line();
  const Step step{Step::Kind::kAlias, question.module, line, Traced(names_.name(question.name))};
  uint32_t node = kNobody;
  if (question.IsOfClass()) {
    node = Ask({question.module, kInside, question.name});
  } else if (builtins_ != kNoModule && builtins_ != question.module) {
    node = Ask({builtins_, kOwn, question.name});
  }
  if (!AddAnswer(findings, node, false, step)) Add(findings, {{question.module, row}}, false);
  findings.traits |= kBound;
}

// `f = decorate(f)` behind `def f` or `class f`.
bool NameResolver::Engine::Decorates(const ModuleState& state, const Symbol& symbol,
                                     const Binding& before) {
  if (symbol.kind() != SymbolKind::kVariable || before.kind != Binding::Kind::kSymbol) return false;
  const SymbolKind kind = state.view->symbol(before.row).kind();
  if (kind != SymbolKind::kClass && kind != SymbolKind::kFunction) return false;
  const SymbolDetails details = symbol.details();
  return details.value_form == ValueForm::kText && IsCallWith(details.value, symbol.name());
}

// --- Symbols ---------------------------------------------------------------------------------

void NameResolver::Engine::FollowSymbol(const Question& question, const Symbol& symbol, bool late,
                                        Findings& findings) {
  bool itself = true;
  if (symbol.kind() == SymbolKind::kVariable) {
    const SymbolDetails details = symbol.details();
    if (details.value_form == ValueForm::kText) {
      Texts targets;
      itself = !FindAliases(details.value, targets);
      for (const std::string_view target : targets) {
        if (!FollowAlias(question, symbol, target, late, findings)) itself = true;
      }
    }
  }
  if (itself) Add(findings, {{question.module, symbol.row()}}, late);
}

// The names that an expression may give the value of: itself, or those of `a if test else b` and
// `a or b`. Whether it gives nothing else.
bool NameResolver::Engine::FindAliases(std::string_view value, Texts& names) {
  if (IsDottedName(value)) {
    names.push_back(value);
    return true;
  }
  if (value.find(" if ") == std::string_view::npos &&
      value.find(" or ") == std::string_view::npos) {
    return false;
  }
  parser_.Parse(value);
  const ExpressionNode& root = parser_.node(parser_.root());
  const bool conditional = root.kind == ExpressionKind::kConditional;
  if (!conditional &&
      (root.kind != ExpressionKind::kBoolean || root.op != ExpressionOperator::kOr)) {
    return false;
  }
  uint32_t child = root.first_child;
  if (conditional) {
    tests_.Parse(parser_.TextOf(child));
    const Truth truth = EvaluateCondition(tests_, target_);
    const uint32_t if_true = parser_.node(child).next_sibling;
    const uint32_t if_false = parser_.node(if_true).next_sibling;
    if (truth != Truth::kUnknown) {
      const std::string_view text = parser_.TextOf(truth == Truth::kTrue ? if_true : if_false);
      if (IsDottedName(text)) names.push_back(text);
      return !names.empty();
    }
    child = if_true;
  }
  bool all = true;
  for (; child != kNoExpression; child = parser_.node(child).next_sibling) {
    const std::string_view text = parser_.TextOf(child);
    if (IsDottedName(text)) {
      names.push_back(text);
    } else {
      all = false;
    }
  }
  return all;
}

// Whether the target is known, and all that it stands for is what an alias has rather than a value
// that a variable has.
bool NameResolver::Engine::FollowAlias(const Question& question, const Symbol& symbol,
                                       std::string_view target, bool late, Findings& findings) {
  if (target.substr(0, target.find('.')) == symbol.name()) return false;
  Scope scope{question.module, {}};
  if (question.IsOfClass()) scope.class_row = question.row;
  Findings targets = LookupDotted(scope, target, symbol.order());
  const size_t all = targets.size();
  const auto is_value = [&](const Found& found) { return !IsDefinition(found.definition); };
  const auto erase_values = [&](auto& found) {
    found.erase(std::remove_if(found.begin(), found.end(), is_value), found.end());
  };
  erase_values(targets.usual);
  erase_values(targets.late);
  if (targets.empty()) return false;
  TakeOver(findings, targets, late,
           {Step::Kind::kAlias, question.module, symbol.line(), Traced(target)});
  return targets.size() == all;
}

bool NameResolver::Engine::IsDefinition(Definition definition) {
  if (definition.is_module()) return true;
  const SymbolKind kind = KindOf(definition);
  return kind == SymbolKind::kClass || kind == SymbolKind::kFunction ||
         kind == SymbolKind::kTypeAlias;
}

// A global name may be bound by an import in a function, or to what one binds there. Whether it is
// that and nothing else.
bool NameResolver::Engine::FollowGlobal(const Question& question, const Symbol& symbol,
                                        Findings& findings) {
  ModuleState& state = StateOf(question.module);
  if (!state.in_calls) {
    state.in_calls.emplace();
    for (uint32_t row = 0; row < state.view->import_count(); ++row) {
      const Import import = state.view->import(row);
      if (import.scope == ImportScope::kFunction && import.binds != "*") {
        state.in_calls->push_back({names_.Intern(import.binds), row});
      }
    }
    std::sort(state.in_calls->begin(), state.in_calls->end());
  }
  const SymbolDetails details = symbol.details();
  const bool alias = details.value_form == ValueForm::kText && IsDottedName(details.value);
  const NameId name = alias ? names_.Intern(details.value) : question.name;
  Read(
      {DependencyKind::kCallImports, question.module, Dependency::kModuleScope, names_.name(name)});
  if (!alias && details.value_form == ValueForm::kText) return false;
  const size_t before = findings.size();
  auto at = std::lower_bound(state.in_calls->begin(), state.in_calls->end(), NamedImport{name, 0});
  for (; at != state.in_calls->end() && at->name == name; ++at) {
    // An import in another function may bind a local name.
    if (!alias && state.view->import(at->row).line != symbol.line()) continue;
    FollowImport(question, at->row, true, findings);
  }
  // Which function's name an alias takes is not known.
  return !alias && findings.size() != before;
}

// --- Imports ---------------------------------------------------------------------------------

// Whether the module's text may bind the name in front of a place. Keeps no answer.
bool NameResolver::Engine::IsBoundBefore(ModuleRef module, NameId name, uint32_t order) {
  const Question question{module, kOwn, name};
  ReadBindings(question);
  Read({DependencyKind::kPlace, module, Dependency::kModuleScope, names_.name(name)});
  const ModuleState& state = StateOf(module);
  const Bindings bindings = BindingsOf(state, question);
  return !state.stub && std::any_of(bindings.begin(), bindings.end(), [&](const Binding& binding) {
    return binding.order < order && !ImportsOwnChild(question, binding);
  });
}

// What a stub imports is its own affair, unless it says otherwise (typing specification,
// "Import conventions").
bool NameResolver::Engine::IsReExported(ModuleState& state, const Import& import) {
  if (import.alias && import.binds == (import.name ? *import.name : import.module)) return true;
  Read({DependencyKind::kListed, state.module, Dependency::kModuleScope, import.binds});
  const Exports& exports = ExportsOf(state);
  return std::binary_search(exports.names.begin(), exports.names.end(),
                            names_.Intern(import.binds));
}

// Whether it binds the name: what is not known may have been made by code, or what is imported
// lacks it and the module fails.
bool NameResolver::Engine::FollowImport(const Question& question, uint32_t row, bool late,
                                        Findings& findings) {
  ModuleState& state = StateOf(question.module);
  const Import import = state.view->import(row);
  if (state.stub && question.row == kOwn && !IsReExported(state, import)) return false;
  bool binds = false;
  const bool found = ForEachModule(
      question.module, import.level, import.module, findings.obstacles, [&](ModuleRef target) {
        binds |= FollowImportFrom(question, import, target, late, findings);
      });
  return binds || !found;
}

bool NameResolver::Engine::FollowImportFrom(const Question& question, const Import& import,
                                            ModuleRef target, bool late, Findings& findings) {
  Step step{Step::Kind::kImport, question.module, import.line, {}};
  if (tracing_) {
    step.name = std::string(import.level, '.').append(import.module);
    if (import.name) step.name.append(import.module.empty() ? "" : ".").append(*import.name);
  }
  if (!import.name) {
    // `import a.b` binds `a`; `import a.b as c` binds `a.b`.
    const size_t dot = import.module.rfind('.');
    if (runtime_ && import.alias && dot != std::string_view::npos) {
      // Of `a.b` what `a` has under that name, else the module (IMPORT_FROM).
      const ModuleRef parent = Find(import.module.substr(0, dot), question.module, import.level);
      const uint32_t node =
          parent == kNoModule
              ? kNobody
              : Ask({parent, kAttribute, names_.Intern(import.module.substr(dot + 1))});
      if (nodes_[node].count != 0) {
        AddAnswer(findings, node, late, step);
        return true;
      }
    }
    const std::string_view top = import.module.substr(0, import.module.find('.'));
    const ModuleRef bound = import.alias ? target : Find(top, question.module, import.level);
    if (bound == kNoModule) {
      findings.obstacles.add(Obstacle::kMissingModule);
    } else {
      Add(findings, {{bound}, MakeLink(step, kNoLink)}, late);
    }
    return true;
  }
  if (target == question.module && *import.name == names_.name(question.name)) {
    // A package's `from . import x`: nothing else can be bound to it yet.
    const ModuleRef child = FindChild(target, *import.name);
    if (child == kNoModule) {
      findings.obstacles.add(Obstacle::kMissingName);
      return false;
    }
    Add(findings, {{child}, MakeLink(step, kNoLink)}, late);
    return true;
  }
  const NameId name = names_.Intern(*import.name);
  if (target == question.module && !question.IsOfClass()) {
    // `from . import path as _path`: what is bound to `path` before, else the submodule.
    const ModuleRef child = FindChild(target, *import.name);
    if (child != kNoModule && !IsBoundBefore(target, name, import.order)) {
      Add(findings, {{child}, MakeLink(step, kNoLink)}, late);
      return true;
    }
  }
  uint32_t node = Ask({target, kAttribute, name});
  if (runtime_ && StateOf(question.module).stub && nodes_[node].count == 0) {
    // The stub of a compiled module may take from that of a module whose source takes from it.
    const ModuleRef stub = StubOf(target);
    if (stub != kNoModule) node = Ask({stub, kOwn, name});
  }
  AddAnswer(findings, node, late, step);
  return !LeadsBackOnly(node);
}

// Then it takes what was bound before.
bool NameResolver::Engine::LeadsBackOnly(uint32_t node) const {
  return nodes_[node].count == 0 && FindingsOf(node).obstacles.has(Obstacle::kCycle);
}

// Whether `from module import *` takes the name if it is bound there.
bool NameResolver::Engine::IsInAll(ModuleRef module, NameId name, Obstacles& obstacles) {
  const ModuleState& state = StateOf(module);
  Read({DependencyKind::kAll, module});
  if (!state.view) return false;
  if (!state.view->has_all()) return !names_.name(name).starts_with('_');
  const uint32_t node = Ask({module, kListed, name});
  obstacles.add(nodes_[node].obstacles);
  return nodes_[node].count != 0;
}

// Whether the module's own text, or what it imports by a star, may bind the name. Keeps no answer.
bool NameResolver::Engine::MayBind(const ModuleState& state, NameId name) const {
  const auto holds = [&](const std::vector<NamedImport>& imports) {
    const auto at = std::lower_bound(imports.begin(), imports.end(), NamedImport{name, 0});
    return at != imports.end() && at->name == name;
  };
  return !state.stars.empty() || holds(state.imports) || holds(state.submodules) ||
         !state.view->FindSymbols(state.view->ModuleSymbols(), names_.name(name)).empty();
}

// Whether a star import may bind the name. Keeps no answer.
bool NameResolver::Engine::StarMayBind(ModuleRef importer, uint32_t row, NameId name) {
  Read({DependencyKind::kStars, importer});
  const Import import = StateOf(importer).view->import(row);
  const ModuleRef target = Find(import.module, importer, import.level);
  // What is not there binds nothing, but its package may have bound it: os.path.
  if (target == kNoModule) return import.module.find('.') != import.module.npos;
  const std::string_view text = names_.name(name);
  const ModuleState& state = StateOf(target);
  Read({DependencyKind::kAll, target});
  if (!state.view) return !text.starts_with('_');
  if (!state.view->has_all()) {
    if (text.starts_with('_')) return false;
    Read({DependencyKind::kBindings, target, Dependency::kModuleScope, text});
    Read({DependencyKind::kStars, target});
    return MayBind(state, name);
  }
  Read({DependencyKind::kListed, target, Dependency::kModuleScope, text});
  for (uint32_t at = 0; at < state.view->export_count(); ++at) {
    const Export exported = state.view->exported(at);
    if (exported.from_module || exported.text == text) return true;
  }
  return !state.view->all_complete();
}

// Whether it binds the name to anything.
bool NameResolver::Engine::FollowStar(const Question& question, uint32_t row, bool late,
                                      Findings& findings) {
  Read({DependencyKind::kStars, question.module});
  const Import import = StateOf(question.module).view->import(row);
  bool binds = false;
  ForEachModule(
      question.module, import.level, import.module, findings.obstacles,
      [&](ModuleRef target) { binds |= FollowStarFrom(question, import, target, late, findings); });
  return binds;
}

bool NameResolver::Engine::FollowStarFrom(const Question& question, const Import& import,
                                          ModuleRef target, bool late, Findings& findings) {
  const ModuleState& state = StateOf(target);
  if (!IsInAll(target, question.name, findings.obstacles)) {
    if (finder_->form(target) == ModuleForm::kCompiled) {
      findings.obstacles.add(Obstacle::kOpaqueModule);
    }
    return false;
  }
  if (!state.view->has_all()) {
    Read({DependencyKind::kBindings, target, Dependency::kModuleScope, names_.name(question.name)});
    Read({DependencyKind::kStars, target});
    if (!MayBind(state, question.name)) return false;
  }
  // A name that is listed is imported if it is a submodule.
  const uint32_t node = Ask({target, state.view->has_all() ? kAttribute : kOwn, question.name});
  if (!nodes_[node].bound() || LeadsBackOnly(node)) return false;
  AddAnswer(findings, node, late,
            {Step::Kind::kStar, question.module, import.line,
             tracing_ ? finder_->name(target) : std::string()});
  return true;
}

}  // namespace coppice
