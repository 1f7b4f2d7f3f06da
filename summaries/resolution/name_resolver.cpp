#include "summaries/resolution/name_resolver.h"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "summaries/resolution/expression.h"
#include "summaries/resolution/name_table.h"

namespace coppice {
namespace {

// The first of several names with dots between them; the others replace `rest`.
std::string_view TakeFirst(std::string_view& rest) {
  const size_t dot = rest.find('.');
  const std::string_view first = rest.substr(0, dot);
  rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
  return first;
}

// Whether a text in the form of summaries is a name, or several with dots between them.
bool IsDottedName(std::string_view text) {
  bool starts = true;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                        static_cast<unsigned char>(c) >= 0x80;
    if (starts ? !letter : !letter && !(c >= '0' && c <= '9') && c != '.') return false;
    starts = c == '.';
  }
  return !starts && !text.ends_with("…");
}

bool IsConstant(std::string_view text) {
  return text == "None" || text == "True" || text == "False";
}

// The merge of C3: what is left of it is appended to `order`; false, and the rest in the order of
// the text, if there is none.
bool MergeOrders(std::vector<std::vector<Definition>> orders, std::vector<Definition>& merged) {
  std::vector<size_t> heads(orders.size());
  bool consistent = true;
  for (;;) {
    const Definition* next = nullptr;
    const Definition* any = nullptr;
    for (size_t i = 0; i < orders.size() && next == nullptr; ++i) {
      if (heads[i] == orders[i].size()) continue;
      const Definition* const candidate = &orders[i][heads[i]];
      if (any == nullptr) any = candidate;
      bool in_tail = false;
      for (size_t j = 0; j < orders.size() && !in_tail; ++j) {
        in_tail = heads[j] != orders[j].size() &&
                  std::find(orders[j].begin() + static_cast<ptrdiff_t>(heads[j]) + 1,
                            orders[j].end(), *candidate) != orders[j].end();
      }
      if (!in_tail) next = candidate;
    }
    if (any == nullptr) return consistent;
    if (next == nullptr) {
      consistent = false;
      next = any;
    }
    const Definition taken = *next;
    if (std::find(merged.begin(), merged.end(), taken) == merged.end()) merged.push_back(taken);
    for (size_t i = 0; i < orders.size(); ++i) {
      if (heads[i] != orders[i].size() && orders[i][heads[i]] == taken) ++heads[i];
    }
  }
}

// A base without its subscript.
std::string_view WithoutSubscript(std::string_view text) {
  return text.ends_with(']') ? text.substr(0, text.find('[')) : text;
}

}  // namespace

class NameResolver::Engine {
 public:
  explicit Engine(std::shared_ptr<const ModuleFinder> finder, bool tracing)
      : finder_(std::move(finder)),
        tracing_(tracing),
        target_(finder_->index().environment().target),
        states_(finder_->module_count()) {
    if (finder_->profile() == SearchProfile::kRuntime) target_.type_checking = false;
    builtins_ = finder_->Find("builtins");
    for (const char* name : {"typing", "typing_extensions", "collections.abc", "_collections_abc",
                             "_typeshed"}) {
      typing_.push_back(finder_->Find(name));
    }
  }

  const ModuleFinder& finder() const { return *finder_; }
  const std::shared_ptr<const ModuleFinder>& shared_finder() const { return finder_; }

  Answer Resolve(std::string_view dotted_name) { return Keep(ResolveDotted(dotted_name)); }
  Answer Resolve(ModuleRef module, std::string_view name) {
    return AnswerOf(Ask({module, kAttribute, names_.Intern(name)}));
  }
  Answer Lookup(const Scope& scope, std::string_view dotted_name) {
    if (!scope.class_row && dotted_name.find('.') == std::string_view::npos) {
      return AnswerOf(Ask({scope.module, kInside, names_.Intern(dotted_name)}));
    }
    return Keep(LookupDotted(scope, dotted_name));
  }
  Answer Member(Definition class_definition, std::string_view name) {
    return Keep(FindMember(class_definition, name));
  }
  Answer Base(const Scope& scope, std::string_view text) { return Keep(FindBase(scope, text)); }
  const Mro& MroOf(Definition class_definition);

  std::vector<std::string_view> NamesOf(ModuleRef module);
  std::vector<ExplainedDefinition> Explain(std::string_view dotted_name);

 private:
  // What a question asks of: the row of a class for the names of its own body, or one of these.
  static constexpr uint32_t kAttribute = UINT32_MAX;    // the module as others see it
  static constexpr uint32_t kOwn = UINT32_MAX - 1;      // the same without what is found beside it
  static constexpr uint32_t kInside = UINT32_MAX - 2;   // the module as its own code sees it
  static constexpr size_t kMaxDefinitions = 256;
  static constexpr size_t kBlockDefinitions = 4096;
  static constexpr uint32_t kMaxAllDepth = 100;  // lists of names that take over others
  static constexpr uint32_t kNoLink = UINT32_MAX;
  static constexpr uint32_t kNoNode = UINT32_MAX;
  static constexpr uint32_t kUnanswered = UINT32_MAX;

  struct Question {
    ModuleRef module;
    uint32_t row;
    NameId name;

    bool IsOfClass() const { return row < kInside; }
    friend bool operator==(const Question&, const Question&) = default;
    friend size_t hash_value(const Question& question) {
      size_t hash = static_cast<uint32_t>(question.module);
      hash = hash * 0x9e3779b97f4a7c15 + question.row;
      return hash * 0x9e3779b97f4a7c15 + static_cast<uint32_t>(question.name);
    }
  };

  enum class State : uint8_t { kActive, kProvisional, kDone };
  struct Node {
    const Definition* first = nullptr;
    uint16_t count = 0;
    Obstacles obstacles;
    State state = State::kActive;
    // While active: its own; while provisional: the least one that it depends on.
    uint32_t depth = kUnanswered;
  };

  struct Found {
    Definition definition;
    uint32_t link = kNoLink;  // the first step towards it, if they are traced
  };
  struct Findings {
    boost::container::small_vector<Found, 4> usual;
    boost::container::small_vector<Found, 2> late;  // bound by handlers of exceptions, or in calls
    Obstacles obstacles;

    bool empty() const { return usual.empty() && late.empty(); }
  };
  struct Link {
    Step step;
    uint32_t next;
  };

  struct NamedImport {
    NameId name;
    uint32_t row;
    friend auto operator<=>(const NamedImport&, const NamedImport&) = default;
  };
  struct ModuleState {
    std::optional<SummaryView> view;   // none: it has no file, or is damaged
    bool stub = false;
    bool damaged = false;
    std::vector<NamedImport> imports;  // of the module's scope, stars apart; ascending
    std::vector<uint32_t> stars;       // rows
    std::vector<uint32_t> of_classes;  // rows of imports in the bodies of classes
    std::vector<NameId> submodules;    // that its imports bind without naming them
    std::vector<uint8_t> conditions;   // of each guard with those around it: a Condition
  };
  struct Condition {
    static constexpr uint8_t kUnset = 0xff;
    static constexpr uint8_t kTruthMask = 3;
    static constexpr uint8_t kHandler = 4;  // some guard is a handler of exceptions
  };

  struct Binding {
    enum class Kind : uint8_t { kSymbol, kImport, kStar };
    uint32_t order;
    uint32_t row;
    Kind kind;
    std::optional<uint32_t> guard;
  };
  using Bindings = boost::container::small_vector<Binding, 8>;
  using GuardRows = boost::container::small_vector<uint32_t, 8>;

  ModuleState& StateOf(ModuleRef module);
  uint8_t ConditionOf(ModuleState& state, uint32_t guard);

  uint32_t Ask(const Question& question);
  Findings Work(const Question& question);
  Findings AskAttribute(const Question& question);
  Findings AskInside(const Question& question);
  void AskBindings(const Question& question, Findings& findings);
  Bindings BindingsOf(const ModuleState& state, const Question& question);
  bool IsBoundAnyway(ModuleState& state, uint32_t guard, GuardRows& seen);

  void FollowSymbol(const Question& question, const Symbol& symbol, bool late, Findings& findings);
  // Whether they bind the name to anything.
  bool FollowImport(const Question& question, const ModuleState& state, uint32_t row, bool late,
                    Findings& findings);
  bool FollowStar(const Question& question, const ModuleState& state, uint32_t row, bool late,
                  Findings& findings);
  bool AddSubmodule(ModuleRef package, std::string_view name, Findings& findings);
  bool IsInAll(ModuleRef module, std::string_view name, uint32_t depth, Obstacles& obstacles);
  bool IsDefinition(Definition definition);
  SymbolKind KindOf(Definition symbol);
  static bool IsReExported(const SummaryView& view, const Import& import);
  static bool IsAliasOfItself(const Symbol& symbol);
  static bool IsAccessor(const SummaryView& view, const Symbol& symbol);

  Findings ResolveDotted(std::string_view dotted_name);
  Findings LookupDotted(const Scope& scope, std::string_view dotted_name);
  Findings Attribute(const Findings& values, std::string_view name);
  Findings FindMember(Definition class_definition, std::string_view name);
  Findings FindBase(const Scope& scope, std::string_view text);
  std::optional<Definition> FirstClass(const Findings& findings);
  Mro ComputeMro(Definition class_definition);
  bool IsOfTyping(ModuleRef module) const;

  static void Add(Findings& findings, Found found, bool late);
  static_assert(kMaxDefinitions <= UINT16_MAX);
  void TakeOver(Findings& findings, const Findings& others, bool late, const Step& step);
  bool AddAnswer(Findings& findings, uint32_t node, bool late, const Step& step);
  uint32_t MakeLink(const Step& step, uint32_t next);
  uint32_t Append(uint32_t link, uint32_t next);
  std::string Traced(std::string_view text) const {
    return tracing_ ? std::string(text) : std::string();
  }
  Findings FindingsOf(uint32_t node) const;
  Answer AnswerOf(uint32_t node) const;
  Answer Keep(const Findings& findings);
  void Store(const Findings& findings, Node& node);

  std::shared_ptr<const ModuleFinder> finder_;
  bool tracing_;
  Target target_;
  ModuleRef builtins_;
  std::vector<ModuleRef> typing_;  // modules of classes that describe others
  std::vector<std::unique_ptr<ModuleState>> states_;
  NameTable names_;
  ExpressionParser parser_;

  boost::unordered_flat_map<Question, uint32_t> questions_;
  std::deque<Node> nodes_;
  std::vector<uint32_t> provisional_;
  uint32_t depth_ = 0;
  uint32_t least_ = UINT32_MAX;  // the least depth that what is being answered depends on

  boost::unordered_flat_map<uint64_t, uint32_t> mro_numbers_;
  std::deque<Mro> mros_;
  std::vector<Definition> active_mros_;

  std::vector<std::unique_ptr<Definition[]>> blocks_;
  Definition* next_definition_ = nullptr;
  size_t definitions_left_ = 0;
  std::vector<Link> links_;
  boost::unordered_flat_map<const Definition*, std::vector<uint32_t>> links_of_;  // if tracing
};

// --- What is known of a module ---------------------------------------------------------------

NameResolver::Engine::ModuleState& NameResolver::Engine::StateOf(ModuleRef module) {
  std::unique_ptr<ModuleState>& slot = states_[static_cast<uint32_t>(module)];
  if (slot) return *slot;
  slot = std::make_unique<ModuleState>();
  ModuleState& state = *slot;
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

  const bool package = finder_->is_package(module);
  const std::string own_name = package ? finder_->name(module) + '.' : std::string();
  for (uint32_t row = 0; row < view->import_count(); ++row) {
    const Import import = view->import(row);
    if (import.scope == ImportScope::kClass) state.of_classes.push_back(row);
    if (import.scope != ImportScope::kModule) continue;
    if (import.binds == "*") {
      state.stars.push_back(row);
    } else {
      state.imports.push_back({names_.Intern(import.binds), row});
    }
    if (!package) continue;
    std::string_view below;
    if (import.level == 1) {
      below = import.module;
    } else if (import.level == 0 && import.module.starts_with(own_name)) {
      below = import.module.substr(own_name.size());
    }
    if (!below.empty()) state.submodules.push_back(names_.Intern(TakeFirst(below)));
  }
  std::sort(state.imports.begin(), state.imports.end());
  std::sort(state.submodules.begin(), state.submodules.end());
  return state;
}

uint8_t NameResolver::Engine::ConditionOf(ModuleState& state, uint32_t row) {
  uint8_t& condition = state.conditions[row];
  if (condition != Condition::kUnset) return condition;
  const Guard guard = state.view->guard(row);
  Truth truth = Truth::kUnknown;
  switch (guard.kind) {
    case GuardKind::kIf:
      parser_.Parse(guard.test);
      truth = EvaluateCondition(parser_, target_);
      if (guard.branch != 0) truth = Not(truth);
      break;
    case GuardKind::kLoop:
      parser_.Parse(guard.test);
      if (guard.branch == 0 && EvaluateCondition(parser_, target_) == Truth::kFalse) {
        truth = Truth::kFalse;
      }
      break;
    case GuardKind::kWith:
    case GuardKind::kFinally:
      truth = Truth::kTrue;
      break;
    case GuardKind::kTry:
    case GuardKind::kExcept:
    case GuardKind::kElse:
    case GuardKind::kMatch:
      break;
  }
  uint8_t result = guard.kind == GuardKind::kExcept ? Condition::kHandler : 0;
  if (const std::optional<uint32_t> outer = state.view->OuterGuard(row)) {
    const uint8_t around = ConditionOf(state, *outer);
    result |= around & Condition::kHandler;
    const auto outer_truth = static_cast<Truth>(around & Condition::kTruthMask);
    if (outer_truth == Truth::kFalse || truth == Truth::kTrue) truth = outer_truth;
  }
  return state.conditions[row] = static_cast<uint8_t>(result | static_cast<uint8_t>(truth));
}

// --- Questions and their answers -------------------------------------------------------------

// A question that leads back to itself is answered by what else there is. What was answered on the
// way is then only a part of the truth and serves this once: it is worked out anew when it is asked
// for itself, so that no answer depends on where one began.
uint32_t NameResolver::Engine::Ask(const Question& question) {
  const auto [found, fresh] =
      questions_.try_emplace(question, static_cast<uint32_t>(nodes_.size()));
  const uint32_t number = found->second;
  if (fresh) {
    nodes_.emplace_back();
  } else {
    Node& node = nodes_[number];
    if (node.state == State::kDone) return number;
    if (node.depth != kUnanswered) {
      least_ = std::min(least_, node.depth);
      return number;
    }
  }
  Node& node = nodes_[number];
  node = Node();
  if (depth_ >= kMaxDepth) {
    node.obstacles.add(Obstacle::kTooDeep);
    node.state = State::kProvisional;
    node.depth = least_ = 0;
    provisional_.push_back(number);
    return number;
  }
  node.depth = depth_;
  const uint32_t outer_least = std::exchange(least_, UINT32_MAX);
  const size_t provisional_before = provisional_.size();
  ++depth_;
  const Findings findings = Work(question);
  --depth_;
  Store(findings, node);
  if (least_ < depth_) {
    node.state = State::kProvisional;
    node.depth = least_;
    provisional_.push_back(number);
    least_ = std::min(least_, outer_least);
    return number;
  }
  node.state = State::kDone;
  for (size_t i = provisional_before; i < provisional_.size(); ++i) {
    nodes_[provisional_[i]].depth = kUnanswered;
  }
  provisional_.resize(provisional_before);
  least_ = outer_least;
  return number;
}

NameResolver::Engine::Findings NameResolver::Engine::Work(const Question& question) {
  switch (question.row) {
    case kAttribute:
      return AskAttribute(question);
    case kInside:
      return AskInside(question);
    default: {
      Findings findings;
      AskBindings(question, findings);
      return findings;
    }
  }
}

NameResolver::Engine::Findings NameResolver::Engine::AskAttribute(const Question& question) {
  const auto [module, row, name_id] = question;
  const std::string_view name = names_.name(name_id);
  const ModuleForm form = finder_->form(module);
  Findings findings;
  if (form == ModuleForm::kFile) {
    findings = FindingsOf(Ask({module, kOwn, name_id}));
    if (!findings.empty()) return findings;
  }
  if (AddSubmodule(module, name, findings)) return findings;
  if (form == ModuleForm::kCompiled) findings.obstacles.add(Obstacle::kOpaqueModule);
  if (form == ModuleForm::kFile && name != "__getattr__") {
    const uint32_t getattr = Ask({module, kOwn, names_.Intern("__getattr__")});
    if (AddAnswer(findings, getattr, false, {Step::Kind::kGetattr, module, 0, "__getattr__"})) {
      findings.obstacles.add(Obstacle::kModuleGetattr);
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

bool NameResolver::Engine::AddSubmodule(ModuleRef package, std::string_view name,
                                        Findings& findings) {
  const ModuleRef child = finder_->FindChild(package, name);
  if (child == kNoModule) return false;
  Add(findings, {{child}, MakeLink({Step::Kind::kSubmodule, package, 0, Traced(name)}, kNoLink)},
      false);
  return true;
}

// --- Bindings --------------------------------------------------------------------------------

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
  if (question.IsOfClass()) {
    for (const uint32_t row : state.of_classes) {
      const Import import = view.import(row);
      if (import.owner == question.row && import.binds == name) {
        add_import(row, Binding::Kind::kImport);
      }
    }
  } else {
    auto at = std::lower_bound(state.imports.begin(), state.imports.end(),
                               NamedImport{question.name, 0});
    for (; at != state.imports.end() && at->name == question.name; ++at) {
      add_import(at->row, Binding::Kind::kImport);
    }
    for (const uint32_t row : state.stars) add_import(row, Binding::Kind::kStar);
  }
  std::sort(bindings.begin(), bindings.end(),
            [](const Binding& a, const Binding& b) { return a.order > b.order; });
  return bindings;
}

void NameResolver::Engine::AskBindings(const Question& question, Findings& findings) {
  ModuleState& state = StateOf(question.module);
  if (!state.view) {
    if (state.damaged) findings.obstacles.add(Obstacle::kDamaged);
    return;
  }
  GuardRows bound_under;
  std::optional<uint32_t> self_alias;
  for (const Binding& binding : BindingsOf(state, question)) {
    uint8_t condition = static_cast<uint8_t>(Truth::kTrue);
    if (binding.guard) condition = ConditionOf(state, *binding.guard);
    const auto truth = static_cast<Truth>(condition & Condition::kTruthMask);
    if (truth == Truth::kFalse) continue;
    const bool late = (condition & Condition::kHandler) != 0;
    bool bound = false;
    bool always = truth == Truth::kTrue;
    switch (binding.kind) {
      case Binding::Kind::kImport:
        bound = FollowImport(question, state, binding.row, late, findings);
        break;
      case Binding::Kind::kStar:
        bound = FollowStar(question, state, binding.row, late, findings);
        break;
      case Binding::Kind::kSymbol: {
        const Symbol symbol = state.view->symbol(binding.row);
        if (IsAliasOfItself(symbol)) {
          self_alias = binding.row;
        } else if (!IsAccessor(*state.view, symbol)) {
          const bool in_call = symbol.flags().has(SymbolFlag::kGlobal);
          bound = true;
          always = always && !in_call;
          // `x: int` alone binds nothing when it is run.
          if (symbol.kind() == SymbolKind::kVariable && !state.stub &&
              symbol.details().value_form == ValueForm::kAbsent) {
            always = bound = false;
            Add(findings, {{question.module, binding.row}}, late);
          } else {
            FollowSymbol(question, symbol, late || in_call, findings);
          }
          bound = bound && !in_call;
        }
        break;
      }
    }
    if (!bound) continue;
    if (always || IsBoundAnyway(state, *binding.guard, bound_under)) return;
  }
  if (!findings.empty()) findings.obstacles.add(Obstacle::kConditional);
  if (self_alias && findings.empty()) {
    // `open = open`: what it was before, in what is around.
    const uint32_t line = state.view->symbol(*self_alias).line();
    const Step step{Step::Kind::kAlias, question.module, line, Traced(names_.name(question.name))};
    const uint32_t node = question.IsOfClass() ? Ask({question.module, kInside, question.name})
                          : builtins_ == kNoModule || builtins_ == question.module
                              ? kNoNode
                              : Ask({builtins_, kOwn, question.name});
    if (node == kNoNode || !AddAnswer(findings, node, false, step)) {
      Add(findings, {{question.module, *self_alias}}, false);
    }
    return;
  }
  if (!question.IsOfClass() && findings.usual.empty() &&
      std::binary_search(state.submodules.begin(), state.submodules.end(), question.name)) {
    AddSubmodule(question.module, names_.name(question.name), findings);
  }
}

// Whether one of two complementary branches is always taken: `guard` and one of those in `seen`, to
// which it is added. What a pair of branches surely binds is bound under the guard around them.
bool NameResolver::Engine::IsBoundAnyway(ModuleState& state, uint32_t guard, GuardRows& seen) {
  const SummaryView& view = *state.view;
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
    seen.push_back(guard);
    if (!paired) return false;
    const std::optional<uint32_t> outer = view.OuterGuard(guard);
    if (!outer) return true;
    if (static_cast<Truth>(ConditionOf(state, *outer) & Condition::kTruthMask) == Truth::kTrue) {
      return true;
    }
    guard = *outer;
  }
}

// `x = x`.
bool NameResolver::Engine::IsAliasOfItself(const Symbol& symbol) {
  if (symbol.kind() != SymbolKind::kVariable) return false;
  const SymbolDetails details = symbol.details();
  return details.value_form == ValueForm::kText && details.value == symbol.name();
}

// `@x.setter def x(...)`: part of the property that an earlier definition began.
bool NameResolver::Engine::IsAccessor(const SummaryView& view, const Symbol& symbol) {
  if (symbol.kind() != SymbolKind::kFunction || symbol.row() == 0) return false;
  const SymbolFlags flags = symbol.flags();
  if (!flags.has(SymbolFlag::kSetter) && !flags.has(SymbolFlag::kDeleter) &&
      !flags.has(SymbolFlag::kGetter)) {
    return false;
  }
  const Symbol before = view.symbol(symbol.row() - 1);
  return before.name() == symbol.name() && before.owner() == symbol.owner();
}

void NameResolver::Engine::FollowSymbol(const Question& question, const Symbol& symbol, bool late,
                                        Findings& findings) {
  if (symbol.kind() == SymbolKind::kVariable) {
    const SymbolDetails details = symbol.details();
    if (details.value_form == ValueForm::kText && IsDottedName(details.value) &&
        !IsConstant(details.value) &&
        details.value.substr(0, details.value.find('.')) != symbol.name()) {
      Scope scope{question.module, {}};
      if (question.IsOfClass()) scope.class_row = question.row;
      const Findings target = LookupDotted(scope, details.value);
      const auto named = [&](const Found& found) { return IsDefinition(found.definition); };
      if (!target.empty() && std::all_of(target.usual.begin(), target.usual.end(), named) &&
          std::all_of(target.late.begin(), target.late.end(), named)) {
        TakeOver(findings, target, late,
                 {Step::Kind::kAlias, question.module, symbol.line(), Traced(details.value)});
        return;
      }
    }
  }
  Add(findings, {{question.module, symbol.row()}}, late);
}

// What an alias stands for, rather than being a variable with a value of its own.
bool NameResolver::Engine::IsDefinition(Definition definition) {
  if (definition.is_module()) return true;
  const SymbolKind kind = KindOf(definition);
  return kind == SymbolKind::kClass || kind == SymbolKind::kFunction ||
         kind == SymbolKind::kTypeAlias;
}

SymbolKind NameResolver::Engine::KindOf(Definition symbol) {
  return StateOf(symbol.module).view->symbol(symbol.row).kind();
}

// What a stub imports is its own affair, unless it says otherwise (typing specification,
// "Import conventions").
bool NameResolver::Engine::IsReExported(const SummaryView& view, const Import& import) {
  if (import.alias && import.binds == (import.name ? *import.name : import.module)) return true;
  for (uint32_t row = 0; row < view.export_count(); ++row) {
    const Export exported = view.exported(row);
    if (!exported.from_module && exported.text == import.binds) return true;
  }
  return false;
}

bool NameResolver::Engine::FollowImport(const Question& question, const ModuleState& state,
                                        uint32_t row, bool late, Findings& findings) {
  const Import import = state.view->import(row);
  if (state.stub && question.row == kOwn && !IsReExported(*state.view, import)) return false;
  const ModuleRef target = finder_->FindFrom(question.module, import.level, import.module);
  if (target == kNoModule) {
    findings.obstacles.add(Obstacle::kMissingModule);
    return false;
  }
  Step step{Step::Kind::kImport, question.module, import.line, {}};
  if (tracing_) {
    step.name = std::string(import.level, '.').append(import.module);
    if (import.name) step.name.append(import.module.empty() ? "" : ".").append(*import.name);
  }
  if (!import.name) {
    // `import a.b` binds `a`; `import a.b as c` binds `a.b`.
    std::string_view rest = import.module;
    const ModuleRef bound = import.alias ? target : finder_->Find(TakeFirst(rest));
    Add(findings, {{bound}, MakeLink(step, kNoLink)}, late);
    return true;
  }
  if (target == question.module && *import.name == names_.name(question.name)) {
    // A package's `from . import x`: nothing else can be bound to it yet.
    const ModuleRef child = finder_->FindChild(target, *import.name);
    if (child == kNoModule) {
      findings.obstacles.add(Obstacle::kMissingName);
      return false;
    }
    Add(findings, {{child}, MakeLink(step, kNoLink)}, late);
    return true;
  }
  const uint32_t node = Ask({target, kAttribute, names_.Intern(*import.name)});
  return AddAnswer(findings, node, late, step) ||
         nodes_[node].obstacles.has(Obstacle::kOpaqueModule);
}

// Whether `from module import *` takes the name if it is bound there.
bool NameResolver::Engine::IsInAll(ModuleRef module, std::string_view name, uint32_t depth,
                                   Obstacles& obstacles) {
  const ModuleState& state = StateOf(module);
  if (!state.view) return false;
  if (!state.view->has_all()) return !name.starts_with('_');
  for (uint32_t row = 0; row < state.view->export_count(); ++row) {
    const Export exported = state.view->exported(row);
    if (!exported.from_module) {
      if (exported.text == name) return true;
      continue;
    }
    const size_t level = std::min(exported.text.find_first_not_of('.'), exported.text.size());
    const ModuleRef other =
        finder_->FindFrom(module, static_cast<uint32_t>(level), exported.text.substr(level));
    if (other == kNoModule) {
      obstacles.add(Obstacle::kMissingModule);
    } else if (depth == kMaxAllDepth) {
      obstacles.add(Obstacle::kTooDeep);
    } else if (IsInAll(other, name, depth + 1, obstacles)) {
      return true;
    }
  }
  if (state.view->all_complete()) return false;
  // What it holds beyond that is likely to be what there is to export.
  obstacles.add(Obstacle::kIncompleteAll);
  return !name.starts_with('_');
}

bool NameResolver::Engine::FollowStar(const Question& question, const ModuleState& state,
                                      uint32_t row, bool late, Findings& findings) {
  const Import import = state.view->import(row);
  const ModuleRef target = finder_->FindFrom(question.module, import.level, import.module);
  if (target == kNoModule) {
    findings.obstacles.add(Obstacle::kMissingModule);
    return false;
  }
  if (!IsInAll(target, names_.name(question.name), 0, findings.obstacles)) {
    if (finder_->form(target) == ModuleForm::kCompiled) {
      findings.obstacles.add(Obstacle::kOpaqueModule);
    }
    return false;
  }
  // A name that is listed is imported if it is a submodule.
  const bool listed = StateOf(target).view->has_all();
  const uint32_t node = Ask({target, listed ? kAttribute : kOwn, question.name});
  return AddAnswer(findings, node, late,
                   {Step::Kind::kStar, question.module, import.line,
                    tracing_ ? finder_->name(target) : std::string()});
}

std::vector<std::string_view> NameResolver::Engine::NamesOf(ModuleRef module) {
  // Candidates: what these modules bind whose names reach this one by star imports.
  std::vector<ModuleRef> sources{module};
  boost::unordered_flat_set<uint32_t> seen{static_cast<uint32_t>(module)};
  std::vector<NameId> candidates;
  for (size_t i = 0; i < sources.size(); ++i) {
    const ModuleState& state = StateOf(sources[i]);
    if (!state.view) continue;
    const RowRange rows = state.view->ModuleSymbols();
    for (uint32_t row = rows.first; row < rows.last; ++row) {
      candidates.push_back(names_.Intern(state.view->symbol(row).name()));
    }
    for (const NamedImport& import : state.imports) candidates.push_back(import.name);
    if (i != 0) {
      for (uint32_t row = 0; row < state.view->export_count(); ++row) {
        const Export exported = state.view->exported(row);
        if (!exported.from_module) candidates.push_back(names_.Intern(exported.text));
      }
    }
    for (const uint32_t row : state.stars) {
      const Import import = state.view->import(row);
      const ModuleRef target = finder_->FindFrom(sources[i], import.level, import.module);
      if (target != kNoModule && seen.insert(static_cast<uint32_t>(target)).second) {
        sources.push_back(target);
      }
    }
  }
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  std::vector<std::string_view> names;
  for (const NameId name : candidates) {
    if (nodes_[Ask({module, kOwn, name})].count != 0) names.push_back(names_.name(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

// --- Several names with dots between them ----------------------------------------------------

NameResolver::Engine::Findings NameResolver::Engine::ResolveDotted(std::string_view dotted_name) {
  std::string_view rest = dotted_name;
  const ModuleRef top = finder_->Find(TakeFirst(rest));
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
                                                                  std::string_view dotted_name) {
  std::string_view rest = dotted_name;
  const NameId first = names_.Intern(TakeFirst(rest));
  uint32_t node = kNoNode;
  if (scope.class_row) node = Ask({scope.module, *scope.class_row, first});
  if (node == kNoNode || nodes_[node].count == 0) node = Ask({scope.module, kInside, first});
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

// --- Classes ---------------------------------------------------------------------------------

NameResolver::Engine::Findings NameResolver::Engine::FindMember(Definition class_definition,
                                                                std::string_view name) {
  Findings findings;
  const NameId id = names_.Intern(name);
  const Mro& mro = MroOf(class_definition);
  for (const Definition& each : mro.classes) {
    if (AddAnswer(findings, Ask({each.module, each.row, id}), false,
                  {Step::Kind::kMember, each.module, 0, Traced(name)})) {
      return findings;
    }
  }
  findings.obstacles.add(mro.complete ? Obstacle::kMissingName : Obstacle::kUnknownBase);
  return findings;
}

NameResolver::Engine::Findings NameResolver::Engine::FindBase(const Scope& scope,
                                                              std::string_view text) {
  const std::string_view name = WithoutSubscript(text);
  if (!IsDottedName(name)) return {};
  return LookupDotted(scope, name);
}

std::optional<Definition> NameResolver::Engine::FirstClass(const Findings& findings) {
  if (findings.empty()) return std::nullopt;
  const Definition first =
      findings.usual.empty() ? findings.late[0].definition : findings.usual[0].definition;
  if (first.is_module() || KindOf(first) != SymbolKind::kClass) return std::nullopt;
  return first;
}

const Mro& NameResolver::Engine::MroOf(Definition class_definition) {
  const uint64_t key =
      uint64_t{static_cast<uint32_t>(class_definition.module)} << 32 | class_definition.row;
  if (const auto found = mro_numbers_.find(key); found != mro_numbers_.end()) {
    return mros_[found->second];
  }
  const uint32_t outer_least = std::exchange(least_, UINT32_MAX);
  Mro mro = ComputeMro(class_definition);
  mros_.push_back(std::move(mro));
  // What depends on an answer that is not finished serves this once.
  if (least_ == UINT32_MAX) mro_numbers_.emplace(key, static_cast<uint32_t>(mros_.size() - 1));
  least_ = std::min(least_, outer_least);
  return mros_.back();
}

bool NameResolver::Engine::IsOfTyping(ModuleRef module) const {
  return std::find(typing_.begin(), typing_.end(), module) != typing_.end();
}

Mro NameResolver::Engine::ComputeMro(Definition class_definition) {
  Mro mro;
  mro.classes.push_back(class_definition);
  if (active_mros_.size() >= kMaxDepth ||
      std::find(active_mros_.begin(), active_mros_.end(), class_definition) != active_mros_.end()) {
    mro.consistent = false;
    least_ = 0;
    return mro;
  }
  active_mros_.push_back(class_definition);
  const SummaryView& view = *StateOf(class_definition.module).view;
  const Symbol symbol = view.symbol(class_definition.row);
  const Scope scope{class_definition.module, symbol.owner()};

  // What typeshed says of bases is true of types; at run time a class in C has none of typing's.
  const bool described = finder_->profile() == SearchProfile::kRuntime &&
                         StateOf(class_definition.module).stub;
  // What is merged: the orders of the bases, and the bases themselves.
  std::vector<std::vector<Definition>> orders;
  std::vector<Definition> bases;
  for (const std::string_view text : symbol.details().bases) {
    const std::optional<Definition> base = FirstClass(FindBase(scope, text));
    if (described && (!base || IsOfTyping(base->module))) continue;
    if (!base) {
      mro.complete = false;
      continue;
    }
    const Mro& inherited = MroOf(*base);
    mro.complete = mro.complete && inherited.complete;
    mro.consistent = mro.consistent && inherited.consistent;
    orders.push_back(inherited.classes);
    bases.push_back(*base);
  }
  if (bases.empty() && mro.complete && builtins_ != kNoModule) {
    const std::optional<Definition> object =
        FirstClass(FindingsOf(Ask({builtins_, kOwn, names_.Intern("object")})));
    if (object && *object != class_definition) orders.push_back({*object});
  }
  active_mros_.pop_back();
  orders.push_back(bases);
  if (!MergeOrders(orders, mro.classes)) mro.consistent = false;
  return mro;
}

// --- Findings and answers --------------------------------------------------------------------

void NameResolver::Engine::Add(Findings& findings, Found found, bool late) {
  const auto same = [&](const Found& other) { return other.definition == found.definition; };
  if (std::any_of(findings.usual.begin(), findings.usual.end(), same)) return;
  const auto known = std::find_if(findings.late.begin(), findings.late.end(), same);
  if (late) {
    if (known == findings.late.end()) findings.late.push_back(found);
  } else {
    if (known != findings.late.end()) findings.late.erase(known);
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
  const Link first = links_[link];
  return MakeLink(first.step, Append(first.next, next));
}

NameResolver::Engine::Findings NameResolver::Engine::FindingsOf(uint32_t number) const {
  const Node& node = nodes_[number];
  Findings findings;
  findings.obstacles = node.obstacles;
  for (uint32_t i = 0; i < node.count; ++i) {
    findings.usual.push_back({node.first[i], tracing_ ? links_of_.at(node.first)[i] : kNoLink});
  }
  return findings;
}

Answer NameResolver::Engine::AnswerOf(uint32_t number) const {
  const Node& node = nodes_[number];
  return {{node.first, node.count}, node.obstacles};
}

void NameResolver::Engine::Store(const Findings& findings, Node& node) {
  node.obstacles.add(findings.obstacles);
  const size_t size = std::min(findings.usual.size() + findings.late.size(), kMaxDefinitions);
  if (size > definitions_left_) {
    definitions_left_ = kBlockDefinitions;
    blocks_.push_back(std::make_unique<Definition[]>(kBlockDefinitions));
    next_definition_ = blocks_.back().get();
  }
  node.first = next_definition_;
  node.count = static_cast<uint16_t>(size);
  std::vector<uint32_t> links;
  for (const auto& found : findings.usual) {
    if (next_definition_ == node.first + size) break;
    *next_definition_++ = found.definition;
    links.push_back(found.link);
  }
  for (const auto& found : findings.late) {
    if (next_definition_ == node.first + size) break;
    *next_definition_++ = found.definition;
    links.push_back(found.link);
  }
  definitions_left_ -= size;
  if (tracing_ && size != 0) links_of_[node.first] = std::move(links);
}

Answer NameResolver::Engine::Keep(const Findings& findings) {
  Node node;
  Store(findings, node);
  return {{node.first, node.count}, node.obstacles};
}

std::vector<ExplainedDefinition> NameResolver::Engine::Explain(std::string_view dotted_name) {
  std::vector<ExplainedDefinition> explained;
  const Findings findings = ResolveDotted(dotted_name);
  const auto explain = [&](const Found& found) {
    ExplainedDefinition& each = explained.emplace_back();
    each.definition = found.definition;
    for (uint32_t link = found.link; link != kNoLink; link = links_[link].next) {
      each.steps.push_back(links_[link].step);
    }
  };
  for (const Found& found : findings.usual) explain(found);
  for (const Found& found : findings.late) explain(found);
  return explained;
}

NameResolver::NameResolver(std::shared_ptr<const ModuleFinder> finder)
    : engine_(std::make_unique<Engine>(std::move(finder), false)) {}
NameResolver::~NameResolver() = default;

const ModuleFinder& NameResolver::finder() const { return engine_->finder(); }
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
const Mro& NameResolver::MroOf(Definition class_definition) {
  return engine_->MroOf(class_definition);
}
Answer NameResolver::Base(const Scope& scope, std::string_view text) {
  return engine_->Base(scope, text);
}
std::vector<std::string_view> NameResolver::NamesOf(ModuleRef module) {
  return engine_->NamesOf(module);
}
std::vector<ExplainedDefinition> NameResolver::Explain(std::string_view dotted_name) {
  Engine engine(engine_->shared_finder(), true);
  return engine.Explain(dotted_name);
}

}  // namespace coppice
