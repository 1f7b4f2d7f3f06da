// Values of string literals, and docstrings cleaned for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "parser/syntax_tree.h"

namespace coppice {

// What becomes of \N{...}, whose names would need a database of a megabyte.
enum class NamedEscapes : uint8_t { kKeptAsWritten, kRefused };

// Appends the value of an expression that is one str literal, an implicit concatenation of them, or
// either in parentheses; false, with `out` unchanged, if it is anything else (bytes and f-strings
// are) or holds an escape that is refused. As Python decodes them, save that lone surrogates become
// U+FFFD each.
bool AppendStringValue(const Node& expression, std::string& out,
                       NamedEscapes named = NamedEscapes::kKeptAsWritten);

// Appends `doc` as inspect.cleandoc has it: tabs expanded, common indentation and blank lines at
// both ends removed.
void AppendCleanDoc(std::string_view doc, std::string& out);

}  // namespace coppice
