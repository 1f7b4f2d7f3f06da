// From a source file's bytes to UTF-8 text, as CPython's compile() reads bytes.
//
// The encoding is UTF-8 unless a cookie (PEP 263) in the first or second line names another. A
// UTF-8 byte order mark is left out, and lone carriage returns become line feeds, in string
// literals too: CPython ends lines there, and so tools that know "\n" alone (tree-sitter's
// comments) may be given the text. "\r\n", form feeds and everything else stay as the file has
// them. So offsets, lines and columns are the same as without that replacement.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "parser/parse_error.h"

namespace coppice {

struct DecodedSource {
  // Valid UTF-8 without NUL and without "\r" but before "\n". Views the caller's bytes if these are
  // all that already, else the caller's storage. If the encoding is UTF-8, what is at `offset`
  // comes from the file's byte at `offset + bom_bytes`.
  std::string_view text;
  // Length of the byte order mark that was left out: 0 or 3.
  std::size_t bom_bytes = 0;
  // CPython's name of the codec: "utf-8", "iso8859-1", "ascii", "cp1252", ... Static storage.
  std::string_view encoding;
};

// The first offset at which `bytes` stop being valid UTF-8 (RFC 3629: no surrogates, no overlong
// forms, nothing above U+10FFFF), or bytes.size(). ASCII is passed at memory speed.
std::size_t ValidUtf8Prefix(std::string_view bytes);

// Decodes strictly. `storage` is written only if the encoding is not UTF-8 or ASCII or there are
// lone carriage returns, and must then live as long as the result, unmoved; so must `bytes`
// otherwise. `bytes` must not lie in `storage`. Linear in bytes.size(); thread-safe for distinct
// storages. Errors carry the offset in `bytes`:
//   kNulByte            any NUL, whatever the encoding
//   kUnknownEncoding    no such codec, or one that is no text encoding, or unsupported by iconv
//   kBomCookieMismatch  as CPython: any cookie but "utf-8" and "utf-8-..."
//   kInvalidBytes       the reason names the encoding, the byte and the line
//   kTooLarge           the text would not fit in 32-bit offsets
//
// Known differences from CPython: before 3.14 it never looks at comments of files without a cookie,
// and so accepts invalid UTF-8 there that is refused here; and its codecs hz, idna,
// iso2022_jp_2004, iso2022_jp_ext, punycode, raw_unicode_escape and unicode_escape are not
// supported, nor are charsets that the system's iconv lacks (parser/codec.h has the rest).
ParseResult<DecodedSource> DecodeSource(std::string_view bytes, std::string& storage);

// For files that DecodeSource refuses, so that what is sound in them can still be indexed: takes
// the encoding from the cookie, or UTF-8 if that one is unknown or contradicts the byte order mark,
// and replaces every NUL and every invalid byte by U+FFFD. Fails only with kTooLarge. Files that
// DecodeSource accepts come out the same.
ParseResult<DecodedSource> DecodeLossy(std::string_view bytes, std::string& storage);

}  // namespace coppice
