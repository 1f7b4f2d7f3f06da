// Errors of summaries, packs and the store: values, never exceptions.
#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace coppice {

enum class ErrorCode : std::uint8_t {
  kNotFound,            // no such file, or nothing of that kind in it
  kIo,                  // the system refused to read or write
  kDamaged,             // bytes that do not match their checksum or their format
  kUnsupportedVersion,  // written by a version of the format that is not read here
  kInvalidArgument,     // the caller broke a precondition
  kTooLarge,            // more than the format can hold
  kBusy,                // another process is at it
  kUnavailable,         // left out when it was written, or not to be had here
  kCancelled,           // the caller asked to stop
};

struct Error {
  ErrorCode code;
  std::string message;  // for people: names the file and the reason, no trailing full stop
};

// What result::value() calls when there is no value, found by argument-dependent lookup.
[[noreturn]] inline void throw_exception_from_error(const Error& error,
                                                    const boost::source_location&) {
  throw std::runtime_error(error.message);
}

template <class T>
using Result = boost::system::result<T, Error>;

}  // namespace coppice
