#include "summaries/identifier.h"

#include "summaries/unicode.h"

namespace coppice {

std::string_view NormalizeIdentifier(std::string_view name, TextArena& arena) {
  if (IsAscii(name)) return name;
  const auto normal = NormalFormKc(name);
  return normal ? arena.Keep(*normal) : name;
}

std::string_view MangleIdentifier(std::string_view name, std::string_view class_name,
                                  TextArena& arena) {
  if (!name.starts_with("__") || name.ends_with("__")) return name;
  const size_t stripped = class_name.find_first_not_of('_');
  if (stripped == std::string_view::npos) return name;
  std::string mangled = "_";
  mangled += class_name.substr(stripped);
  mangled += name;
  return arena.Keep(mangled);
}

}  // namespace coppice
