// Which code of an index counts: files that others do not replace, conditions that may hold.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "summaries/error.h"
#include "summaries/resolution/expressions/expression.h"
#include "summaries/resolution/expressions/target.h"
#include "summaries/resolution/imports/module_finder.h"
#include "summaries/summary_view.h"

namespace coppice {

// Whether anything that looks at all modules looks at this one: not at files that a pack further up
// replaces, and not, by the interpreter's rules, at stubs of what is there as source. Files that no
// import reaches are looked at: programs are such files.
Result<bool> IsLive(const ModuleFinder& finder, ModuleRef file);

// What a guard's own condition is, without those around it: of `with` and `finally`, which change
// nothing, true; of a loop's body false at most, for it may be left before its end. `parser` is
// used up.
Truth EvaluateGuard(const Guard& guard, const Target& target, ExpressionParser& parser,
                    const ConstantTexts& constants = {});

// What the guards of one summary after another are for a target. For one thread at a time.
class Conditions {
 public:
  struct Condition {
    Truth checked = Truth::kTrue;  // for a type checker
    Truth run = Truth::kTrue;      // for an interpreter
  };

  explicit Conditions(const Target& target) : target_(target) {}

  // `view` must outlive the questions about it.
  void Enter(const SummaryView& view);
  // All conditions around what stands under `guard`, its own among them.
  Condition Of(std::optional<uint32_t> guard);

 private:
  Condition Evaluate(const Guard& guard);

  Target target_;
  const SummaryView* view_ = nullptr;
  std::vector<std::optional<Condition>> known_;  // by guard
  std::vector<uint32_t> chain_;
  ExpressionParser parser_;
};

}  // namespace coppice
