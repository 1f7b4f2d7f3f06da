// Propagating errors, for the .cpp files of this project.
#pragma once

// Evaluates an expression of type Result<void>, or any other Result whose value is not wanted, and
// returns its error from the function if it has one.
#define COPPICE_TRY(...)                                                                     \
  do {                                                                                       \
    if (auto coppice_result = (__VA_ARGS__); !coppice_result) return coppice_result.error(); \
  } while (false)
