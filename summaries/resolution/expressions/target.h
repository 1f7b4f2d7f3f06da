// What code is analysed for, and which conditions that decides.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "summaries/resolution/expressions/expression.h"

namespace coppice {

// An interpreter, as far as code asks about it in conditions around its definitions.
struct Target {
  uint32_t major = 3;
  uint32_t minor = 13;
  std::string platform = "linux";          // sys.platform
  std::string implementation = "cpython";  // sys.implementation.name
  std::string os_name = "posix";           // os.name
  bool type_checking = true;  // typing.TYPE_CHECKING: false for what an interpreter would see

  friend bool operator==(const Target&, const Target&) = default;
};

enum class Truth : uint8_t { kFalse, kTrue, kUnknown };

Truth Not(Truth truth);

// The text of the value of a name that is bound once and for all, or nothing: `PY2` in a module
// that says `PY2 = sys.version_info[0] == 2`.
using ConstantTexts = std::function<std::string_view(std::string_view name)>;

// What a condition is for a target: comparisons of sys.version_info (its items and slices too),
// sys.platform (its beginning, startswith and what is in it, too), sys.implementation.name and
// os.name with constants, of the platform's name with sys.builtin_module_names, TYPE_CHECKING,
// `__name__ == "__main__"` (false: what is imported is no program; other names are unknown),
// constants, names that `constants` has such values for, and `not`, `and`, `or` of these. As type
// checkers do, names are taken by how they are written. Unknown for all else. (Typing
// specification, "Version and platform checking".)
Truth EvaluateCondition(const ExpressionParser& condition, const Target& target,
                        const ConstantTexts& constants = {});

}  // namespace coppice
