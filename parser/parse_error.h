// Why a text has no syntax tree. Syntax errors are not among the reasons: they are nodes of the
// tree.
#pragma once

#include <cstdint>
#include <string>

#include <boost/system/result.hpp>

namespace coppice {

enum class ParseErrorCode : uint8_t {
  kTooLarge,  // positions are 32 bits: the text must not be longer than Parser::kMaxTextBytes
  // The parse outgrew ParseOptions::max_scratch_bytes, or error recovery its limit of work, and was
  // cancelled.
  kScratchExceeded,
  kTooComplex,   // the parse outgrew Parser's limit of work, and was ended
  kCancelled,    // ParseOptions::cancelled was set
  kOutOfMemory,  // the system refused memory for the tree
  // Source bytes that CPython refuses to decode: parser/source.h.
  kNulByte,
  kUnknownEncoding,
  kBomCookieMismatch,
  kInvalidBytes,
};

struct ParseError {
  ParseErrorCode code;
  std::string reason;  // one sentence for people, without the file's name
  // Where in the file's bytes decoding failed; 0 where the trouble has no place.
  uint64_t offset = 0;
};

template <class T>
using ParseResult = boost::system::result<T, ParseError>;

// boost::system::result asks for this to be found by argument-dependent lookup; it is called when
// value() meets an error.
[[noreturn]] void throw_exception_from_error(const ParseError& error,
                                             const boost::source_location& location);

}  // namespace coppice
