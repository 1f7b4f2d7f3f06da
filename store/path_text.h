// Paths as text: what Python's os.path makes of them without looking at the disk.

#pragma once

#include <string>
#include <string_view>

namespace coppice {

// posixpath.join of two: `path` alone if it is absolute.
std::string JoinedPath(std::string_view directory, std::string_view path);
// posixpath.normpath: no empty components, no ".", and ".." taken from the text, whatever links
// say.
std::string NormalPath(std::string_view path);
// posixpath.dirname of a normal path: "/" for what lies there, "" for a name alone.
std::string ParentPath(std::string_view path);
// posixpath.basename.
std::string LastComponent(std::string_view path);

}  // namespace coppice
