// Classes: the order of their bases, and members through it.
#include <algorithm>

#include "summaries/resolution/expressions/expression_parts.h"
#include "summaries/resolution/names/class_order.h"
#include "summaries/resolution/names/name_engine.h"

namespace coppice {
NameResolver::Engine::Findings NameResolver::Engine::FindBase(const Scope& scope,
                                                              std::string_view text,
                                                              uint32_t order) {
  if (IsDottedName(text)) return LookupDotted(scope, text, order);
  parser_.Parse(text);
  uint32_t node = parser_.root();
  while (KindAt(parser_, node) == ExpressionKind::kSubscript) {
    node = parser_.node(node).first_child;
  }
  if (IsDottedName(parser_, node)) {
    std::string name(parser_.TextOf(node));
    std::erase_if(name, [](char c) { return c == ' ' || c == '(' || c == ')'; });
    return LookupDotted(scope, name, order);
  }
  Texts names;
  FindAliases(text, names);  // `A if test else B`
  if (names.empty()) return {};
  return LookupDotted(scope, names.front(), order);
}

std::optional<Definition> NameResolver::Engine::Builtin(std::string_view name) {
  if (builtins_ == kNoModule) return std::nullopt;
  for (const Definition& found : DefinitionsOf(Ask({builtins_, kOwn, names_.Intern(name)}))) {
    if (!found.is_module() && KindOf(found) == SymbolKind::kClass) return found;
  }
  return std::nullopt;
}

bool NameResolver::Engine::IsOfTyping(ModuleRef module) const {
  return std::find(typing_.begin(), typing_.end(), module) != typing_.end();
}

bool NameResolver::Engine::IsNamed(Definition definition, std::string_view name) {
  return IsOfTyping(definition.module) &&
         StateOf(definition.module).view->symbol(definition.row).name() == name;
}

// The class that a base means at first sight: later alternatives are for members only.
std::optional<NameResolver::Engine::BaseClass> NameResolver::Engine::BaseOf(const Scope& scope,
                                                                            std::string_view text,
                                                                            uint32_t order,
                                                                            bool described) {
  const Findings findings = FindBase(scope, text, order);
  // In parentheses, too: `class A((Base[int]))`.
  const size_t last = text.find_last_not_of(") ");
  const bool subscripted = last != std::string_view::npos && text[last] == ']';
  std::optional<Definition> found;
  const auto look = [&](const auto& definitions) {
    for (const Found& each : definitions) {
      if (found || each.definition.is_module()) continue;
      const SymbolKind kind = KindOf(each.definition);
      // typing says by functions and calls what its names are.
      if (kind == SymbolKind::kClass || IsOfTyping(each.definition.module)) found = each.definition;
    }
  };
  look(findings.usual);
  look(findings.late);
  if (!found) return std::nullopt;
  const Symbol symbol = StateOf(found->module).view->symbol(found->row);
  if (symbol.kind() == SymbolKind::kClass) return BaseClass{*found, subscripted};
  if (described) return std::nullopt;
  std::optional<Definition> meant;
  if (symbol.name() == "NamedTuple") {
    meant = Builtin("tuple");
  } else if (symbol.name() == "TypedDict") {
    meant = Builtin("dict");
    if (meant) return BaseClass{*meant, subscripted, false, true};
  } else if (symbol.kind() == SymbolKind::kVariable) {
    // Dict = _alias(dict, 2, ...)
    const std::string_view value = symbol.details().value;
    const size_t open = value.find('(');
    if (open == std::string_view::npos) return std::nullopt;
    const std::string_view argument =
        value.substr(open + 1, value.find_first_of(",)", open) - open - 1);
    const Findings target = FindBase({found->module, {}}, argument, kNoLimit);
    if (!target.usual.empty() && !target.usual[0].definition.is_module() &&
        KindOf(target.usual[0].definition) == SymbolKind::kClass) {
      return BaseClass{target.usual[0].definition, true, true};
    }
  }
  if (!meant) return std::nullopt;
  return BaseClass{*meant, subscripted};
}

// Whether a stub gives the base to a class of C for type checkers' sake.
bool NameResolver::Engine::IsForTypesAlone(const std::optional<BaseClass>& base) {
  return !base || IsOfTyping(base->definition.module) || !StateOf(base->definition.module).stub;
}

// The class that a stub has for what is one there alone, as for `MutableMapping` of typing.
std::optional<Definition> NameResolver::Engine::ClassOfStub(Definition definition) {
  const NameId name = names_.Intern(StateOf(definition.module).view->symbol(definition.row).name());
  // _collections_abc's takes it from typing, whose source has another way to make it.
  for (int followed = 0; followed < kMaxStubs; ++followed) {
    const ModuleRef stub = StubOf(definition.module);
    if (stub == kNoModule) break;
    const auto found = DefinitionsOf(Ask({stub, kOwn, name}));
    if (found.empty() || found[0].is_module()) break;
    definition = found[0];
  }
  return KindOf(definition) == SymbolKind::kClass ? std::optional(definition) : std::nullopt;
}

bool NameResolver::Engine::IsGeneric(Definition class_definition) {
  const auto order = DefinitionsOf(Ask({class_definition.module, class_definition.row, kOrder}));
  return std::any_of(order.begin(), order.end(),
                     [&](const Definition& each) { return IsNamed(each, "Generic"); });
}

// What typing's __mro_entries__ does: Generic[T] gives way to generic bases behind it, and names
// for classes that are elsewhere bring Generic along.
void NameResolver::Engine::SettleGenerics(std::vector<BaseClass>& bases, bool type_params) {
  const bool asked =
      type_params || std::any_of(bases.begin(), bases.end(), [&](const auto& base) {
        return base.alias || (base.subscripted && IsNamed(base.definition, "Generic"));
      });
  if (!asked || typing_.empty()) return;
  std::optional<Definition> generic;
  for (const Definition& found : DefinitionsOf(Ask({typing_[0], kOwn, names_.Intern("Generic")}))) {
    if (!found.is_module() && KindOf(found) == SymbolKind::kClass) generic = found;
  }
  if (type_params && generic) bases.push_back({*generic, true});
  std::vector<BaseClass> settled;
  for (size_t i = 0; i < bases.size(); ++i) {
    const auto behind = bases.begin() + static_cast<ptrdiff_t>(i) + 1;
    const bool is_generic = bases[i].subscripted && IsNamed(bases[i].definition, "Generic");
    if (is_generic) {
      const bool gives_way =
          std::any_of(behind, bases.end(),
                      [&](const BaseClass& base) {
                        return base.alias || (base.subscripted && IsGeneric(base.definition));
                      }) ||
          std::any_of(bases.begin(), bases.end(), [&](const BaseClass& base) {
            return !base.subscripted && IsNamed(base.definition, "Protocol");
          });
      if (!gives_way) settled.push_back(bases[i]);
      continue;
    }
    settled.push_back(bases[i]);
    if (bases[i].alias && generic && std::none_of(behind, bases.end(), [&](const BaseClass& base) {
          return base.alias || IsGeneric(base.definition);
        })) {
      settled.push_back({*generic});
    }
  }
  bases = std::move(settled);
}

NameResolver::Engine::Findings NameResolver::Engine::AskOrder(const Question& question) {
  const Definition itself{question.module, question.row};
  Findings findings;
  ModuleState& state = StateOf(question.module);
  const Symbol symbol = state.view->symbol(question.row);
  const SymbolDetails details = symbol.details();
  const Scope scope{question.module, symbol.owner()};
  Read({DependencyKind::kBindings, question.module,
        symbol.owner().value_or(Dependency::kModuleScope), symbol.name()});
  // What typeshed says of bases is true of types; at run time a class in C has none that is written
  // in Python, and none of typing's.
  const bool described = runtime_ && state.stub;

  std::vector<BaseClass> bases;
  for (const std::string_view text : details.bases) {
    const std::optional<BaseClass> base =
        bases.size() < kMaxOrder ? BaseOf(scope, text, symbol.order(), described) : std::nullopt;
    if (described && IsForTypesAlone(base)) continue;
    if (base) {
      bases.push_back(*base);
    } else {
      findings.obstacles.add(bases.size() < kMaxOrder ? Obstacle::kUnknownBase
                                                      : Obstacle::kTooMany);
    }
  }
  if (!described) SettleGenerics(bases, !details.type_params.empty());
  // typing makes a TypedDict of Generic, if it is one, and dict.
  std::stable_partition(bases.begin(), bases.end(),
                        [](const BaseClass& base) { return !base.typed_dict; });

  // What is merged: the orders of the bases, and the bases themselves.
  std::vector<Definition> themselves;
  themselves.reserve(bases.size() + 1);
  for (const BaseClass& base : bases) themselves.push_back(base.definition);
  std::vector<std::span<const Definition>> orders;
  for (const Definition& base : themselves) {
    const uint32_t node = Ask({base.module, base.row, kOrder});
    findings.obstacles.add(nodes_[node].obstacles);
    if ((nodes_[node].traits & kInconsistent) != 0) findings.traits |= kInconsistent;
    if (nodes_[node].count == 0) {  // it leads back here
      findings.traits |= kInconsistent;
      orders.emplace_back(&base, 1);
    } else {
      orders.push_back(DefinitionsOf(node));
    }
  }
  if (bases.empty() && findings.obstacles.empty()) {
    if (const std::optional<Definition> object = Builtin("object"); object && *object != itself) {
      themselves.push_back(*object);
    } else if (!object) {
      findings.obstacles.add(Obstacle::kUnknownBase);
    }
  }
  orders.emplace_back(themselves);
  std::vector<Definition> merged{itself};
  if (!MergeOrders(orders, merged)) findings.traits |= kInconsistent;
  if (merged.size() > kMaxOrder) {
    merged.resize(kMaxOrder);
    findings.obstacles.add(Obstacle::kTooMany);
  }
  for (const Definition& each : merged) findings.usual.push_back({each});
  return findings;
}

NameResolver::Engine::Findings NameResolver::Engine::AskDescribing(const Question& question) {
  Findings findings;
  if (!runtime_) return findings;
  const ModuleState& state = StateOf(question.module);
  const Symbol symbol = state.view->symbol(question.row);
  const SymbolDetails details = symbol.details();
  const Scope scope{question.module, symbol.owner()};
  Read({DependencyKind::kBindings, question.module,
        symbol.owner().value_or(Dependency::kModuleScope), symbol.name()});
  size_t left = kMaxOrder;
  for (const std::string_view text : details.bases) {
    if (left-- == 0) break;
    if (state.stub && !IsForTypesAlone(BaseOf(scope, text, symbol.order(), true))) continue;
    const Findings named = FindBase(scope, text, symbol.order());
    if (named.usual.empty() || named.usual[0].definition.is_module()) continue;
    const Definition first = named.usual[0].definition;
    // What typing makes of NamedTuple is a tuple with what its stub says.
    if (!state.stub && (KindOf(first) == SymbolKind::kClass || !IsNamed(first, "NamedTuple"))) {
      continue;
    }
    const std::optional<Definition> base = ClassOfStub(first);
    if (!base) continue;
    for (const Definition& each : DefinitionsOf(Ask({base->module, base->row, kOrder}))) {
      Add(findings, {each}, false);
    }
  }
  return findings;
}

Answer NameResolver::Engine::DescribingClasses(Definition class_definition) {
  return AnswerOf(Run([&] {
    return Ask({class_definition.module, class_definition.row, kDescribing});
  }));
}

Mro NameResolver::Engine::MroOf(Definition class_definition) {
  const uint32_t number = Run([&] {
    return Ask({class_definition.module, class_definition.row, kOrder});
  });
  const Node& node = nodes_[number];
  return {DefinitionsOf(number), node.obstacles.empty(), node.obstacles.has(Obstacle::kTooMany),
          (node.traits & kInconsistent) == 0};
}

NameResolver::Engine::Findings NameResolver::Engine::FindMember(Definition class_definition,
                                                                std::string_view name) {
  Findings findings;
  const NameId id = names_.Intern(name);
  const uint32_t order = Ask({class_definition.module, class_definition.row, kOrder});
  const Definition* const first = nodes_[order].first;
  const uint32_t count = nodes_[order].count;
  for (uint32_t i = 0; i < count; ++i) {
    if (AddAnswer(findings, Ask({first[i].module, first[i].row, id}), false,
                  {Step::Kind::kMember, first[i].module, 0, Traced(name)})) {
      return findings;
    }
  }
  // What a stub leaves to bases that its class has not: most of it the class has.
  for (uint32_t i = 0; i < count; ++i) {
    for (const Definition& each :
         DefinitionsOf(Ask({first[i].module, first[i].row, kDescribing}))) {
      if (!AddAnswer(findings, Ask({each.module, each.row, id}), false,
                     {Step::Kind::kMember, each.module, 0, Traced(name)})) {
        continue;
      }
      if (StateOf(first[i].module).stub) findings.obstacles.add(Obstacle::kUnknownBase);
      return findings;
    }
  }
  findings.obstacles.add(nodes_[order].obstacles.empty() ? Obstacle::kMissingName
                                                         : Obstacle::kUnknownBase);
  return findings;
}

}  // namespace coppice
