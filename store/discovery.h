// Which files an index is made of: every .py and .pyi file under some named roots.
//
// What is found, and its order, is a function of the files alone: neither the order in which the
// system lists a directory nor the order of the roots nor the working directory shows in it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/file_system.h"
#include "summaries/error.h"
#include "summaries/resolution/imports/environment.h"

namespace coppice {

// A directory at which dotted names start, under the name that packs know it by: packs hold no
// directories, so that they can be moved.
struct Root {
  std::string name;       // not empty, UTF-8, without '/', '=' and control characters
  std::string directory;  // as given; canonical in Discovery::roots
  // First components of the dotted names that are looked for; all if empty.
  std::vector<std::string> only = {};

  friend bool operator==(const Root&, const Root&) = default;
};

// Reads "name=directory" or "directory", which is then named by the last component of its
// canonical path. What stands before the first '=' is the name unless it holds a '/', as in
// "./a=b": a directory whose last component holds an equals sign needs a name, as in "x=./a=b".
// Error: kInvalidArgument for no directory or no usable name, else no such directory.
Result<Root> ParseRootArgument(const FileSystem& files, std::string_view argument);
// Several, by name. Error: as above, or kInvalidArgument for two of one name.
Result<std::vector<Root>> ParseRootArguments(const FileSystem& files,
                                             const std::vector<std::string>& arguments);

struct DiscoveryOptions {
  // Patterns (store/glob.h) of what to leave out. One without '/' (at its end aside) is compared
  // with the name of every file and directory below a root, others with the path relative to the
  // root; a leading '/' or "./" forces the latter. One that ends in '/' matches directories only. A
  // directory that matches is not entered.
  std::vector<std::string> excludes = {};
  // Directories that belong to somebody else: not entered.
  std::vector<std::string> elsewhere = {};
};

struct DiscoveredFile {
  std::uint32_t root = 0;  // index in Discovery::roots
  std::string path;        // relative to the root, '/' between components, raw bytes
  FileStat stat;           // of the regular file that the path leads to
};

enum class DiscoveryWarningKind : std::uint8_t {
  kUnreadable,  // a directory that could not be listed, or a file that could not be looked at
  kNotRegular,  // a FIFO, socket, device or dangling link that is named as a module
  kLinkAbove,   // a link to a directory above its root: not followed
  kOverlap,     // a directory that is another root: its files belong there
};

struct DiscoveryWarning {
  DiscoveryWarningKind kind;
  std::uint32_t root = 0;  // index in Discovery::roots
  std::string path;        // relative to the root; empty: the root itself
  std::string reason;      // for people, without the path
};

struct Discovery {
  std::vector<Root> roots;                 // by name; directories canonical
  std::vector<DiscoveredFile> files;       // by (root, path bytes)
  std::vector<RootExtras> extras;          // of each root
  std::vector<DiscoveryWarning> warnings;  // by (root, path bytes)
};

// Finds all files named *.py or *.pyi under `roots`. Cost: one stat a file, and one open and
// listing a directory.
//
// Directories whose name starts with '.' or is `__pycache__` or `node_modules`, and virtual
// environments (a `pyvenv.cfg` is in them) are not entered, unless they are roots themselves;
// Emacs's lock links (`.#name`) are passed over. All else is taken, names that no import statement
// could write too.
//
// What the same directories hold beside sources is noted on the way: extension modules (*.so,
// *.pyd), py.typed and whether it says "partial" (PEP 561), and at the top files named *.egg.
//
// Links to files are followed; each path is a file of its own. Links to directories are followed
// after all real directories of the root were visited, in the order of their paths, and every
// directory is visited once a root: so the path without links wins, else the smallest, and cycles
// end. A directory that is another root is left to it: the deepest root wins. Of roots that are
// one directory the one with the smallest name gets the files. A root that looks for some names
// only takes them from no other.
//
// Error: no roots, two of one name, or a root that cannot be opened. All else is a warning.
Result<Discovery> Discover(const FileSystem& files, std::vector<Root> roots,
                           const DiscoveryOptions& options = {});

}  // namespace coppice
