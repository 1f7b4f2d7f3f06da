#include "summaries/identifier.h"

#include <utf8proc.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace coppice {

namespace {

bool IsAscii(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  constexpr uint64_t kHighBits = 0x8080808080808080;
  for (; end - at >= 8; at += 8) {
    uint64_t bytes;
    std::memcpy(&bytes, at, 8);
    if ((bytes & kHighBits) != 0) return false;
  }
  uint8_t all = 0;
  for (; at != end; ++at) all |= static_cast<uint8_t>(*at);
  return all < 0x80;
}

}  // namespace

std::string_view NormalizeIdentifier(std::string_view name, TextArena& arena) {
  if (IsAscii(name)) return name;
  utf8proc_uint8_t* normal = nullptr;
  const auto options =
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(name.data()),
                   static_cast<utf8proc_ssize_t>(name.size()), &normal, options);
  if (size < 0) return name;
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(normal, &std::free);
  return arena.Keep({reinterpret_cast<const char*>(normal), static_cast<size_t>(size)});
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
