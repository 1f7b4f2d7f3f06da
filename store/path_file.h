// The .pth files that site.py reads.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/file_system.h"
#include "summaries/error.h"

namespace coppice {

// How an interpreter reads them.
enum class PathFileForm : std::uint8_t {
  kLines,    // lines end as in all text files
  kUnicode,  // since 3.13: at every line boundary of str.splitlines, and a byte order mark is left
             // out
};

struct PathFileLine {
  enum class Kind : std::uint8_t {
    kPath,    // a path, without white space at its end
    kImport,  // code that an interpreter executes
  };
  std::uint32_t number = 0;  // from 1
  Kind kind = Kind::kPath;
  std::string text;

  friend bool operator==(const PathFileLine&, const PathFileLine&) = default;
};

// Its lines without comments and blank ones. Error: cannot be read, is larger than a megabyte, or
// is no UTF-8 (where an interpreter fails at its start, unless its locale has another encoding).
Result<std::vector<PathFileLine>> ReadPathFile(const FileSystem& files, const std::string& path,
                                               PathFileForm form);

}  // namespace coppice
