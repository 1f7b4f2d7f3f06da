// UTF-8 (RFC 3629), byte by byte: for what reads, measures and cuts source text.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace coppice {

inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";  // U+FFFD

inline bool IsContinuationByte(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Length of the well-formed sequence at the head of `bytes`, which are not empty, or 0: table 3-7
// of the Unicode standard.
inline std::size_t Utf8SequenceLength(std::string_view bytes) {
  const auto byte = [bytes](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (bytes.size() < length) return 0;
  const unsigned char lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < lowest || byte(1) > highest) return 0;
  for (std::size_t at = 2; at < length; ++at) {
    if (!IsContinuationByte(bytes[at])) return 0;
  }
  return length;
}

// The longest prefix of valid `text` that has at most `limit` bytes and cuts no character.
inline std::string_view Utf8Prefix(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit != 0 && IsContinuationByte(text[limit])) --limit;
  return text.substr(0, limit);
}

// UTF-16 code units of the character that this byte starts; none for continuation bytes.
inline std::uint32_t Utf16Units(char c) {
  const bool two = static_cast<unsigned char>(c) >= 0xF0;
  return (IsContinuationByte(c) ? 0U : 1U) + (two ? 1U : 0U);
}

inline std::uint32_t Utf16Length(std::string_view text) {
  std::uint32_t units = 0;
  for (const char c : text) units += Utf16Units(c);
  return units;
}

// Appends the UTF-8 form of a code point, which must be a Unicode scalar value.
inline void AppendUtf8(char32_t code_point, std::string& text) {
  const auto put = [&text](char32_t byte) { text += static_cast<char>(byte); };
  const auto put_rest = [&](unsigned shift) { put(0x80 | (code_point >> shift & 0x3F)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6);
    put_rest(0);
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12);
    put_rest(6);
    put_rest(0);
  } else {
    put(0xF0 | code_point >> 18);
    put_rest(12);
    put_rest(6);
    put_rest(0);
  }
}

}  // namespace coppice
