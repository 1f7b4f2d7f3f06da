#include "summaries/resolution/names/name_engine.h"

#include <algorithm>
#include <tuple>

#include "summaries/resolution/names/live_code.h"
#include "summaries/resolution/names/submodule_imports.h"

namespace coppice {

NameResolver::Engine::Engine(std::shared_ptr<const ModuleFinder> finder, Dependencies* dependencies,
                             bool tracing)
    : finder_(std::move(finder)),
      dependencies_(dependencies),
      tracing_(tracing),
      runtime_(finder_->profile() == SearchProfile::kRuntime),
      target_(finder_->index().environment().target),
      types_target_(target_),
      states_(finder_->module_count()) {
  nodes_.push_back({});  // kNobody
  const Dependencies::Recording recording(dependencies_, Dependencies::kEveryAnswer);
  Read({DependencyKind::kEnvironment});
  builtins_ = Find("builtins");
  if (runtime_) target_.type_checking = false;
  types_target_.type_checking = true;
  for (const char* name :
       {"typing", "typing_extensions", "collections.abc", "_collections_abc", "_typeshed"}) {
    if (const ModuleRef module = Find(name); module != kNoModule) {
      typing_.push_back(module);
    }
  }
  if (dependencies_ != nullptr) recorded_.push_back(Dependencies::kEveryAnswer);
}

// --- What is read of the index ---------------------------------------------------------------

void NameResolver::Engine::ReadBindings(const Question& question) {
  const uint32_t scope = question.IsOfClass() ? question.row : Dependency::kModuleScope;
  Read({DependencyKind::kBindings, question.module, scope, names_.name(question.name)});
}

ModuleRef NameResolver::Engine::Find(std::string_view dotted_name, ModuleRef importer,
                                     uint32_t level) {
  Read({DependencyKind::kLookup, level == 0 ? kNoModule : importer, level, dotted_name});
  return finder_->FindFrom(importer, level, dotted_name);
}

ModuleRef NameResolver::Engine::FindChild(ModuleRef package, std::string_view name) {
  Read({DependencyKind::kChild, package, Dependency::kModuleScope, name});
  return finder_->FindChild(package, name);
}

// --- What is known of a module ---------------------------------------------------------------

NameResolver::Engine::ModuleState& NameResolver::Engine::StateOf(ModuleRef module) {
  std::unique_ptr<ModuleState>& slot = states_[static_cast<uint32_t>(module)];
  if (slot) return *slot;
  slot = std::make_unique<ModuleState>();
  ModuleState& state = *slot;
  state.module = module;
  if (finder_->form(module) != ModuleForm::kFile) return state;
  const Result<ModuleInfo> info = finder_->index().file(module);
  const Result<SummaryView> view = finder_->index().summary(module);
  if (!info || !view) {
    state.damaged = true;
    return state;
  }
  state.view = *view;
  state.stub = info->is_stub();
  state.conditions.assign(view->guard_count(), Condition::kUnset);

  for (uint32_t row = 0; row < view->import_count(); ++row) {
    const ImportScope scope = view->import_scope(row);
    if (scope == ImportScope::kFunction) continue;
    const Import import = view->import(row);
    if (scope == ImportScope::kClass) {
      if (import.owner) {
        state.of_classes.push_back({*import.owner, {names_.Intern(import.binds), row}});
      }
      continue;
    }
    if (import.binds == "*") {
      state.stars.push_back(row);
    } else {
      state.imports.push_back({names_.Intern(import.binds), row});
    }
  }
  if (finder_->is_package(module)) {
    const SubmoduleImports imports(*view, finder_->name(module) + '.');
    for (const auto& [name, row] : imports.entries) {
      state.submodules.push_back({names_.Intern(name), row});
    }
    state.first_related = imports.first_related;
  }
  SelectStars(state);
  std::sort(state.imports.begin(), state.imports.end());
  std::sort(state.of_classes.begin(), state.of_classes.end());
  std::sort(state.submodules.begin(), state.submodules.end());
  return state;
}

// What one star import lacks, another of the same module under the same condition lacks too: the
// last of them speaks for all.
void NameResolver::Engine::SelectStars(ModuleState& state) {
  boost::unordered_flat_set<std::pair<std::string_view, std::pair<uint32_t, uint32_t>>> seen;
  std::vector<uint32_t> selected;
  for (size_t i = state.stars.size(); i-- > 0 && !state.stars_cut;) {
    const Import import = state.view->import(state.stars[i]);
    const uint32_t guard = import.guard ? *import.guard + 1 : 0;
    if (!seen.insert({import.module, {import.level, guard}}).second) continue;
    selected.push_back(state.stars[i]);
    state.stars_cut = selected.size() == kMaxStars && i != 0;
  }
  state.stars.assign(selected.rbegin(), selected.rend());
}

const NameResolver::Engine::Exports& NameResolver::Engine::ExportsOf(ModuleState& state) {
  if (state.exports) return *state.exports;
  Exports& exports = state.exports.emplace();
  for (uint32_t row = 0; row < state.view->export_count(); ++row) {
    const Export exported = state.view->exported(row);
    if (exported.from_module) {
      exports.sources.push_back(row);
    } else {
      exports.names.push_back(names_.Intern(exported.text));
    }
  }
  std::sort(exports.names.begin(), exports.names.end());
  return exports;
}

// Guards nest at most kMaxGuardDepth deep. What stands under them in a class has guards of its body
// alone, but one table serves all scopes.
uint8_t NameResolver::Engine::ConditionOf(const Question& question, uint32_t row) {
  ModuleState& state = StateOf(question.module);
  const bool for_types = question.row == kForTypes;
  if (for_types && state.for_types.empty()) {
    state.for_types.assign(state.conditions.size(), Condition::kUnset);
  }
  uint8_t& condition = (for_types ? state.for_types : state.conditions)[row];
  if (condition != Condition::kUnset &&
      (!question.IsOfClass() || (condition & Condition::kConstants) == 0)) {
    return condition;
  }
  const Target& target = for_types ? types_target_ : target_;
  uint8_t result = 0;
  const auto constants = [&](std::string_view text) -> std::string_view {
    result |= Condition::kConstants;
    const std::string_view value = ConstantText(question.module, text);
    const bool hidden = question.IsOfClass() && IsBoundInClass(question, names_.Intern(text));
    return hidden ? std::string_view() : value;
  };
  const Guard guard = state.view->guard(row);
  Truth truth = EvaluateGuard(guard, target, parser_, constants);
  if (guard.kind == GuardKind::kExcept) result |= Condition::kHandler;
  if (const std::optional<uint32_t> outer = state.view->OuterGuard(row)) {
    const uint8_t around = ConditionOf(question, *outer);
    result |= around & (Condition::kHandler | Condition::kConstants);
    const auto outer_truth = static_cast<Truth>(around & Condition::kTruthMask);
    if (outer_truth == Truth::kFalse || truth == Truth::kTrue) truth = outer_truth;
  }
  result |= static_cast<uint8_t>(truth);
  // What is read of constants again is recorded again, and differs between classes.
  const bool constant = (result & Condition::kConstants) != 0;
  if (!constant || (dependencies_ == nullptr && !question.IsOfClass())) condition = result;
  return result;
}

// Whether the body of the class that is asked about binds the name.
bool NameResolver::Engine::IsBoundInClass(const Question& question, NameId name) {
  const ModuleState& state = StateOf(question.module);
  const std::string_view text = names_.name(name);
  Read({DependencyKind::kBindings, question.module, question.row, text});
  const auto import = std::lower_bound(state.of_classes.begin(), state.of_classes.end(),
                                       ClassImport{question.row, {name, 0}});
  return (import != state.of_classes.end() && import->class_row == question.row &&
          import->import.name == name) ||
         !state.view->FindSymbols(state.view->Members(question.row), text).empty();
}

// No import binds it, nor may a star import behind.
std::string_view NameResolver::Engine::ConstantText(ModuleRef module, std::string_view text) {
  const NameId name = names_.Intern(text);
  Read({DependencyKind::kBindings, module, Dependency::kModuleScope, names_.name(name)});
  const ModuleState& state = StateOf(module);
  const SummaryView& view = *state.view;
  const RowRange rows = view.FindSymbols(text);
  if (rows.size() != 1) return {};
  const Symbol symbol = view.symbol(rows.first);
  if (symbol.kind() != SymbolKind::kVariable || symbol.guard() ||
      symbol.flags().has(SymbolFlag::kGlobal)) {
    return {};
  }
  const auto import =
      std::lower_bound(state.imports.begin(), state.imports.end(), NamedImport{name, 0});
  if (import != state.imports.end() && import->name == name) return {};
  for (size_t i = state.stars.size(); i-- > 0;) {
    if (view.import(state.stars[i]).order < symbol.order()) break;
    if (StarMayBind(module, state.stars[i], name)) return {};
  }
  const SymbolDetails details = symbol.details();
  return details.value_form == ValueForm::kText ? details.value : std::string_view();
}

ModuleRef NameResolver::Engine::StubOf(ModuleRef module) {
  Read({DependencyKind::kStub, module});
  return finder_->FindStub(module);
}

SymbolKind NameResolver::Engine::KindOf(Definition symbol) {
  return StateOf(symbol.module).view->symbol(symbol.row).kind();
}

// --- Questions and their answers -------------------------------------------------------------

uint32_t NameResolver::Engine::Ask(const Question& question) {
  if (postponed_) {
    least_ = 0;
    return kNobody;
  }
  const auto [found, fresh] =
      questions_.try_emplace(question, static_cast<uint32_t>(nodes_.size()));
  const uint32_t number = found->second;
  if (fresh) AddNode(question);
  if (dependencies_ != nullptr) dependencies_->Use(recorded_[number]);
  Node& node = nodes_[number];
  if (node.state == State::kDone) return number;
  if (node.depth != kUnanswered) {
    least_ = std::min(least_, node.depth);
    return number;
  }
  const auto depth = static_cast<uint32_t>(open_.size());
  if (depth - stack_begin_ >= kMaxNesting) {
    postponed_ = question;
    least_ = 0;
    return kNobody;
  }
  node = Node();
  node.question = question;
  node.depth = depth;
  open_.push_back(number);
  const uint32_t outer_least = std::exchange(least_, UINT32_MAX);
  const Findings findings = Work(number);
  if (postponed_) return kNobody;  // it stays open
  Store(findings, node);
  if (least_ >= depth && !Settle(number)) return kNobody;
  open_.pop_back();
  if (least_ < depth) {
    node.state = State::kProvisional;
    node.depth = least_;
    provisional_.push_back(number);
    least_ = std::min(least_, outer_least);
    return number;
  }
  node.state = State::kDone;
  least_ = outer_least;
  return number;
}

// Works out what leads back to this question, or to one on the way, with all their answers. It may
// turn out that they lead to one around this one, which then does it. False if something was put
// aside.
bool NameResolver::Engine::Settle(uint32_t outermost) {
  const uint32_t depth = nodes_[outermost].depth;
  size_t first = provisional_.size();
  while (first != 0 && nodes_[provisional_[first - 1]].depth >= depth) --first;
  if (first == provisional_.size()) return true;
  std::vector<uint32_t> members{outermost};
  const auto join = [&] {
    members.insert(members.end(), provisional_.begin() + static_cast<ptrdiff_t>(first),
                   provisional_.end());
    provisional_.resize(first);
  };
  const auto leave = [&](State state, uint32_t least) {
    join();
    for (const uint32_t member : members) {
      nodes_[member].state = state;
      nodes_[member].depth = least;
      if (state == State::kProvisional && member != outermost) provisional_.push_back(member);
    }
  };
  bool changed = true;  // the definitions of one of them in the last round
  bool changed_obstacles = false;
  int grown = 0;
  const bool outer_resort = std::exchange(last_resort_, false);
  for (int round = 0; (changed || changed_obstacles) && least_ >= depth && round < kMaxRounds;
       ++round) {
    if (first != provisional_.size()) {
      join();
      BeginAgain(members, depth);
      last_resort_ = false;
      if (++grown <= kMaxRounds) round = 0;
    }
    if (changed) {
      // What stood in the way of others does so no more.
      for (const uint32_t member : members) nodes_[member].obstacles = CycleAt(nodes_[member]);
    }
    changed = changed_obstacles = false;
    for (const uint32_t member : members) {
      Findings findings = Work(member);
      if (postponed_) {
        last_resort_ = outer_resort;
        leave(State::kProvisional, depth);
        nodes_[outermost].state = State::kOpen;
        return false;
      }
      Node& node = nodes_[member];
      findings.obstacles.add(CycleAt(node));
      changed_obstacles |= findings.obstacles != node.obstacles;
      if (AddsNothing(findings, node)) {
        node.obstacles = findings.obstacles;
      } else {
        Store(findings, node);
        changed = true;
      }
    }
    changed |= first != provisional_.size();
    if (!changed && !last_resort_) changed = last_resort_ = true;
  }
  last_resort_ = outer_resort;
  if (least_ < depth) {
    leave(State::kProvisional, least_);
  } else {
    leave(State::kDone, depth);
  }
  return true;
}

// Without answers, in an order that does not depend on where the cycle was entered.
void NameResolver::Engine::BeginAgain(std::vector<uint32_t>& members, uint32_t depth) {
  const auto key = [&](uint32_t number) {
    const Question& question = nodes_[number].question;
    const bool named = question.HasName();  // the number of a name depends on what was asked
    return std::tuple(question.module, question.row, named ? NameId{} : question.name,
                      named ? names_.name(question.name) : "", question.before);
  };
  std::sort(members.begin(), members.end(),
            [&](uint32_t a, uint32_t b) { return key(a) < key(b); });
  for (const uint32_t member : members) {
    Node& node = nodes_[member];
    const Question question = node.question;
    node = Node();
    node.question = question;
    node.depth = depth;
    node.state = State::kProvisional;
  }
}

// What an answer that depends on itself says. Orders have obstacles of their own.
Obstacles NameResolver::Engine::CycleAt(const Node& node) {
  Obstacles obstacles;
  if (node.question.HasName()) obstacles.add(Obstacle::kCycle);
  return obstacles;
}

// Whether the node has all of this: definitions of a name in whatever order.
bool NameResolver::Engine::AddsNothing(const Findings& findings, const Node& node) const {
  if (findings.size() != node.count || findings.traits != node.traits) return false;
  const auto same = [](const Found& found, const Definition& definition) {
    return found.definition == definition;
  };
  if (!node.question.HasName()) {
    return std::equal(findings.usual.begin(), findings.usual.end(), node.first, same);
  }
  const auto known = [&](const Found& found) {
    return std::find(node.first, node.first + node.count, found.definition) !=
           node.first + node.count;
  };
  return std::all_of(findings.usual.begin(), findings.usual.end(), known) &&
         std::all_of(findings.late.begin(), findings.late.end(), known);
}

// Answers what was put aside, and what is put aside on the way, the last one first.
void NameResolver::Engine::AnswerPostponed() {
  struct Stack {
    Question question;
    size_t begin;  // of what the frames were answering that were left for it
  };
  std::vector<Stack> stacks;
  while (postponed_ || !stacks.empty()) {
    if (postponed_) {
      stacks.push_back({*postponed_, stack_begin_});
      postponed_.reset();
      stack_begin_ = open_.size();
    }
    least_ = UINT32_MAX;
    Ask(stacks.back().question);
    if (postponed_) continue;
    // The frames begin again.
    stack_begin_ = stacks.back().begin;
    stacks.pop_back();
    for (size_t i = stack_begin_; i < open_.size(); ++i) nodes_[open_[i]].depth = kUnanswered;
    open_.resize(stack_begin_);
  }
  least_ = UINT32_MAX;
}

void NameResolver::Engine::AddNode(const Question& question) {
  nodes_.push_back({});
  if (dependencies_ == nullptr) return;
  const auto [module, row, name, before] = question;
  if (!question.HasName()) {
    recorded_.push_back(dependencies_->AddAnswer({DependencyKind::kMro, module, row}));
  } else {
    recorded_.push_back(dependencies_->AddAnswer(
        {DependencyKind::kName, module, question.IsOfClass() ? row : Dependency::kModuleScope,
         names_.name(name)}));
  }
}

NameResolver::Engine::Findings NameResolver::Engine::Work(uint32_t number) {
  const Dependencies::Recording recording(dependencies_, RecordedFor(number));
  const Question question = nodes_[number].question;
  switch (question.row) {
    case kAttribute:
      return AskAttribute(question);
    case kInside:
      return AskInside(question);
    case kListed:
      return AskListed(question);
    default: {
      if (question.name == kOrder) return AskOrder(question);
      if (question.name == kDescribing) return AskDescribing(question);
      Findings findings;
      AskBindings(question, findings);
      return findings;
    }
  }
}

NameResolver::Engine::Findings NameResolver::Engine::AskAttribute(const Question& question) {
  const ModuleRef module = question.module;
  const NameId name_id = question.name;
  const std::string_view name = names_.name(name_id);
  const ModuleForm form = finder_->form(module);
  Findings findings;
  if (form == ModuleForm::kFile) {
    const uint32_t own = Ask({module, kOwn, name_id});
    findings = FindingsOf(own);
    if (!findings.empty()) return findings;
    // It is not known yet that there is nothing.
    if (nodes_[own].state != State::kDone && !last_resort_) return findings;
    if (runtime_ && findings.obstacles.has(Obstacle::kOpaqueModule)) {
      // Taken from a compiled module that no stub describes, but there may be one for this module.
      const ModuleRef stub = StubOf(module);
      const Step step{Step::Kind::kStub, module, 0, Traced(name)};
      if (stub != kNoModule && AddAnswer(findings, Ask({stub, kOwn, name_id}), false, step)) {
        return findings;
      }
    }
    if ((findings.traits & kBound) != 0) return findings;
  }
  if (AddSubmodule(module, name, findings)) return findings;
  if (form == ModuleForm::kCompiled) {
    findings.obstacles.add(Obstacle::kOpaqueModule);
    findings.traits |= kBound;
    return findings;
  }
  if (form == ModuleForm::kFile && name != "__getattr__") {
    const uint32_t getattr = Ask({module, kOwn, names_.Intern("__getattr__")});
    if (nodes_[getattr].count != 0) {
      findings.obstacles.add(Obstacle::kModuleGetattr);
      const Step step{Step::Kind::kGetattr, module, 0, Traced("__getattr__")};
      // What is bound for type checkers alone says what it returns.
      if (runtime_ && AddAnswer(findings, Ask({module, kForTypes, name_id}), false, step)) {
        return findings;
      }
      AddAnswer(findings, getattr, false, step);
      return findings;
    }
  }
  findings.obstacles.add(Obstacle::kMissingName);
  return findings;
}

NameResolver::Engine::Findings NameResolver::Engine::AskInside(const Question& question) {
  Findings findings;
  AskBindings(question, findings);
  if (findings.usual.empty() && question.module != builtins_ && builtins_ != kNoModule) {
    AddAnswer(findings, Ask({builtins_, kOwn, question.name}), false,
              {Step::Kind::kBuiltin, question.module, 0, Traced(names_.name(question.name))});
  }
  if (findings.empty()) findings.obstacles.add(Obstacle::kMissingName);
  return findings;
}

// Found, if at all, is the module itself.
NameResolver::Engine::Findings NameResolver::Engine::AskListed(const Question& question) {
  ModuleState& state = StateOf(question.module);
  const Exports& exports = ExportsOf(state);
  Read({DependencyKind::kAll, question.module});
  Read({DependencyKind::kListed, question.module, Dependency::kModuleScope,
        names_.name(question.name)});
  Findings findings;
  bool listed = std::binary_search(exports.names.begin(), exports.names.end(), question.name);
  for (const uint32_t row : exports.sources) {
    if (listed) break;
    const std::string_view text = state.view->exported(row).text;
    const size_t level = std::min(text.find_first_not_of('.'), text.size());
    ForEachModule(
        question.module, static_cast<uint32_t>(level), text.substr(level), findings.obstacles,
        [&](ModuleRef source) { listed |= IsInAll(source, question.name, findings.obstacles); });
  }
  if (!listed && !state.view->all_complete()) {
    // What it holds beyond that is likely to be what there is to export.
    findings.obstacles.add(Obstacle::kIncompleteAll);
    listed = !names_.name(question.name).starts_with('_');
  }
  if (listed) Add(findings, {{question.module}}, false);
  return findings;
}

bool NameResolver::Engine::AddSubmodule(ModuleRef package, std::string_view name,
                                        Findings& findings) {
  const ModuleRef child = FindChild(package, name);
  if (child == kNoModule) return false;
  Add(findings, {{child}, MakeLink({Step::Kind::kSubmodule, package, 0, Traced(name)}, kNoLink)},
      false);
  return true;
}

// --- Findings and answers --------------------------------------------------------------------

void NameResolver::Engine::Add(Findings& findings, Found found, bool late) {
  const auto same = [&](const Found& other) { return other.definition == found.definition; };
  if (std::any_of(findings.usual.begin(), findings.usual.end(), same)) return;
  const auto known = std::find_if(findings.late.begin(), findings.late.end(), same);
  if (known != findings.late.end()) {
    if (late) return;
    findings.late.erase(known);
  }
  if (findings.size() == kMaxDefinitions) {
    findings.obstacles.add(Obstacle::kTooMany);
    return;
  }
  if (late) {
    findings.late.push_back(found);
  } else {
    findings.usual.push_back(found);
  }
}

void NameResolver::Engine::TakeOver(Findings& findings, const Findings& others, bool late,
                                    const Step& step) {
  findings.obstacles.add(others.obstacles);
  for (const Found& found : others.usual) {
    Add(findings, {found.definition, MakeLink(step, found.link)}, late);
  }
  for (const Found& found : others.late) {
    Add(findings, {found.definition, MakeLink(step, found.link)}, true);
  }
}

// Whether there was any.
bool NameResolver::Engine::AddAnswer(Findings& findings, uint32_t node, bool late,
                                     const Step& step) {
  TakeOver(findings, FindingsOf(node), late, step);
  return nodes_[node].count != 0;
}

uint32_t NameResolver::Engine::MakeLink(const Step& step, uint32_t next) {
  if (!tracing_) return kNoLink;
  links_.push_back({step, next});
  return static_cast<uint32_t>(links_.size() - 1);
}

// The steps of `link`, then those of `next`.
uint32_t NameResolver::Engine::Append(uint32_t link, uint32_t next) {
  if (link == kNoLink) return next;
  if (next == kNoLink) return link;
  links_.push_back({{}, next, link});
  return static_cast<uint32_t>(links_.size() - 1);
}

NameResolver::Engine::Findings NameResolver::Engine::FindingsOf(uint32_t number) const {
  const Node& node = nodes_[number];
  Findings findings;
  findings.obstacles = node.obstacles;
  findings.traits = node.traits;
  if (node.state == State::kOpen && number != kNobody) findings.obstacles.add(Obstacle::kCycle);
  for (uint32_t i = 0; i < node.count; ++i) {
    findings.usual.push_back({node.first[i], tracing_ ? links_of_.at(node.first)[i] : kNoLink});
  }
  return findings;
}

void NameResolver::Engine::Store(const Findings& findings, Node& node) {
  node.obstacles = findings.obstacles;
  node.traits = findings.traits;
  const size_t size = findings.size();
  if (size > definitions_left_) {
    definitions_left_ = kBlockDefinitions;
    blocks_.push_back(std::make_unique<Definition[]>(kBlockDefinitions));
    next_definition_ = blocks_.back().get();
  }
  node.first = next_definition_;
  node.count = static_cast<uint16_t>(size);
  std::vector<uint32_t> links;
  const auto store = [&](const auto& found) {
    for (size_t i = 0; i < found.size() && next_definition_ != node.first + size; ++i) {
      *next_definition_++ = found[i].definition;
      if (tracing_) links.push_back(found[i].link);
    }
  };
  store(findings.usual);
  store(findings.late);
  definitions_left_ -= size;
  if (tracing_ && size != 0) links_of_[node.first] = std::move(links);
}

size_t NameResolver::Engine::SpanHash::operator()(std::span<const Definition> definitions) const {
  size_t hash = definitions.size();
  for (const Definition& definition : definitions) {
    hash = hash * 0x9e3779b97f4a7c15 + static_cast<uint32_t>(definition.module);
    hash = hash * 0x9e3779b97f4a7c15 + definition.row;
  }
  return hash;
}

bool NameResolver::Engine::SpanEqual::operator()(std::span<const Definition> a,
                                                 std::span<const Definition> b) const {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

Answer NameResolver::Engine::Keep(const Findings& findings) {
  boost::container::small_vector<Definition, 8> definitions;
  for (const Found& found : findings.usual) definitions.push_back(found.definition);
  for (const Found& found : findings.late) definitions.push_back(found.definition);
  const auto known = kept_.find(std::span<const Definition>(definitions));
  if (known != kept_.end()) return {*known, findings.obstacles};
  Node node;
  Store(findings, node);
  return {*kept_.emplace(node.first, node.count).first, findings.obstacles};
}

}  // namespace coppice
