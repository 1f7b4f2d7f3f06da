#include "summaries/summary_names.h"

#include <array>

namespace coppice {

using namespace std::string_view_literals;

std::string_view KindName(SymbolKind kind) {
  static constexpr std::array<std::string_view, kSymbolKindCount> kNames = {
      "class"sv, "function"sv, "variable"sv, "attribute"sv, "type_alias"sv};
  return kNames[static_cast<uint32_t>(kind)];
}

std::string_view KindName(ParameterKind kind) {
  static constexpr std::array<std::string_view, kParameterKindCount> kNames = {
      "posonly"sv, "normal"sv, "vararg"sv, "kwonly"sv, "kwarg"sv};
  return kNames[static_cast<uint32_t>(kind)];
}

std::string_view KindName(GuardKind kind) {
  static constexpr std::array<std::string_view, kGuardKindCount> kNames = {
      "if"sv, "try"sv, "except"sv, "else"sv, "finally"sv, "match"sv, "loop"sv, "with"sv};
  return kNames[static_cast<uint32_t>(kind)];
}

std::string_view ScopeName(ImportScope scope) {
  static constexpr std::array<std::string_view, kImportScopeCount> kNames = {"module"sv, "class"sv,
                                                                             "function"sv};
  return kNames[static_cast<uint32_t>(scope)];
}

std::string_view FlagName(SymbolFlag flag) {
  static constexpr std::array<std::string_view, kSymbolFlagCount> kNames = {
      "async"sv,       "generator"sv,    "property"sv,  "getter"sv,    "setter"sv,   "deleter"sv,
      "classmethod"sv, "staticmethod"sv, "implicit"sv,  "abstract"sv,  "overload"sv, "override"sv,
      "final"sv,       "deprecated"sv,   "dataclass"sv, "enum"sv,      "protocol"sv, "typeddict"sv,
      "namedtuple"sv,  "slots"sv,        "classvar"sv,  "typealias"sv, "global"sv};
  return kNames[static_cast<uint32_t>(flag)];
}

}  // namespace coppice
