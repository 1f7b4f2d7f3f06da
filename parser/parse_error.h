// What can go wrong between a file's bytes and its tree.
//
// Syntax errors are not among it: parsing yields a tree for any text. These are the cases in which
// there is no text to parse, or no memory or time to parse it in.

#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace coppice {

enum class ParseErrorCode : std::uint8_t {
  kUnknownEncoding,    // the cookie names no encoding that source may be written in
  kInvalidBytes,       // bytes that the file's encoding does not allow
  kNulByte,            // CPython refuses source text with a NUL
  kBomCookieMismatch,  // a UTF-8 byte order mark, and a cookie that says otherwise
  kTooLarge,           // more text than 32-bit offsets can address
  kScratchExceeded,    // the parser's working memory outgrew its cap
  kCancelled,          // the caller asked to stop
};

struct ParseError {
  ParseErrorCode code;
  // Bytes from the start of the file (for decoding errors) or of the text (for parsing errors) to
  // where the trouble is; 0 where it has no place.
  std::uint64_t offset = 0;
  // For people, in English, no trailing full stop, without the file's name.
  std::string reason;
};

// What result::value() calls when there is no value, found by argument-dependent look-up.
[[noreturn]] inline void throw_exception_from_error(const ParseError& error,
                                                    const boost::source_location&) {
  throw std::runtime_error(error.reason);
}

template <class T>
using ParseResult = boost::system::result<T, ParseError>;

}  // namespace coppice
