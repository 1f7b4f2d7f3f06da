// Runs a program and collects what it prints.

#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "summaries/error.h"

namespace coppice {

struct ProgramOutput {
  int exit_code = 0;  // 128 and the signal's number if a signal ended it
  std::string output;
  std::string errors;
};

// Runs the file `arguments[0]` (no look-up in PATH, no shell) with no input, in a process group of
// its own. Its output and its errors are kept up to `max_output` bytes each. When the time is over,
// or its output too long, it is killed and an error returned. Error: cannot run it, kCancelled for
// the timeout, kTooLarge.
Result<ProgramOutput> RunProgram(const std::vector<std::string>& arguments,
                                 std::chrono::milliseconds timeout, std::size_t max_output);

}  // namespace coppice
