#include "store/path_text.h"

#include <algorithm>
#include <vector>

namespace coppice {

std::string JoinedPath(std::string_view directory, std::string_view path) {
  if (path.starts_with('/') || directory.empty()) return std::string(path);
  std::string joined(directory);
  if (!joined.ends_with('/')) joined += '/';
  return joined.append(path);
}

std::string NormalPath(std::string_view path) {
  const bool absolute = path.starts_with('/');
  // POSIX leaves the meaning of exactly two slashes to the system, and Python keeps them.
  std::string normal(!absolute                                            ? ""
                     : path.starts_with("//") && !path.starts_with("///") ? "//"
                                                                          : "/");
  const std::size_t start = normal.size();
  std::vector<std::size_t> ends;  // of what `normal` held before each component but ".."
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view component = path.substr(at, end - at);
    at = end + 1;
    if (component.empty() || component == ".") continue;
    if (component == "..") {
      if (!ends.empty()) {
        normal.resize(ends.back());
        ends.pop_back();
        continue;
      }
      if (absolute) continue;
    } else {
      ends.push_back(normal.size());
    }
    if (normal.size() != start) normal += '/';
    normal += component;
  }
  return normal.empty() ? "." : normal;
}

std::string ParentPath(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == path.npos) return {};
  return std::string(path.substr(0, std::max<std::size_t>(slash, 1)));
}

std::string LastComponent(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

}  // namespace coppice
