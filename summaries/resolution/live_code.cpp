#include "summaries/resolution/live_code.h"

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
  if (guard.kind == GuardKind::kWith || guard.kind == GuardKind::kFinally) return {};
  Condition condition{Truth::kUnknown, Truth::kUnknown};
  const bool loop = guard.kind == GuardKind::kLoop && guard.branch == 0;
  if (guard.kind != GuardKind::kIf && !loop) return condition;
  parser_.Parse(guard.test);
  for (const bool checking : {true, false}) {
    target_.type_checking = checking;
    Truth truth = EvaluateCondition(parser_, target_);
    if (guard.branch != 0) truth = Not(truth);
    // The body of a loop whose condition holds may still be left before its end.
    if (loop && truth == Truth::kTrue) truth = Truth::kUnknown;
    (checking ? condition.checked : condition.run) = truth;
  }
  return condition;
}

}  // namespace coppice
