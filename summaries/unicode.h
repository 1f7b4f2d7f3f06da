// What Unicode says of text and identifiers, in the version of the utf8proc library at hand.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coppice {

std::string_view UnicodeVersion();  // "15.0.0"

bool IsAscii(std::string_view text);
// RFC 3629. Fast for ASCII.
bool IsUtf8(std::string_view text);

// `text` in normal form NFKC; nothing if it is not valid UTF-8.
std::optional<std::string> NormalFormKc(std::string_view text);

// Whether an import statement can ask for a module of exactly this name: an identifier (PEP 3131;
// keywords included) that is its own normal form, for statements ask for names in that form.
// Linear time; allocates only for names that are not in ASCII.
bool IsImportableName(std::string_view name);

}  // namespace coppice
