// How NameResolver answers: one table of questions, each answered once. An implementation detail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "summaries/resolution/changes/dependencies.h"
#include "summaries/resolution/expressions/expression.h"
#include "summaries/resolution/names/name_resolver.h"
#include "summaries/resolution/names/name_table.h"

namespace coppice {

// A question asks what a name means in one place. Working out its answer asks others, depth first.
//
// One that leads back to itself is answered by what else there is. What was answered on the way is
// then only a part of the truth. When the outermost of the questions that lead to each other has
// its answer, all of them are worked out from nothing, from the answers of the others, until
// nothing changes: in an order of their own, so that it does not matter where one began. Where star
// imports or aliases lead back to themselves, what they hide depends on that order.
//
// The stack does not grow with the input: a question kMaxNesting deep is put aside, the frames
// above are left, it is answered on an empty stack, and then they begin again and find its answer.
// Until then what they were answering counts as open.
class NameResolver::Engine {
 public:
  Engine(std::shared_ptr<const ModuleFinder> finder, Dependencies* dependencies, bool tracing);

  const ModuleFinder& finder() const { return *finder_; }
  Dependencies* dependencies() const { return dependencies_; }
  const std::shared_ptr<const ModuleFinder>& shared_finder() const { return finder_; }

  Answer Resolve(std::string_view dotted_name);
  Answer Resolve(ModuleRef module, std::string_view name);
  Answer Lookup(const Scope& scope, std::string_view dotted_name);
  Answer Member(Definition class_definition, std::string_view name);
  Answer Base(Definition class_definition, std::string_view text);
  std::string_view ConstantText(ModuleRef module, std::string_view name);
  Mro MroOf(Definition class_definition);
  Answer DescribingClasses(Definition class_definition);
  std::vector<std::string_view> NamesOf(ModuleRef module);
  std::vector<ExplainedDefinition> Explain(std::string_view dotted_name);

 private:
  // What a question asks of: the row of a class for the names of its own body, or one of these.
  static constexpr uint32_t kAttribute = UINT32_MAX;     // the module as others see it
  static constexpr uint32_t kOwn = UINT32_MAX - 1;       // the same without what is beside it
  static constexpr uint32_t kInside = UINT32_MAX - 2;    // the module as its own code sees it
  static constexpr uint32_t kForTypes = UINT32_MAX - 3;  // as kOwn for type checkers
  static constexpr uint32_t kListed = UINT32_MAX - 4;    // whether its __all__ has the name
  // Instead of a name: the order of the class's bases, and the classes that describe it.
  static constexpr NameId kOrder{UINT32_MAX};
  static constexpr NameId kDescribing{UINT32_MAX - 1};

  static constexpr uint32_t kMaxNesting = 50;  // of questions on the stack
  static constexpr size_t kMaxDefinitions = 256;
  static constexpr size_t kMaxOrder = 256;  // classes, and bases of one
  static constexpr size_t kMaxStars = 256;  // star imports of one module
  static constexpr int kMaxStubs = 4;       // followed for one class
  static constexpr int kMaxRounds = 16;     // of working out answers that depend on each other
  static constexpr size_t kMaxGuards = 64;  // compared to find complementary ones
  static constexpr size_t kBlockDefinitions = 4096;
  static constexpr uint32_t kNoLink = UINT32_MAX;
  static constexpr size_t kMaxSteps = size_t{1} << 20;  // of one explanation
  static constexpr uint32_t kUnanswered = UINT32_MAX;
  static constexpr uint32_t kNobody = 0;  // a node without answer

  static constexpr uint32_t kNoLimit = UINT32_MAX;

  struct Question {
    ModuleRef module;
    uint32_t row;
    NameId name;
    uint32_t before = kNoLimit;  // only bindings of a smaller order count

    bool IsOfClass() const { return row < kListed; }
    bool HasName() const { return name < kDescribing; }
    friend bool operator==(const Question&, const Question&) = default;
    friend size_t hash_value(const Question& question) {
      size_t hash = static_cast<uint32_t>(question.module);
      hash = hash * 0x9e3779b97f4a7c15 + question.row;
      hash = hash * 0x9e3779b97f4a7c15 + question.before;
      return hash * 0x9e3779b97f4a7c15 + static_cast<uint32_t>(question.name);
    }
  };

  // Something binds it, whether that is known or not.
  static constexpr uint8_t kBound = 1;
  // Of an order: bases contradict each other, or lead back to the class.
  static constexpr uint8_t kInconsistent = 2;

  enum class State : uint8_t { kOpen, kProvisional, kDone };
  struct Node {
    Question question;
    const Definition* first = nullptr;
    // While open: how many are open around it; while provisional: that of the outermost one that it
    // depends on.
    uint32_t depth = kUnanswered;
    uint16_t count = 0;
    Obstacles obstacles;
    State state = State::kOpen;
    uint8_t traits = 0;

    bool bound() const { return count != 0 || (traits & kBound) != 0; }
  };
  static_assert(kMaxDefinitions <= UINT16_MAX && kMaxOrder <= UINT16_MAX);
  static_assert(kMaxDefinitions <= kBlockDefinitions && kMaxOrder <= kBlockDefinitions);

  struct Found {
    Definition definition;
    uint32_t link = kNoLink;  // the first step towards it, if they are traced
  };
  struct Findings {
    boost::container::small_vector<Found, 4> usual;
    boost::container::small_vector<Found, 2> late;  // bound by handlers of exceptions, or in calls
    Obstacles obstacles;
    uint8_t traits = 0;

    bool empty() const { return usual.empty() && late.empty(); }
    size_t size() const { return usual.size() + late.size(); }
  };
  // A step and what comes next; or all that `first` leads to, and then that.
  struct Link {
    Step step;
    uint32_t next;
    uint32_t first = kNoLink;
  };

  struct NamedImport {
    NameId name;
    uint32_t row;
    friend auto operator<=>(const NamedImport&, const NamedImport&) = default;
  };
  struct ClassImport {
    uint32_t class_row;
    NamedImport import;
    friend auto operator<=>(const ClassImport&, const ClassImport&) = default;
  };
  struct Exports {
    std::vector<NameId> names;      // ascending
    std::vector<uint32_t> sources;  // rows of those that take over another module's
  };
  struct ModuleState {
    ModuleRef module = kNoModule;
    std::optional<SummaryView> view;  // none: it has no file, or is damaged
    bool stub = false;
    bool damaged = false;
    std::vector<NamedImport> imports;     // of the module's scope, stars apart; ascending
    std::vector<uint32_t> stars;          // rows, ascending; each kind once, the last
    bool stars_cut = false;               // there are more
    std::vector<ClassImport> of_classes;  // those in the bodies of classes; ascending
    std::vector<NamedImport> submodules;  // that its imports bind without naming them; ascending
    uint32_t first_related = UINT32_MAX;  // as SubmoduleImports has it
    std::vector<uint8_t> conditions;      // of each guard with those around it: a Condition
    std::vector<uint8_t> for_types;       // the same for type checkers, once it was asked for
    std::optional<Exports> exports;       // once they were asked for
    std::optional<std::vector<NamedImport>> in_calls;  // those in functions, likewise
  };
  struct Condition {
    static constexpr uint8_t kUnset = 0xff;
    static constexpr uint8_t kTruthMask = 3;
    static constexpr uint8_t kHandler = 4;    // some guard is a handler of exceptions
    static constexpr uint8_t kConstants = 8;  // it depends on names that the scope may bind
  };

  struct Binding {
    enum class Kind : uint8_t {
      kSymbol,
      kImport,
      kStar,
      kSubmodule,  // an import that binds a submodule without naming it, before it binds names
    };
    uint32_t order;
    uint32_t row;
    Kind kind;
    std::optional<uint32_t> guard;
  };
  using Bindings = boost::container::small_vector<Binding, 8>;
  using GuardRows = boost::container::small_vector<uint32_t, 8>;

  // A base of a class as it takes part in its order.
  struct BaseClass {
    Definition definition;
    bool subscripted = false;
    bool alias = false;       // typing's name for a class that is elsewhere: typing.Dict
    bool typed_dict = false;  // TypedDict, which is dict
  };
  using Texts = boost::container::small_vector<std::string_view, 2>;

  // --- name_engine.cpp
  template <class Attempt>
  auto Run(Attempt attempt);
  void AnswerPostponed();
  uint32_t Ask(const Question& question);
  bool Settle(uint32_t outermost);
  void BeginAgain(std::vector<uint32_t>& members, uint32_t depth);
  static Obstacles CycleAt(const Node& node);
  bool AddsNothing(const Findings& findings, const Node& node) const;
  void AddNode(const Question& question);
  Findings Work(uint32_t number);
  Findings AskAttribute(const Question& question);
  Findings AskInside(const Question& question);
  Findings AskListed(const Question& question);
  bool AddSubmodule(ModuleRef package, std::string_view name, Findings& findings);

  // Records what is read.
  void Read(const Dependency& input) {
    if (dependencies_ != nullptr) dependencies_->Read(input);
  }
  void ReadBindings(const Question& question);
  Dependencies::Node RecordedFor(uint32_t number) const {
    return dependencies_ == nullptr ? Dependencies::Node{} : recorded_[number];
  }
  ModuleRef Find(std::string_view dotted_name, ModuleRef importer = kNoModule, uint32_t level = 0);
  ModuleRef FindChild(ModuleRef package, std::string_view name);

  ModuleState& StateOf(ModuleRef module);
  static void SelectStars(ModuleState& state);
  const Exports& ExportsOf(ModuleState& state);
  uint8_t ConditionOf(const Question& question, uint32_t guard);
  Truth TruthOf(const Question& question, std::optional<uint32_t> guard) {
    if (!guard) return Truth::kTrue;
    return static_cast<Truth>(ConditionOf(question, *guard) & Condition::kTruthMask);
  }
  bool IsBoundInClass(const Question& question, NameId name);
  ModuleRef StubOf(ModuleRef module);
  SymbolKind KindOf(Definition symbol);

  static void Add(Findings& findings, Found found, bool late);
  void TakeOver(Findings& findings, const Findings& others, bool late, const Step& step);
  bool AddAnswer(Findings& findings, uint32_t node, bool late, const Step& step);
  uint32_t MakeLink(const Step& step, uint32_t next);
  uint32_t Append(uint32_t link, uint32_t next);
  std::string Traced(std::string_view text) const {
    return tracing_ ? std::string(text) : std::string();
  }
  Findings FindingsOf(uint32_t node) const;
  std::span<const Definition> DefinitionsOf(uint32_t node) const {
    return {nodes_[node].first, nodes_[node].count};
  }
  Answer AnswerOf(uint32_t node) const { return {DefinitionsOf(node), nodes_[node].obstacles}; }
  Answer Keep(const Findings& findings);
  void Store(const Findings& findings, Node& node);

  // --- name_bindings.cpp
  void AskBindings(const Question& question, Findings& findings);
  bool FollowReached(const Question& question, const Bindings& bindings, Findings& findings);
  void DropImportedBefore(const Question& question, Bindings& bindings);
  Bindings BindingsOf(const ModuleState& state, const Question& question);
  Question Before(Question question, uint32_t order);
  bool IsBoundAnyway(const Question& question, uint32_t guard, GuardRows& seen);
  void FollowAliasOfItself(const Question& question, uint32_t row, Findings& findings);
  void FollowSymbol(const Question& question, const Symbol& symbol, bool late, Findings& findings);
  bool ImportsOwnChild(const Question& question, const Binding& binding);
  bool MayBeImportedBefore(const Question& question, const Bindings& bindings, size_t number);
  bool FollowGlobal(const Question& question, const Symbol& symbol, Findings& findings);
  bool FollowAlias(const Question& question, const Symbol& symbol, std::string_view target,
                   bool late, Findings& findings);
  bool FollowImport(const Question& question, uint32_t row, bool late, Findings& findings);
  bool FollowImportFrom(const Question& question, const Import& import, ModuleRef target, bool late,
                        Findings& findings);
  bool FollowStar(const Question& question, uint32_t row, bool late, Findings& findings);
  bool FollowStarFrom(const Question& question, const Import& import, ModuleRef target, bool late,
                      Findings& findings);
  bool IsBoundBefore(ModuleRef module, NameId name, uint32_t order);
  bool StarMayBind(ModuleRef importer, uint32_t row, NameId name);
  bool LeadsBackOnly(uint32_t node) const;
  bool MayBind(const ModuleState& state, NameId name) const;
  template <class Use>
  bool ForEachModule(ModuleRef importer, uint32_t level, std::string_view name,
                     Obstacles& obstacles, Use use);
  bool IsInAll(ModuleRef module, NameId name, Obstacles& obstacles);
  bool IsReExported(ModuleState& state, const Import& import);
  bool IsDefinition(Definition definition);
  bool FindAliases(std::string_view value, Texts& names);
  static bool Decorates(const ModuleState& state, const Symbol& symbol, const Binding& before);

  // --- name_classes.cpp
  Findings AskOrder(const Question& question);
  Findings AskDescribing(const Question& question);
  std::optional<BaseClass> BaseOf(const Scope& scope, std::string_view text, uint32_t order,
                                  bool described);
  std::optional<Definition> Builtin(std::string_view name);
  bool IsOfTyping(ModuleRef module) const;
  void SettleGenerics(std::vector<BaseClass>& bases, bool type_params);
  bool IsNamed(Definition definition, std::string_view name);
  bool IsForTypesAlone(const std::optional<BaseClass>& base);
  std::optional<Definition> ClassOfStub(Definition definition);
  bool IsGeneric(Definition class_definition);
  Findings FindMember(Definition class_definition, std::string_view name);
  Findings FindBase(const Scope& scope, std::string_view text, uint32_t order);

  // --- name_resolver.cpp
  Findings ResolveDotted(std::string_view dotted_name);
  Findings LookupDotted(const Scope& scope, std::string_view dotted_name,
                        uint32_t order = kNoLimit);
  Findings Attribute(const Findings& values, std::string_view name);

  std::shared_ptr<const ModuleFinder> finder_;
  Dependencies* const dependencies_;  // may be null
  const bool tracing_;
  const bool runtime_;  // the interpreter's view
  Target target_;
  Target types_target_;  // the same for type checkers
  ModuleRef builtins_ = kNoModule;
  std::vector<ModuleRef> typing_;  // modules of classes that describe others
  std::vector<std::unique_ptr<ModuleState>> states_;
  NameTable names_;
  ExpressionParser parser_;
  ExpressionParser tests_;  // of conditional expressions, while parser_ holds the whole

  boost::unordered_flat_map<Question, uint32_t> questions_;
  std::deque<Node> nodes_;
  std::vector<Dependencies::Node> recorded_;  // of each node, if they are recorded
  std::vector<uint32_t> open_;                // nodes, outermost first
  std::vector<uint32_t> provisional_;         // nodes
  uint32_t least_ = UINT32_MAX;  // the least depth that what is being answered depends on
  bool last_resort_ = false;     // a cycle's answers are there: what they lack may be had elsewhere
  size_t stack_begin_ = 0;       // of open_: what lies before has left the stack
  std::optional<Question> postponed_;  // too deep: all frames are being left

  // Answers that are no node's, each once.
  struct SpanHash {
    size_t operator()(std::span<const Definition> definitions) const;
  };
  struct SpanEqual {
    bool operator()(std::span<const Definition> a, std::span<const Definition> b) const;
  };
  boost::unordered_flat_set<std::span<const Definition>, SpanHash, SpanEqual> kept_;

  std::vector<std::unique_ptr<Definition[]>> blocks_;
  Definition* next_definition_ = nullptr;
  size_t definitions_left_ = 0;
  std::vector<Link> links_;
  boost::unordered_flat_map<const Definition*, std::vector<uint32_t>> links_of_;  // if tracing
};

template <class Attempt>
auto NameResolver::Engine::Run(Attempt attempt) {
  for (;;) {
    auto result = attempt();
    if (!postponed_) return result;
    AnswerPostponed();
  }
}

// Calls use(ModuleRef) for each that an import may find, the likeliest first. That of `a.b` where
// `b` is no submodule, but a module that `a` binds, works where `a` enters it in sys.modules, as os
// does with os.path. Whether there is any.
template <class Use>
bool NameResolver::Engine::ForEachModule(ModuleRef importer, uint32_t level, std::string_view name,
                                         Obstacles& obstacles, Use use) {
  bool found = false;
  const ModuleRef module = Find(name, importer, level);
  const size_t dot = name.rfind('.');
  if (module != kNoModule) {
    use(module);
    found = true;
  } else if (dot != std::string_view::npos) {
    const ModuleRef parent = Find(name.substr(0, dot), importer, level);
    const uint32_t node =
        parent == kNoModule ? kNobody : Ask({parent, kOwn, names_.Intern(name.substr(dot + 1))});
    const Answer answer = AnswerOf(node);
    for (const Definition& definition : answer.definitions) {
      if (!definition.is_module()) continue;
      use(definition.module);
      found = true;
    }
    if (found) obstacles.add(answer.obstacles);
  }
  if (!found) obstacles.add(Obstacle::kMissingModule);
  return found;
}

}  // namespace coppice
