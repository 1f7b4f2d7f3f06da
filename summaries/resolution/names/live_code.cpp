#include "summaries/resolution/names/live_code.h"

namespace coppice {
namespace {

Truth And(Truth a, Truth b) {
  if (a == Truth::kFalse || b == Truth::kFalse) return Truth::kFalse;
  return a == Truth::kTrue && b == Truth::kTrue ? Truth::kTrue : Truth::kUnknown;
}

}  // namespace

Result<bool> IsLive(const ModuleFinder& finder, ModuleRef file) {
  const Index& index = finder.index();
  if (index.shadowed(file)) return false;
  if (finder.reachable(file) || finder.profile() != SearchProfile::kRuntime) return true;
  const Result<ModuleInfo> info = index.file(file);
  if (!info) return info.error();
  return !info->is_stub();
}

Truth EvaluateGuard(const Guard& guard, const Target& target, ExpressionParser& parser,
                    const ConstantTexts& constants) {
  switch (guard.kind) {
    case GuardKind::kIf: {
      parser.Parse(guard.test);
      const Truth truth = EvaluateCondition(parser, target, constants);
      return guard.branch == 0 ? truth : Not(truth);
    }
    case GuardKind::kLoop:
      if (guard.branch != 0) break;
      parser.Parse(guard.test);
      if (EvaluateCondition(parser, target, constants) == Truth::kFalse) return Truth::kFalse;
      break;
    case GuardKind::kWith:
    case GuardKind::kFinally:
      return Truth::kTrue;
    case GuardKind::kTry:
    case GuardKind::kExcept:
    case GuardKind::kElse:
    case GuardKind::kMatch:
      break;
  }
  return Truth::kUnknown;
}

void Conditions::Enter(const SummaryView& view) {
  view_ = &view;
  known_.assign(view.guard_count(), std::nullopt);
}

Conditions::Condition Conditions::Of(std::optional<uint32_t> guard) {
  if (!guard) return {};
  chain_.clear();
  for (std::optional<uint32_t> at = guard; at && !known_[*at]; at = view_->OuterGuard(*at)) {
    chain_.push_back(*at);
  }
  // From the outermost that is not known in.
  for (; !chain_.empty(); chain_.pop_back()) {
    const uint32_t at = chain_.back();
    Condition condition = Evaluate(view_->guard(at));
    if (const std::optional<uint32_t> outer = view_->OuterGuard(at)) {
      condition.checked = And(condition.checked, known_[*outer]->checked);
      condition.run = And(condition.run, known_[*outer]->run);
    }
    known_[at] = condition;
  }
  return *known_[*guard];
}

Conditions::Condition Conditions::Evaluate(const Guard& guard) {
  Condition condition;
  target_.type_checking = true;
  condition.checked = EvaluateGuard(guard, target_, parser_);
  target_.type_checking = false;
  condition.run = EvaluateGuard(guard, target_, parser_);
  return condition;
}

}  // namespace coppice
