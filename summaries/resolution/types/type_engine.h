// How TypeEvaluator answers: what is found out of a definition is kept. An implementation detail.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
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
#include "summaries/resolution/expressions/expression_parts.h"
#include "summaries/resolution/types/type_evaluator.h"

namespace coppice {

// What is asked of a definition while it is worked out depends on itself, and so does all that
// needs it.
//
// The stack does not grow with the input: a definition that is needed kMaxNesting deep is put
// aside, worked out on an empty stack, and then the outermost question is asked again.
class TypeEvaluator::Engine {
 public:
  // What is found out beside a type while an expression is read.
  struct Findings {
    Scope scope;
    Definition declarer;
    bool in_method = false;  // the text stands in a function, whose locals are not known
    Definition method_class;
    Definition first;
    Obstacles obstacles;
    TypeGap gap = TypeGap::kNone;
    uint8_t count = 0;
    bool seen = false;
    TypeGap silent = TypeGap::kTooMany;  // where a shape cannot be made, why

    TypeId Unknown(TypeGap why);
    void Note(const Answer& answer);
    TypeId Take(const Evaluation& inner);
    Evaluation Result(TypeId type) const;
  };
  enum class Mode : uint8_t { kValue, kAnnotation };

  explicit Engine(NameResolver& resolver);

  NameResolver& resolver() { return resolver_; }
  ClassTable& classes() { return classes_; }
  TypeTable& types() { return types_; }

  // Outermost questions.
  Evaluation Evaluate(const Findings& findings, std::string_view text, Mode mode);
  Evaluation ValueOf(const Answer& answer);
  Evaluation AttributeValue(Definition class_definition, std::string_view text);
  Evaluation OutermostTypeOf(Definition definition);
  Evaluation Attribute(TypeId type, std::string_view name);
  Evaluation Call(TypeId callee);

  std::span<const TypeId> TypeParameters(Definition class_definition) {
    return ParametersOf(class_definition).variables;
  }
  std::vector<TypeId> ArgumentsFor(TypeId instance, Definition base);
  std::string TextOf(TypeId type, size_t limit);

  Findings Fresh() const;

 private:
  // Expressions within expressions, and definitions that need others, taken together: beyond the
  // first nothing is worked out, beyond the second no further definition before those above.
  static constexpr uint32_t kMaxDepth = 400;
  static constexpr uint32_t kMaxNesting = 150;
  static constexpr size_t kMaxDefinitions = 16;  // that one name may mean, of which a union is made

  using Types = boost::container::small_vector<TypeId, 8>;

  enum Builtin : size_t {
    kInt,
    kFloat,
    kComplex,
    kBool,
    kStr,
    kBytes,
    kList,
    kSet,
    kDict,
    kTuple,
    kEllipsisType,
    kBuiltinCount
  };

  // One level deeper; false if that is too deep.
  class Deeper {
   public:
    explicit Deeper(Engine& engine) : engine_(engine) { ++engine_.depth_; }
    ~Deeper() { --engine_.depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;
    explicit operator bool() const {
      if (engine_.depth_ <= kMaxDepth) return true;
      engine_.too_deep_ = true;
      return false;
    }

   private:
    Engine& engine_;
  };
  // A parser for a text within others.
  class Borrowed {
   public:
    explicit Borrowed(Engine& engine) : engine_(engine) {
      if (engine_.parsers_in_use_ == engine_.parsers_.size()) engine_.parsers_.emplace_back();
      parser_ = &engine_.parsers_[engine_.parsers_in_use_++];
    }
    ~Borrowed() { --engine_.parsers_in_use_; }
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    ExpressionParser& operator*() const { return *parser_; }

   private:
    Engine& engine_;
    ExpressionParser* parser_;
  };

  // Type variables in the order of arguments.
  struct Parameters {
    std::vector<TypeId> variables;
    size_t single = SIZE_MAX;  // how many come before the first that takes any number of arguments
  };
  // Variables with what stands for them.
  struct Substitution {
    std::span<const TypeId> variables;
    std::span<const TypeId> values;  // what is missing is kUnknown
    TypeId self = TypeId::kSelf;
    boost::unordered_flat_map<uint32_t, TypeId> done = {};
  };

  enum class State : uint8_t { kOpen, kDone };
  struct Known {
    Evaluation evaluation;
    State state = State::kOpen;
  };
  using Memo = boost::unordered_flat_map<Definition, Known>;
  // What is kept of a definition: its value's type, what it describes as a type, what it returns.
  enum class Subject : uint8_t { kValue, kAlias, kReturn };
  struct Aside {
    Subject subject;
    Definition definition;
  };

  // --- type_engine.cpp
  template <class Work>
  Evaluation Settle(Work work);
  void SettleAside();
  template <class Work>
  Evaluation Remember(Subject subject, Definition definition, Work work);
  Evaluation Find(Aside aside);
  Memo& MemoOf(Subject subject) { return memos_[static_cast<size_t>(subject)]; }
  // Answers of which more is known than of any other: what holds one holds nothing.
  static bool IsPoison(TypeGap gap) { return gap == TypeGap::kCycle || gap == TypeGap::kTooMany; }
  static Evaluation Poison(TypeGap gap) {
    Evaluation evaluation;
    evaluation.gap = gap;
    return evaluation;
  }
  Evaluation TypeOf(Definition definition);
  Evaluation WorkOut(Definition definition);
  Evaluation OfVariable(Definition definition, const Symbol& symbol);
  TypeId TypeOfAll(Findings& findings, const Answer& answer);
  TypeId Read(Findings& findings, std::string_view text, Mode mode);
  std::optional<TypeId> ReadLiteral(std::string_view text);
  Answer LookUp(const Findings& findings, std::string_view name) {
    return resolver_.Lookup(findings.scope, name);
  }
  TypeId Instance(Builtin builtin, std::span<const TypeId> arguments = {});
  bool IsInstance(TypeId type, Builtin builtin) const {
    return type == builtins_[builtin] && type != TypeId::kUnknown;
  }

  // --- type_values.cpp
  TypeId ValueNode(Findings& findings, const ExpressionParser& parsed, uint32_t node);
  TypeId ClassSubscript(Findings& findings, Definition class_definition,
                        const ExpressionParser& parsed, uint32_t index);
  TypeId SubscriptValue(Findings& findings, const ExpressionParser& parsed, uint32_t node);
  TypeId TupleValue(Findings& findings, const ExpressionParser& parsed, uint32_t node);
  TypeId ComparisonValue(Findings& findings, const ExpressionParser& parsed, uint32_t node);
  TypeId Items(Findings& findings, const ExpressionParser& parsed, uint32_t node,
               Builtin container);
  TypeId CallNode(Findings& findings, const ExpressionParser& parsed, uint32_t node);
  TypeId BinaryNode(Findings& findings, const ExpressionParser& parsed, uint32_t node);
  TypeId NameValue(Findings& findings, std::string_view name);
  bool IsParameterOfMethods(Definition class_definition, std::string_view name);

  // --- type_annotations.cpp
  TypeId AnnotationNode(Findings& findings, const ExpressionParser& parsed, uint32_t node);
  TypeId SubscriptNode(Findings& findings, const ExpressionParser& parsed, uint32_t node);
  Types ArgumentsOf(Findings& findings, const ExpressionParser& parsed, uint32_t index);
  TypeId NameAnnotation(Findings& findings, std::string_view name,
                        std::span<const TypeId> arguments);
  TypeId Described(Findings& findings, Definition definition, std::span<const TypeId> arguments);
  TypeId DescribedByKnown(Findings& findings, KnownName known);
  TypeId AliasOf(Findings& findings, Definition definition, std::span<const TypeId> arguments);
  Evaluation DescribedBy(Definition alias);
  Evaluation WorkOutAlias(Definition alias);
  TypeId TypeParameter(const Findings& findings, std::string_view name);
  TypeId Unpacked(TypeId type) { return types_.Make(TypeForm::kUnpacked, {}, {&type, 1}); }
  TypeId ParameterOf(Definition declarer, std::string_view name);

  // --- type_members.cpp
  TypeId AttributeOf(Findings& findings, TypeId type, std::string_view name);
  TypeId MemberOf(Findings& findings, TypeId receiver, std::string_view name);
  TypeId SpecialMethod(Findings& findings, TypeId instance, std::string_view name);
  std::vector<Definition> ValuesOf(Definition class_definition, const ClassMember& member);
  bool HasEnumMembers(Definition class_definition);
  std::optional<TypeId> MadeByNew(Findings& findings, Definition class_definition);
  TypeId CallOf(Findings& findings, TypeId callee);
  TypeId CallOfClass(Findings& findings, Definition class_definition,
                     std::span<const TypeId> arguments);
  TypeId CallOfFunction(Findings& findings, Definition function, TypeId receiver);
  Evaluation ReturnOf(Definition function);
  Evaluation OwnReturn(Definition function);

  // --- type_generics.cpp
  static std::string_view ParameterName(std::string_view text);
  void CollectVariables(TypeId type, Parameters& parameters);
  Parameters DeclaredParameters(Definition definition);
  Parameters FindParameters(Definition class_definition);
  const Parameters& ParametersOf(Definition class_definition);
  TypeId Substitute(TypeId type, Substitution& substitution);
  TypeId Substitute(TypeId type, const Parameters& parameters, std::span<const TypeId> arguments,
                    TypeId self);
  TypeId Substitute(TypeId type, Definition class_definition, std::span<const TypeId> arguments,
                    TypeId self = TypeId::kSelf);

  // --- type_text.cpp
  void Append(TypeId type, std::string& text, size_t limit);
  std::string NameOf(Definition definition);

  NameResolver& resolver_;
  Dependencies* const dependencies_;  // may be null
  ClassTable classes_;
  TypeTable types_;
  std::deque<ExpressionParser> parsers_;
  size_t parsers_in_use_ = 0;
  uint32_t depth_ = 0;
  bool too_deep_ = false;       // something was, since the outermost question
  std::optional<Aside> aside_;  // the first such definition
  std::array<std::optional<Definition>, kBuiltinCount> builtin_classes_;
  std::array<TypeId, kBuiltinCount> builtins_ = {};
  std::array<Memo, 3> memos_;                                     // of each subject
  boost::unordered_flat_map<Definition, Parameters> parameters_;  // of each class
  // By class, of all of its methods.
  boost::unordered_flat_map<Definition, boost::unordered_flat_set<std::string_view>>
      method_parameters_;
};

inline TypeId TypeEvaluator::Engine::Findings::Unknown(TypeGap why) {
  if (gap == TypeGap::kNone || IsPoison(why)) gap = why;
  return TypeId::kUnknown;
}

template <class Work>
Evaluation TypeEvaluator::Engine::Settle(Work work) {
  for (;;) {
    too_deep_ = false;
    aside_.reset();
    const Evaluation evaluation = work();
    if (!aside_) return evaluation;
    SettleAside();
  }
}

template <class Work>
Evaluation TypeEvaluator::Engine::Remember(Subject subject, Definition definition, Work work) {
  constexpr std::array kKinds = {DependencyKind::kType, DependencyKind::kAlias,
                                 DependencyKind::kReturn};
  const Dependencies::Recording recording(
      dependencies_, {kKinds[static_cast<size_t>(subject)], definition.module, definition.row});
  Memo& memo = MemoOf(subject);
  const auto [found, fresh] = memo.try_emplace(definition);
  if (!fresh) {
    if (found->second.state == State::kDone) return found->second.evaluation;
    return Poison(TypeGap::kCycle);
  }
  if (depth_ >= kMaxNesting) {
    memo.erase(found);
    too_deep_ = true;
    if (!aside_) aside_ = Aside{subject, definition};
    return Poison(TypeGap::kTooMany);
  }
  Evaluation evaluation;
  const bool outermost = depth_ == 0;
  {
    const Deeper deeper(*this);
    evaluation = work();
  }
  if (too_deep_ && !(outermost && !aside_)) {
    memo.erase(definition);
  } else {
    memo[definition] = {evaluation, State::kDone};
  }
  return evaluation;
}

}  // namespace coppice
