#include "store/virtual_environment.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "store/ascii_text.h"
#include "store/path_text.h"

namespace coppice {
namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{64} << 10;

}  // namespace

Result<std::optional<VirtualEnvironment>> ReadVirtualEnvironment(const FileSystem& files,
                                                                 const std::string& directory) {
  const std::string path = JoinedPath(directory, "pyvenv.cfg");
  if (!IsFile(files, path)) return std::optional<VirtualEnvironment>();
  std::string text;
  const auto read = files.ReadFile(path, kMaxBytes, text);
  if (!read) return Error{ErrorCode::kIo, path + ": " + read.error().reason};
  if (text.find('\0') != text.npos) return Error{ErrorCode::kDamaged, path + ": no text"};
  VirtualEnvironment result;
  result.prefix = directory;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of("\r\n", at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    const std::size_t equals = line.find('=');
    if (equals == line.npos) continue;
    const std::string key = Lowered(Stripped(line.substr(0, equals)));
    const std::string_view value = Stripped(line.substr(equals + 1));
    if (key == "home" && result.home.empty()) {
      result.home = value;
    } else if (key == "include-system-site-packages") {
      result.system_site = Lowered(value) == "true";
    } else if (key == "version" || key == "version_info") {
      result.version = value;
    }
  }
  return std::optional<VirtualEnvironment>(std::move(result));
}

Result<std::optional<VirtualEnvironment>> FindVirtualEnvironment(const FileSystem& files,
                                                                 const std::string& executable) {
  const std::string directory = ParentPath(executable);
  auto found = ReadVirtualEnvironment(files, ParentPath(directory));
  if (!found || *found) return found;
  found = ReadVirtualEnvironment(files, directory);
  // Where that file lies changes nothing for site.py.
  if (found && *found) (*found)->prefix = ParentPath(directory);
  return found;
}

}  // namespace coppice
