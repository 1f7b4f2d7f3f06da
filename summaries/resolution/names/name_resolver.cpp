#include "summaries/resolution/names/name_resolver.h"

#include <algorithm>
#include <utility>

#include <boost/unordered/unordered_flat_set.hpp>

#include "summaries/identifier.h"
#include "summaries/resolution/names/name_engine.h"

namespace coppice {
namespace {

// The first of several names with dots between them; the others replace `rest`.
std::string_view TakeFirst(std::string_view& rest) {
  const size_t dot = rest.find('.');
  const std::string_view first = rest.substr(0, dot);
  rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
  return first;
}

}  // namespace

// --- Several names with dots between them ----------------------------------------------------

NameResolver::Engine::Findings NameResolver::Engine::ResolveDotted(std::string_view dotted_name) {
  std::string_view rest = dotted_name;
  const ModuleRef top = Find(TakeFirst(rest));
  Findings findings;
  if (top == kNoModule) {
    findings.obstacles.add(Obstacle::kMissingModule);
    return findings;
  }
  Add(findings, {{top}}, false);
  while (!rest.empty()) findings = Attribute(findings, TakeFirst(rest));
  return findings;
}

NameResolver::Engine::Findings NameResolver::Engine::LookupDotted(const Scope& scope,
                                                                  std::string_view dotted_name,
                                                                  uint32_t order) {
  std::string_view rest = dotted_name;
  std::string_view written = TakeFirst(rest);
  TextArena arena;
  written = NormalizeIdentifier(written, arena);
  if (scope.class_row) {
    const SummaryView& view = *StateOf(scope.module).view;
    written = MangleIdentifier(written, view.symbol(*scope.class_row).name(), arena);
  }
  const NameId first = names_.Intern(written);
  Question question{scope.module, scope.class_row.value_or(kInside), first};
  question = Before(question, order);
  uint32_t node = Ask(question);
  if (scope.class_row && nodes_[node].count == 0) node = Ask({scope.module, kInside, first});
  if (nodes_[node].count == 0 && question.before != kNoLimit) {
    // It runs later than its place in the text says.
    question.before = kNoLimit;
    node = Ask(question);
  }
  Findings findings = FindingsOf(node);
  while (!rest.empty()) findings = Attribute(findings, TakeFirst(rest));
  return findings;
}

// The attribute of each of these.
NameResolver::Engine::Findings NameResolver::Engine::Attribute(const Findings& values,
                                                               std::string_view name) {
  Findings findings;
  findings.obstacles = values.obstacles;
  const auto add = [&](const Found& value, bool late) {
    Findings attributes;
    if (value.definition.is_module()) {
      attributes = FindingsOf(Ask({value.definition.module, kAttribute, names_.Intern(name)}));
    } else if (KindOf(value.definition) == SymbolKind::kClass) {
      attributes = FindMember(value.definition, name);
    } else {
      attributes.obstacles.add(Obstacle::kValue);
    }
    findings.obstacles.add(attributes.obstacles);
    for (const Found& found : attributes.usual) {
      Add(findings, {found.definition, Append(value.link, found.link)}, late);
    }
    for (const Found& found : attributes.late) {
      Add(findings, {found.definition, Append(value.link, found.link)}, true);
    }
  };
  for (const Found& value : values.usual) add(value, false);
  for (const Found& value : values.late) add(value, true);
  return findings;
}

// --- Questions from outside ------------------------------------------------------------------

Answer NameResolver::Engine::Resolve(std::string_view dotted_name) {
  return Keep(Run([&] { return ResolveDotted(dotted_name); }));
}

Answer NameResolver::Engine::Resolve(ModuleRef module, std::string_view name) {
  const Question question{module, kAttribute, names_.Intern(name)};
  return AnswerOf(Run([&] { return Ask(question); }));
}

Answer NameResolver::Engine::Lookup(const Scope& scope, std::string_view dotted_name) {
  if (!scope.class_row && dotted_name.find('.') == std::string_view::npos) {
    const Question question{scope.module, kInside, names_.Intern(dotted_name)};
    return AnswerOf(Run([&] { return Ask(question); }));
  }
  return Keep(Run([&] { return LookupDotted(scope, dotted_name); }));
}

Answer NameResolver::Engine::Member(Definition class_definition, std::string_view name) {
  return Keep(Run([&] { return FindMember(class_definition, name); }));
}

Answer NameResolver::Engine::Base(Definition class_definition, std::string_view text) {
  const Symbol symbol = StateOf(class_definition.module).view->symbol(class_definition.row);
  const Scope scope{class_definition.module, symbol.owner()};
  return Keep(Run([&] { return FindBase(scope, text, symbol.order()); }));
}

std::vector<std::string_view> NameResolver::Engine::NamesOf(ModuleRef module) {
  // Candidates: what these modules bind whose names reach this one by star imports.
  std::vector<ModuleRef> sources{module};
  boost::unordered_flat_set<uint32_t> seen{static_cast<uint32_t>(module)};
  std::vector<NameId> candidates;
  for (size_t i = 0; i < sources.size(); ++i) {
    ModuleState& state = StateOf(sources[i]);
    Read({DependencyKind::kNames, sources[i]});
    Read({DependencyKind::kStars, sources[i]});
    if (!state.view) continue;
    const RowRange rows = state.view->ModuleSymbols();
    for (uint32_t row = rows.first; row < rows.last; ++row) {
      candidates.push_back(names_.Intern(state.view->symbol(row).name()));
    }
    for (const NamedImport& import : state.imports) candidates.push_back(import.name);
    if (i != 0) {
      const std::vector<NameId>& exported = ExportsOf(state).names;  // submodules may be among them
      candidates.insert(candidates.end(), exported.begin(), exported.end());
    }
    for (const uint32_t row : state.stars) {
      const Import import = state.view->import(row);
      const auto add = [&](ModuleRef target) {
        if (runtime_ && finder_->form(target) == ModuleForm::kCompiled) {
          const ModuleRef stub = StubOf(sources[i]);  // says what there may be
          if (stub != kNoModule && seen.insert(static_cast<uint32_t>(stub)).second) {
            sources.push_back(stub);
          }
        }
        if (seen.insert(static_cast<uint32_t>(target)).second) sources.push_back(target);
      };
      Obstacles obstacles;
      Run([&] { return ForEachModule(sources[i], import.level, import.module, obstacles, add); });
    }
  }
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  std::vector<std::string_view> names;
  for (const NameId name : candidates) {
    uint32_t node = Run([&] { return Ask({module, kOwn, name}); });
    if (!nodes_[node].bound() && nodes_[node].obstacles.has(Obstacle::kOpaqueModule)) {
      node = Run([&] { return Ask({module, kAttribute, name}); });
    }
    if (nodes_[node].bound()) names.push_back(names_.name(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<ExplainedDefinition> NameResolver::Engine::Explain(std::string_view dotted_name) {
  std::vector<ExplainedDefinition> explained;
  const Findings findings = Run([&] { return ResolveDotted(dotted_name); });
  size_t steps = 0;
  const auto explain = [&](const Found& found) {
    ExplainedDefinition& each = explained.emplace_back();
    each.definition = found.definition;
    std::vector<uint32_t> ahead{found.link};
    while (!ahead.empty() && steps != kMaxSteps) {
      const uint32_t number = ahead.back();
      ahead.pop_back();
      if (number == kNoLink) continue;
      const Link& link = links_[number];
      ahead.push_back(link.next);
      if (link.first != kNoLink) {
        ahead.push_back(link.first);
      } else {
        each.steps.push_back(link.step);
        ++steps;
      }
    }
  };
  for (const Found& found : findings.usual) explain(found);
  for (const Found& found : findings.late) explain(found);
  return explained;
}

NameResolver::NameResolver(std::shared_ptr<const ModuleFinder> finder, Dependencies* dependencies)
    : engine_(std::make_unique<Engine>(std::move(finder), dependencies, false)) {}
NameResolver::~NameResolver() = default;

const ModuleFinder& NameResolver::finder() const { return engine_->finder(); }
Dependencies* NameResolver::dependencies() const { return engine_->dependencies(); }
Answer NameResolver::Resolve(std::string_view dotted_name) { return engine_->Resolve(dotted_name); }
Answer NameResolver::Resolve(ModuleRef module, std::string_view name) {
  return engine_->Resolve(module, name);
}
Answer NameResolver::Lookup(const Scope& scope, std::string_view dotted_name) {
  return engine_->Lookup(scope, dotted_name);
}
Answer NameResolver::Member(Definition class_definition, std::string_view name) {
  return engine_->Member(class_definition, name);
}
Mro NameResolver::MroOf(Definition class_definition) { return engine_->MroOf(class_definition); }
Answer NameResolver::DescribingClasses(Definition class_definition) {
  return engine_->DescribingClasses(class_definition);
}
std::vector<std::string_view> NameResolver::NamesOf(ModuleRef module) {
  return engine_->NamesOf(module);
}
Answer NameResolver::Base(Definition class_definition, std::string_view text) {
  return engine_->Base(class_definition, text);
}
std::string_view NameResolver::ConstantText(ModuleRef module, std::string_view name) {
  return engine_->ConstantText(module, name);
}
std::vector<ExplainedDefinition> NameResolver::Explain(std::string_view dotted_name) {
  Engine engine(engine_->shared_finder(), nullptr, true);
  return engine.Explain(dotted_name);
}

}  // namespace coppice
