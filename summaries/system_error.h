// What the system refused, as an error that names the path.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

#include "summaries/error.h"

namespace coppice {

inline std::string SystemReason(int error_number) {
  return std::generic_category().message(error_number);
}

// "PATH: cannot ACTION: REASON".
inline Error SystemError(ErrorCode code, const std::string& path, std::string_view action,
                         int error_number) {
  return {code, path + ": cannot " + std::string(action) + ": " + SystemReason(error_number)};
}

// For what reads or runs a file: kNotFound where there is none, else kIo.
inline Error ReadError(const std::string& path, std::string_view action, int error_number) {
  const bool absent = error_number == ENOENT || error_number == ENOTDIR;
  return SystemError(absent ? ErrorCode::kNotFound : ErrorCode::kIo, path, action, error_number);
}

}  // namespace coppice
