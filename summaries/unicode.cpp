#include "summaries/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace coppice {
namespace {

const utf8proc_uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

// ID_Start of UAX 31, of which PropList.txt lists what the categories leave out.
bool IsStart(utf8proc_int32_t c) {
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_NL:
      return c != 0x2e2f;  // Pattern_Syntax
    default:
      return c == '_' || c == 0x1885 || c == 0x1886 || c == 0x2118 || c == 0x212e || c == 0x309b ||
             c == 0x309c;
  }
}

bool IsContinue(utf8proc_int32_t c) {
  switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_PC:
      return true;
    default:
      return IsStart(c) || c == 0x00b7 || c == 0x0387 || (c >= 0x1369 && c <= 0x1371) ||
             c == 0x19da;
  }
}

// Takes the first code point off `text`, which is not empty; -1 if that is not valid UTF-8.
utf8proc_int32_t TakeCodePoint(std::string_view& text) {
  utf8proc_int32_t c = -1;
  const utf8proc_ssize_t size =
      utf8proc_iterate(Bytes(text), static_cast<utf8proc_ssize_t>(text.size()), &c);
  if (size <= 0) return -1;
  text.remove_prefix(static_cast<size_t>(size));
  return c;
}

bool IsAsciiWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

std::string_view UnicodeVersion() { return utf8proc_unicode_version(); }

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

bool IsUtf8(std::string_view text) {
  if (IsAscii(text)) return true;
  while (!text.empty()) {
    if (TakeCodePoint(text) < 0) return false;
  }
  return true;
}

std::optional<std::string> NormalFormKc(std::string_view text) {
  utf8proc_uint8_t* normal = nullptr;
  const auto options =
      static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
  const utf8proc_ssize_t size =
      utf8proc_map(Bytes(text), static_cast<utf8proc_ssize_t>(text.size()), &normal, options);
  if (size < 0) return std::nullopt;
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(normal, &std::free);
  return std::string(reinterpret_cast<const char*>(normal), static_cast<size_t>(size));
}

bool IsImportableName(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  if (IsAscii(name)) return std::all_of(name.begin(), name.end(), IsAsciiWord);
  for (std::string_view rest = name; !rest.empty();) {
    const bool first = rest.size() == name.size();
    const utf8proc_int32_t c = TakeCodePoint(rest);
    if (c < 0 || !(first ? IsStart(c) : IsContinue(c))) return false;
  }
  // What distinguishes XID_Start from ID_Start is not in this form.
  return NormalFormKc(name) == name;
}

}  // namespace coppice
