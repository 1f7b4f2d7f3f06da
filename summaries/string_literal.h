// Values of string literals, and docstrings cleaned for people.
#pragma once

#include <string>
#include <string_view>

#include "parser/syntax_tree.h"

namespace coppice {

// Appends the value of an expression that is one str literal, an implicit concatenation of them, or
// either in parentheses; false, with `out` unchanged, if it is anything else (bytes and f-strings
// are). As Python decodes them, with two exceptions: lone surrogates become U+FFFD each, and
// \N{...} stays as written (its names would need a database of a megabyte).
bool AppendStringValue(const Node& expression, std::string& out);

// Appends `doc` as inspect.cleandoc has it: tabs expanded, common indentation and blank lines at
// both ends removed.
void AppendCleanDoc(std::string_view doc, std::string& out);

}  // namespace coppice
