#include "summaries/resolution/types/type_evaluator.h"

#include <array>

#include "summaries/resolution/types/type_engine.h"

namespace coppice {

std::string_view GapName(TypeGap gap) {
  constexpr std::array<std::string_view, kTypeGapCount> kNames = {
      "",          "name",      "cut",       "value",     "undeclared",   "operation",
      "overloads", "variables", "decorated", "attribute", "not_callable", "no_type",
      "local",     "cycle",     "too_many"};
  return kNames[static_cast<size_t>(gap)];
}

TypeEvaluator::TypeEvaluator(NameResolver& resolver)
    : engine_(std::make_unique<Engine>(resolver)) {}
TypeEvaluator::~TypeEvaluator() = default;

NameResolver& TypeEvaluator::resolver() { return engine_->resolver(); }
ClassTable& TypeEvaluator::classes() { return engine_->classes(); }
TypeTable& TypeEvaluator::types() { return engine_->types(); }

Evaluation TypeEvaluator::Value(const Scope& scope, std::string_view text, Definition declarer) {
  Engine::Findings findings = engine_->Fresh();
  findings.scope = scope;
  findings.declarer = declarer;
  return engine_->Evaluate(findings, text, Engine::Mode::kValue);
}
Evaluation TypeEvaluator::Annotation(const Scope& scope, std::string_view text,
                                     Definition declarer) {
  Engine::Findings findings = engine_->Fresh();
  findings.scope = scope;
  findings.declarer = declarer;
  return engine_->Evaluate(findings, text, Engine::Mode::kAnnotation);
}
Evaluation TypeEvaluator::ValueOf(const Answer& answer) { return engine_->ValueOf(answer); }
Evaluation TypeEvaluator::TypeOf(Definition definition) {
  return engine_->OutermostTypeOf(definition);
}
Evaluation TypeEvaluator::AttributeValue(Definition class_definition, std::string_view text) {
  return engine_->AttributeValue(class_definition, text);
}
Evaluation TypeEvaluator::Attribute(TypeId type, std::string_view name) {
  return engine_->Attribute(type, name);
}
Evaluation TypeEvaluator::Call(TypeId callee) { return engine_->Call(callee); }
std::span<const TypeId> TypeEvaluator::TypeParameters(Definition class_definition) {
  return engine_->TypeParameters(class_definition);
}
std::vector<TypeId> TypeEvaluator::ArgumentsFor(TypeId instance, Definition base) {
  return engine_->ArgumentsFor(instance, base);
}
std::string TypeEvaluator::TextOf(TypeId type, size_t limit) {
  return engine_->TextOf(type, limit);
}

}  // namespace coppice
