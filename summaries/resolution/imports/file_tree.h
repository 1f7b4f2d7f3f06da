// The directories of an index's roots, as import resolution sees them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "summaries/error.h"
#include "summaries/resolution/imports/index.h"

namespace coppice {

// No file, directory or entry.
inline constexpr uint32_t kNone = UINT32_MAX;

// Made of paths alone, compared by exact bytes (PEP 235). Names that no import statement can write
// are left out. Immutable. Views the index: valid while that lives.
class FileTree {
 public:
  // What typeshed's VERSIONS says of a module for the index's target.
  enum class Version : uint8_t {
    kInherited,  // nothing: as for the package that it is in
    kIncluded,
    kExcluded,
  };

  // What a directory has under one name.
  struct Entry {
    std::string_view name;
    uint32_t source = kNone;     // NAME.py: a file of the index
    uint32_t stub = kNone;       // NAME.pyi
    uint32_t directory = kNone;  // NAME
    bool compiled = false;       // NAME.so, NAME.*.so, NAME.pyd, ...
    Version version = Version::kInherited;
  };

  struct Directory {
    std::string_view name;  // the last component; empty at the top of a root
    uint32_t parent = kNone;
    uint32_t root = 0;         // of the environment
    uint32_t first_entry = 0;  // its entries, by name: [first, last)
    uint32_t last_entry = 0;
    uint32_t init_source = kNone;  // __init__.py
    uint32_t init_stub = kNone;    // __init__.pyi
    bool init_compiled = false;    // __init__.so, ...
    bool typed = false;            // has a py.typed
    bool partial = false;          // whose text is "partial"
    bool typed_below = false;      // a directory below it has a py.typed
  };

  // Linear in the number of files. Errors: damage, as Pack reports it.
  static Result<FileTree> Make(const Index& index);

  // The top of a root of the environment.
  uint32_t top(uint32_t root) const { return root * 2; }
  // What its stub packages (PEP 561) hold, as if their names did not end in `-stubs`.
  uint32_t stub_packages(uint32_t root) const { return root * 2 + 1; }
  // The modules that the interpreter is built with: all compiled.
  uint32_t builtins() const { return builtins_; }

  const Directory& directory(uint32_t directory) const { return directories_[directory]; }
  uint32_t directory_count() const { return static_cast<uint32_t>(directories_.size()); }
  std::span<const Entry> entries(uint32_t directory) const;
  // Null if there is none. Logarithmic time.
  const Entry* Find(uint32_t directory, std::string_view name) const;
  // Where a file of the index is: kNone if its directory's name cannot be imported, or if it is
  // shadowed.
  uint32_t directory_of(uint32_t file) const { return directory_of_[file]; }
  // Relative to its root; empty at the top.
  std::string path(uint32_t directory) const;

 private:
  friend class FileTreeBuilder;

  std::vector<Directory> directories_;  // parents before children
  std::vector<Entry> entries_;
  std::vector<uint32_t> directory_of_;  // of each file
  uint32_t builtins_ = kNone;
};

}  // namespace coppice
