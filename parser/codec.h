// Python's text codecs: names as CPython's registry resolves them, bytes decoded by iconv.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace coppice {

enum class CodecKind : std::uint8_t {
  kUtf8,
  kLatin1,
  kAscii,
  kSingleByte,   // a table of 256 entries
  kMultiByte,    // up to four bytes a character, independent of those before; bytes < 0x80 ASCII
  kWhole,        // stateful, or of wider units: only iconv understands it
  kUnsupported,  // CPython has it, iconv does not
};

// One codec of CPython's `encodings` package: facts in static storage.
struct Codec {
  std::string_view name;  // as codecs.lookup(...).name gives it
  CodecKind kind;
  std::string_view iconv_name;  // glibc's charset that is nearest; empty where none is used
  std::string_view aliases;     // lower case, blank-separated; the first is the module's name
  // Where CPython maps otherwise than iconv. Blank-separated runs `bytes=value,value,...` in
  // hexadecimal, for successive codes from `bytes` on. A value is a code point, an ascending
  // range `a..b`, a sequence `a+b`, or `-` (`-n`: n times) for what CPython refuses.
  std::string_view corrections;
};

// The codec that CPython uses for `name`, whose letter case does not matter and in which every run
// of other characters than letters, digits and dots counts as one underscore; nullptr if there is
// none, or one that does not yield text (rot_13, zlib, ...). Thread-safe.
const Codec* FindCodec(std::string_view name);

enum class DecodePolicy : std::uint8_t {
  kStrict,   // stop at the first invalid byte
  kReplace,  // U+FFFD for every invalid byte
};

enum class DecodeStatus : std::uint8_t {
  kDone,
  kInvalid,      // at `offset`
  kNoConverter,  // kUnsupported, or iconv lacks the charset here
};

struct DecodeOutcome {
  DecodeStatus status;
  std::size_t offset = 0;
};

// Replaces `text` by `bytes` decoded to UTF-8. Works for every kind but kUtf8. Linear;
// thread-safe. Differences from CPython that are left: in euc_jisx0213, euc_jis_2004 and
// shift_jisx0213 the characters that CPython takes over from JIS X 0212 are refused, and encoded
// runs of utf_7 are read as strictly as RFC 2152 writes them.
DecodeOutcome Decode(const Codec& codec, std::string_view bytes, DecodePolicy policy,
                     std::string& text);

}  // namespace coppice
