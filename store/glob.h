// Shell patterns over bytes: the same in every locale, and never slower than pattern times text.

#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace coppice {

// `?` is any byte but '/', `*` any number of them, `**` any bytes at all, `**/` also nothing at
// all, `[a-z]` and `[!a-z]` one byte that is in a set, or not, and never '/'; `\` takes the next
// byte literally. Every text is a pattern: a '[' without its ']' and a last `\` stand for
// themselves, `[z-a]` is a set of nothing, and the pattern is not well formed. Immutable and
// thread-safe once made.
class Glob {
 public:
  explicit Glob(std::string_view pattern);

  // False: something in it is likely to have been meant otherwise.
  bool well_formed() const { return well_formed_; }

  // Whether all of `text` matches. O(pattern * text).
  bool Matches(std::string_view text) const;

 private:
  enum class StepKind : std::uint8_t {
    kByte,        // one byte of `bytes`
    kStar,        // any bytes of `bytes`, or none
    kSkipOrDirs,  // `**/`: nothing, or go on to the kDirs that follows
    kDirs,        // any bytes, the last of them a '/'
  };
  struct Step {
    StepKind kind;
    std::bitset<256> bytes = {};
  };

  // Reads a set that begins after its '[' and returns how many bytes it took, 0 if it is none.
  std::size_t AddSet(std::string_view set);
  // Marks `step` as reached, and what can be reached from it without a byte.
  void Reach(std::size_t step, std::vector<bool>& reached) const;

  std::vector<Step> steps_;
  bool well_formed_ = true;
};

}  // namespace coppice
