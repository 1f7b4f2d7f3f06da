#include "parser/source.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>

#include "parser/codec.h"
#include "parser/line_ends.h"
#include "parser/utf8.h"

namespace coppice {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kUtf8Name = "utf-8";
constexpr std::size_t kMaxDecodedBytes = std::numeric_limits<std::uint32_t>::max();

unsigned char Byte(char c) { return static_cast<unsigned char>(c); }

// How many bytes from `at` on are ASCII.
std::size_t AsciiRun(std::string_view bytes, std::size_t at) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  const std::size_t start = at;
  std::array<std::uint64_t, 8> words;
  while (bytes.size() - at >= sizeof words) {
    std::memcpy(words.data(), bytes.data() + at, sizeof words);
    std::uint64_t any = 0;
    for (const std::uint64_t word : words) any |= word;
    if (any & kHighBits) break;
    at += sizeof words;
  }
  while (at < bytes.size() && Byte(bytes[at]) < 0x80) ++at;
  return at - start;
}

// The line without its end, which `bytes` is moved past. CPython translates lone carriage returns
// to line feeds before it looks for a cookie.
std::string_view TakeLine(std::string_view& bytes) {
  const std::size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
  const std::string_view line = bytes.substr(0, end);
  bytes.remove_prefix(end + LineEndSize(bytes, end));
  return line;
}

bool IsCookieCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

// ^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+) of PEP 263, in one line.
std::optional<std::string_view> CookieInLine(std::string_view line) {
  const std::size_t hash = line.find_first_not_of(" \t\f");
  if (hash == line.npos || line[hash] != '#') return std::nullopt;
  constexpr std::string_view kKey = "coding";
  for (std::size_t at = line.find(kKey, hash); at != line.npos; at = line.find(kKey, at + 1)) {
    std::string_view rest = line.substr(at + kKey.size());
    if (rest.empty() || (rest[0] != ':' && rest[0] != '=')) continue;
    rest.remove_prefix(1);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    const auto end = std::find_if_not(rest.begin(), rest.end(), IsCookieCharacter);
    if (end != rest.begin()) return rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  }
  return std::nullopt;
}

bool IsBlankOrComment(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\f");
  return first == line.npos || line[first] == '#';
}

// `bytes` without byte order mark. The view's data() tells where it stands.
std::optional<std::string_view> FindCookie(std::string_view bytes) {
  const std::string_view first = TakeLine(bytes);
  if (const auto cookie = CookieInLine(first)) return cookie;
  if (!IsBlankOrComment(first)) return std::nullopt;
  return CookieInLine(TakeLine(bytes));
}

// The few names that CPython's tokenizer replaces before it asks the codec registry.
std::string_view NormalCookie(std::string_view cookie) {
  constexpr std::size_t kLooksAt = 12;
  std::string start(cookie.substr(0, kLooksAt));
  for (char& c : start) {
    if (c == '_') c = '-';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const auto names = [&start](std::string_view name) {
    return start == name || start.compare(0, name.size() + 1, std::string(name) + '-') == 0;
  };
  if (names("utf-8")) return kUtf8Name;
  if (names("latin-1") || names("iso-8859-1") || names("iso-latin-1")) return "iso-8859-1";
  return cookie;
}

// Where the first carriage return from `at` on stands that no line feed follows; npos if there is
// none.
std::size_t FindLoneReturn(std::string_view text, std::size_t at) {
  for (at = text.find('\r', at); at != text.npos; at = text.find('\r', at + 2)) {
    if (at + 1 == text.size() || text[at + 1] != '\n') return at;
  }
  return text.npos;
}

// Ends lines as the header says. `storage` is written, and read, only where there is something to
// replace; it may hold the text already.
void ReplaceLoneReturns(std::string_view& text, std::string& storage) {
  std::size_t at = FindLoneReturn(text, 0);
  if (at == text.npos) return;
  if (text.data() != storage.data()) storage.assign(text);
  for (; at != text.npos; at = FindLoneReturn(text, at + 1)) storage[at] = '\n';
  text = storage;
}

std::size_t LineAt(std::string_view bytes, std::size_t offset) {
  std::size_t line = 1;
  ForEachLineEnd(bytes.substr(0, offset), [&line](std::size_t) { ++line; });
  return line;
}

ParseError InvalidByte(std::string_view bytes, std::size_t offset, std::string_view encoding) {
  std::string reason;
  if (offset < bytes.size()) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const unsigned char byte = Byte(bytes[offset]);
    reason = std::string("byte 0x") + kDigits[byte >> 4U] + kDigits[byte & 0xFU];
  } else {
    reason = "end of file";
  }
  reason += " in line " + std::to_string(LineAt(bytes, std::min(offset, bytes.size()))) +
            " is not valid in " + std::string(encoding);
  return {ParseErrorCode::kInvalidBytes, std::move(reason), offset};
}

ParseError TooLarge() { return {ParseErrorCode::kTooLarge, "more than 4 GiB of text"}; }

// The encoding that a file asks for.
struct Declaration {
  std::size_t bom_bytes = 0;
  std::optional<std::string_view> cookie;
  std::string_view normal = kUtf8Name;  // the cookie after NormalCookie, or UTF-8
  // Null for UTF-8 by a byte order mark, by "utf-8" or for want of a cookie, which no registry is
  // asked about, and for names that it does not know.
  const Codec* codec = nullptr;

  bool contradictory() const { return bom_bytes != 0 && normal != kUtf8Name; }
  bool is_utf8() const { return normal == kUtf8Name || (codec && codec->kind == CodecKind::kUtf8); }
};

Declaration ReadDeclaration(std::string_view bytes) {
  Declaration declaration;
  if (bytes.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    declaration.bom_bytes = kByteOrderMark.size();
  }
  declaration.cookie = FindCookie(bytes.substr(declaration.bom_bytes));
  if (declaration.cookie) declaration.normal = NormalCookie(*declaration.cookie);
  if (declaration.normal != kUtf8Name) declaration.codec = FindCodec(declaration.normal);
  return declaration;
}

ParseError CookieError(std::string_view bytes, const Declaration& declaration) {
  const std::string name(*declaration.cookie);
  const auto offset = static_cast<std::uint64_t>(declaration.cookie->data() - bytes.data());
  if (declaration.contradictory()) {
    return {ParseErrorCode::kBomCookieMismatch,
            "a UTF-8 byte order mark, but the cookie says '" + name + "'", offset};
  }
  if (declaration.codec) {
    return {ParseErrorCode::kUnknownEncoding, "encoding '" + name + "' is not supported", offset};
  }
  return {ParseErrorCode::kUnknownEncoding, "unknown encoding '" + name + "'", offset};
}

// The text of a codec other than UTF-8 is trusted no more than the file's own.
ParseResult<DecodedSource> Checked(std::string_view bytes, const Codec& codec,
                                   const std::string& text) {
  if (text.size() > kMaxDecodedBytes) return TooLarge();
  if (text.find('\0') != text.npos) {
    return ParseError{ParseErrorCode::kNulByte, "a NUL character, in " + std::string(codec.name)};
  }
  if (ValidUtf8Prefix(text) != text.size()) return InvalidByte(bytes, bytes.size(), codec.name);
  return DecodedSource{text, 0, codec.name};
}

// Valid UTF-8 without NUL, whatever `bytes` are.
std::string Repaired(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 16);
  while (!bytes.empty()) {
    const std::string_view valid = bytes.substr(0, ValidUtf8Prefix(bytes));
    const std::size_t sound = std::min(valid.find('\0'), valid.size());
    text += bytes.substr(0, sound);
    bytes.remove_prefix(sound);
    if (bytes.empty()) break;
    text += kReplacementCharacter;
    bytes.remove_prefix(1);
  }
  return text;
}

}  // namespace

std::size_t ValidUtf8Prefix(std::string_view bytes) {
  std::size_t at = 0;
  while (true) {
    at += AsciiRun(bytes, at);
    // Text in another script is one long run of these, with few ASCII characters between.
    while (at < bytes.size() && Byte(bytes[at]) >= 0x80) {
      const std::size_t length = Utf8SequenceLength(bytes.substr(at));
      if (length == 0) return at;
      at += length;
    }
    if (at == bytes.size()) return at;
  }
}

namespace {

// All of DecodeSource but the lone carriage returns.
ParseResult<DecodedSource> DecodeStrictly(std::string_view bytes, std::string& storage) {
  if (bytes.size() > kMaxDecodedBytes) return TooLarge();
  if (const std::size_t nul = bytes.find('\0'); nul != bytes.npos) {
    return ParseError{ParseErrorCode::kNulByte,
                      "a NUL byte in line " + std::to_string(LineAt(bytes, nul)), nul};
  }
  const Declaration declaration = ReadDeclaration(bytes);
  if (declaration.contradictory()) return CookieError(bytes, declaration);
  if (declaration.is_utf8()) {
    const std::size_t valid = ValidUtf8Prefix(bytes);
    if (valid != bytes.size()) return InvalidByte(bytes, valid, kUtf8Name);
    return DecodedSource{bytes.substr(declaration.bom_bytes), declaration.bom_bytes, kUtf8Name};
  }
  if (!declaration.codec) return CookieError(bytes, declaration);
  if (AsciiRun(bytes, 0) == bytes.size() && (declaration.codec->kind == CodecKind::kAscii ||
                                             declaration.codec->kind == CodecKind::kLatin1)) {
    return DecodedSource{bytes, 0, declaration.codec->name};
  }
  const DecodeOutcome outcome = Decode(*declaration.codec, bytes, DecodePolicy::kStrict, storage);
  switch (outcome.status) {
    case DecodeStatus::kDone:
      break;
    case DecodeStatus::kInvalid:
      return InvalidByte(bytes, outcome.offset, declaration.codec->name);
    case DecodeStatus::kNoConverter:
      return CookieError(bytes, declaration);
  }
  return Checked(bytes, *declaration.codec, storage);
}

}  // namespace

ParseResult<DecodedSource> DecodeSource(std::string_view bytes, std::string& storage) {
  ParseResult<DecodedSource> source = DecodeStrictly(bytes, storage);
  if (source) ReplaceLoneReturns(source->text, storage);
  return source;
}

ParseResult<DecodedSource> DecodeLossy(std::string_view bytes, std::string& storage) {
  if (auto strict = DecodeSource(bytes, storage);
      strict || strict.error().code == ParseErrorCode::kTooLarge) {
    return strict;
  }
  const Declaration declaration = ReadDeclaration(bytes);
  DecodedSource source{{}, 0, kUtf8Name};
  std::string decoded;
  if (declaration.codec && !declaration.contradictory() && !declaration.is_utf8() &&
      Decode(*declaration.codec, bytes, DecodePolicy::kReplace, decoded).status ==
          DecodeStatus::kDone) {
    source.encoding = declaration.codec->name;
    bytes = decoded;
  } else {
    source.bom_bytes = declaration.bom_bytes;
    bytes.remove_prefix(declaration.bom_bytes);
  }
  storage = Repaired(bytes);
  if (storage.size() > kMaxDecodedBytes) return TooLarge();
  source.text = storage;
  ReplaceLoneReturns(source.text, storage);
  return source;
}

}  // namespace coppice
