// What site.py makes of an interpreter's search path.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/file_system.h"
#include "store/interpreter.h"
#include "summaries/resolution/imports/environment.h"

namespace coppice {

// Directories at the top of a standard library whose packages are found, if at all, as roots of
// their own. Patterns of DiscoveryOptions.
inline constexpr const char* kPackagesBelowLibraries[] = {"/site-packages/", "/dist-packages/"};

// A place on the search path.
struct SearchPlace {
  std::string path;      // absolute and normal; it may be missing, or no directory
  std::string found_by;  // for people: "user site", "/x/a.pth, line 3"
  RootRole role = RootRole::kSitePackages;
  std::vector<std::string> only;  // first components of the names that are searched there: all if
                                  // empty

  friend bool operator==(const SearchPlace&, const SearchPlace&) = default;
};

// What of the process's environment variables decides the search path.
struct SiteVariables {
  std::string python_path;               // PYTHONPATH
  std::optional<std::string> user_base;  // PYTHONUSERBASE, else ~/.local; none: no user site, as
                                         // with PYTHONNOUSERSITE
};

struct SitePaths {
  std::vector<SearchPlace> places;    // as sys.path has them, then those of import hooks
  std::vector<std::string> warnings;  // what cannot be told without running code
};

// The search path after site.py, as CPython 3.8 to 3.14 and Debian's and Fedora's variants of it
// compute it: PYTHONPATH, the interpreter's own, user site and site-packages with their .pth files
// in the order of their names. Which variant it is tells the text of the interpreter's site.py.
//
// `import` lines of .pth files are not executed. Of what they do, this is recognised: editable
// installs (store/editable_install.h), which come last, for their hooks do; setuptools' lines that
// move what easy-install.pth added to the front; and some that have no effect on where modules are
// found. Others are warned of. Nor are sitecustomize and usercustomize run: there is a warning
// where they speak of the search path.
SitePaths FindSitePaths(const FileSystem& files, const Interpreter& interpreter,
                        const SiteVariables& variables);

}  // namespace coppice
