// What a program prints, as NUL-terminated fields.

#pragma once

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace coppice {

// Runs a shell command. Empty if it fails.
inline std::vector<std::string> ProgramFields(const std::string& command) {
  std::vector<std::string> fields;
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return fields;
  std::string field;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    if (c != 0) {
      field += static_cast<char>(c);
    } else {
      fields.push_back(std::exchange(field, {}));
    }
  }
  if (pclose(pipe) != 0) fields.clear();
  return fields;
}

}  // namespace coppice
