#include "store/glob.h"

#include <cstddef>

namespace coppice {
namespace {

std::size_t Index(char c) { return static_cast<unsigned char>(c); }

std::bitset<256> AllBytes() { return std::bitset<256>().set(); }
std::bitset<256> AllButSlash() { return AllBytes().reset(Index('/')); }
std::bitset<256> Only(char c) { return std::bitset<256>().set(Index(c)); }

}  // namespace

Glob::Glob(std::string_view pattern) {
  while (!pattern.empty()) {
    std::size_t taken = 1;
    if (pattern.starts_with("**/")) {
      steps_.push_back({StepKind::kSkipOrDirs});
      steps_.push_back({StepKind::kDirs});
      taken = 3;
    } else if (pattern.starts_with("**")) {
      steps_.push_back({StepKind::kStar, AllBytes()});
      taken = 2;
    } else if (pattern[0] == '*') {
      steps_.push_back({StepKind::kStar, AllButSlash()});
    } else if (pattern[0] == '?') {
      steps_.push_back({StepKind::kByte, AllButSlash()});
    } else if (pattern[0] == '\\' && pattern.size() > 1) {
      steps_.push_back({StepKind::kByte, Only(pattern[1])});
      taken = 2;
    } else if (const std::size_t set = pattern[0] == '[' ? AddSet(pattern.substr(1)) : 0) {
      taken = 1 + set;
    } else {
      steps_.push_back({StepKind::kByte, Only(pattern[0])});
      if (pattern[0] == '[' || pattern[0] == '\\') well_formed_ = false;
    }
    pattern.remove_prefix(taken);
  }
}

std::size_t Glob::AddSet(std::string_view set) {
  std::size_t at = 0;
  const bool inverted = !set.empty() && (set[0] == '!' || set[0] == '^');
  if (inverted) ++at;
  // A ']' that comes first belongs to the set.
  const std::size_t end = set.find(']', at + 1);
  if (end == set.npos) return 0;
  std::bitset<256> bytes;
  while (at < end) {
    const bool range = at + 2 < end && set[at + 1] == '-';
    const std::size_t last = Index(set[range ? at + 2 : at]);
    for (std::size_t byte = Index(set[at]); byte <= last; ++byte) bytes.set(byte);
    at += range ? 3 : 1;
  }
  if (bytes.none()) well_formed_ = false;
  if (inverted) bytes.flip();
  steps_.push_back({StepKind::kByte, bytes.reset(Index('/'))});
  return end + 1;
}

void Glob::Reach(std::size_t step, std::vector<bool>& reached) const {
  // What is marked already has brought along what follows from it.
  while (!reached[step]) {
    reached[step] = true;
    if (step == steps_.size()) return;
    if (steps_[step].kind == StepKind::kSkipOrDirs) {
      reached[step + 1] = true;
      step += 2;
    } else if (steps_[step].kind == StepKind::kStar) {
      ++step;
    } else {
      return;
    }
  }
}

bool Glob::Matches(std::string_view text) const {
  std::vector<bool> reached(steps_.size() + 1);
  Reach(0, reached);
  for (const char c : text) {
    std::vector<bool> next(steps_.size() + 1);
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (!reached[i]) continue;
      const Step& step = steps_[i];
      switch (step.kind) {
        case StepKind::kByte:
          if (step.bytes[Index(c)]) Reach(i + 1, next);
          break;
        case StepKind::kStar:
          if (step.bytes[Index(c)]) Reach(i, next);
          break;
        case StepKind::kSkipOrDirs:
          break;
        case StepKind::kDirs:
          next[i] = true;
          if (c == '/') Reach(i + 1, next);
          break;
      }
    }
    reached.swap(next);
  }
  return reached[steps_.size()];
}

}  // namespace coppice
