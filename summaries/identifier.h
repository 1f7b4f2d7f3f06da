// Identifiers as Python compares them.
#pragma once

#include <string>
#include <string_view>

#include "summaries/string_table.h"

namespace coppice {

// In Unicode normal form NFKC, as PEP 3131 has names compared: `name` itself if it is in ASCII,
// else a text kept in `arena`. What is not valid UTF-8 stays as it is.
std::string_view NormalizeIdentifier(std::string_view name, TextArena& arena);

// A private name as it is mangled in the class `class_name` (both normalised; empty outside
// classes), as Python's reference has it under "Private name mangling": `name` itself, or a text
// kept in `arena`.
std::string_view MangleIdentifier(std::string_view name, std::string_view class_name,
                                  TextArena& arena);

}  // namespace coppice
