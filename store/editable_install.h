// Editable installs (PEP 660) that hook into the import system instead of extending the search
// path: what they map, read from the files that setuptools and the `editables` package generate.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/file_system.h"
#include "summaries/error.h"

namespace coppice {

// A directory in which some packages or modules of an editable install are.
struct EditableDirectory {
  std::string directory;
  std::vector<std::string> only;  // first components of the names that are searched there, sorted

  friend bool operator==(const EditableDirectory&, const EditableDirectory&) = default;
};

struct EditableInstall {
  std::string name;  // of the module that does it
  std::vector<EditableDirectory> directories;
  std::vector<std::string> warnings;  // what it maps in ways that directories cannot say
};

// The module that `line` of a .pth file imports and that maps an editable install, by its name:
// "__editable___NAME_finder", "_editable_impl_NAME". Empty if it does not look like that.
std::string_view EditableModule(std::string_view line);

// What the module `name` in `site_directory` maps. Error: cannot be read, or holds no mapping.
Result<EditableInstall> ReadEditableInstall(const FileSystem& files,
                                            const std::string& site_directory,
                                            std::string_view name);

}  // namespace coppice
