// The last name of expressions such as `@functools.cached_property` or `Generic[T]`, by which
// decorators, bases and annotations are recognised.
#pragma once

#include <cstdint>
#include <string_view>

#include "parser/syntax_tree.h"

namespace coppice {

// What may stand around the dotted name.
enum class Around : uint8_t { kCalls, kSubscripts };

struct DottedTail {
  std::string_view name;    // as written; empty if the expression is no dotted name
  uint32_t components = 0;  // 1 for a bare name
};

DottedTail TailOf(Node expression, Around around);

// The only child that is neither comment nor line continuation; no node if there are several.
Node OnlyChild(const Node& node);

// `expression` without the parentheses around it.
Node StripParentheses(Node expression);

}  // namespace coppice
