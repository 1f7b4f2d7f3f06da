// What code runs in: an interpreter and the directories that it and type checkers search.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "summaries/resolution/expressions/target.h"

namespace coppice {

// What a search root is for. The typing specification's order of import resolution is one of roles.
enum class RootRole : uint8_t {
  kProject,     // the code that is looked at
  kExtraStubs,  // stubs that the user put first
  kStandardLibrary,
  kSitePackages,   // site-packages, dist-packages, editable installs
  kTypeshed,       // typeshed's stdlib directory
  kTypeshedStubs,  // typeshed's stubs/NAME for other packages: one root each
};

// What a root has beside modules' sources. Paths are relative to it, '/' between components,
// sorted.
struct RootExtras {
  std::vector<std::string> compiled;  // extension modules: "a/b.cpython-311-x86_64-linux-gnu.so"
  std::vector<std::string> typed;     // directories with a py.typed
  std::vector<std::string> partial;   // those of them whose py.typed says "partial"
  std::vector<std::string> eggs;      // zipped: reported, not read

  friend bool operator==(const RootExtras&, const RootExtras&) = default;
};

// A directory at which dotted names start.
struct SearchRoot {
  std::string name;       // as packs know it
  std::string directory;  // where it was found; empty if it is not on this machine
  RootRole role = RootRole::kProject;
  // First components of the names that are searched here: all if empty. (Editable installs that map
  // a package to a directory.)
  std::vector<std::string> only;
  RootExtras extras;

  friend bool operator==(const SearchRoot&, const SearchRoot&) = default;
};

// A line of typeshed's VERSIONS: the versions of Python 3 that have a module of the standard
// library, and its submodules unless they have lines of their own.
struct VersionRange {
  std::string module;  // dotted
  uint32_t first_minor = 0;
  std::optional<uint32_t> last_minor;  // none: still there

  friend bool operator==(const VersionRange&, const VersionRange&) = default;
};

struct Environment {
  Target target;
  std::vector<SearchRoot> roots;       // each role's in the order of the search path
  std::vector<std::string> builtins;   // sys.builtin_module_names, sorted
  std::vector<VersionRange> versions;  // by module
  std::vector<std::string> warnings;   // what was seen on the search path and is not searched

  friend bool operator==(const Environment&, const Environment&) = default;
};

}  // namespace coppice
