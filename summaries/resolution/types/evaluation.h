// Everything that all summaries of an index mention, resolved: what an analyzer asks before it
// looks at any body.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "summaries/resolution/types/type_evaluator.h"

namespace coppice {

enum class EvaluationKind : uint8_t {
  kImport,
  kBase,  // and keywords of classes
  kDecorator,
  kAnnotation,
  kDefault,
  kAlias,  // a value that is a name, or what `type` declares
  kValue,  // any other
};
inline constexpr uint32_t kEvaluationKindCount = 7;
std::string_view KindName(EvaluationKind kind);  // "import", ... Static storage

struct EvaluationCounts {
  uint64_t total = 0;
  uint64_t typed = 0;  // the type is known, or a part of it
  uint64_t named = 0;  // it is not, but what the expression names
  uint64_t unknown() const { return total - typed - named; }
};

// Results of all evaluations: one is an occurrence of an expression in one module. It takes four
// bytes, and a result that many share is kept once or a few times. A module's lie in the order of
// its imports, then of its symbols' rows and of the texts of each.
class Evaluations {
 public:
  uint64_t size() const { return occurrences_.size(); }
  uint32_t kept() const { return static_cast<uint32_t>(results_.size()); }
  // Valid while this is not changed.
  const Evaluation& operator[](uint64_t number) const { return results_[occurrences_[number]]; }
  // The first of a file, by its number; of one beyond the last: size().
  uint64_t first_of(ModuleRef file) const { return first_of_file_[static_cast<uint32_t>(file)]; }
  std::size_t bytes() const;  // that it holds

  std::array<EvaluationCounts, kEvaluationKindCount> counts = {};
  // Why nothing is known of those that are neither typed nor named.
  std::array<uint64_t, kTypeGapCount> gaps = {};
  std::array<uint64_t, kObstacleCount> obstacles = {};
  uint64_t worked_out = 0;  // the others were known from the same text in the same place
  uint32_t modules = 0;
  uint32_t damaged = 0;  // modules whose summaries cannot be read
  uint64_t source_bytes = 0;

 private:
  friend class ModuleEvaluator;
  std::vector<uint32_t> occurrences_;
  std::vector<uint64_t> first_of_file_;
  std::vector<Evaluation> results_;
};

// Evaluates every file of the finder's index that no other shadows, in the index's order.
// `after_each` is called after each file; it may be empty. Linear in the occurrences, beside what
// each different text costs the evaluator. Damaged modules are counted, not evaluated.
Evaluations EvaluateAll(TypeEvaluator& evaluator, const std::function<void()>& after_each = {});

}  // namespace coppice
