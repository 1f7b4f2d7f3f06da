#include "store/typeshed.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "store/ascii_text.h"
#include "store/path_text.h"
#include "summaries/resolution/imports/manifest.h"
#include "summaries/unicode.h"

namespace coppice {
namespace {

// The minor number of "3.N"; 0 for versions before 3.
std::optional<std::uint32_t> ReadMinor(std::string_view text) {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  const char* const end = text.data() + text.size();
  const auto [dot, major_error] = std::from_chars(text.data(), end, major);
  if (major_error != std::errc() || dot == end || *dot != '.') return std::nullopt;
  const auto [rest, minor_error] = std::from_chars(dot + 1, end, minor);
  if (minor_error != std::errc() || rest != end || major > 3) return std::nullopt;
  return major < 3 ? 0 : minor;
}

// Names that imports can write, with dots between.
bool IsDotted(std::string_view text) {
  while (true) {
    const std::size_t dot = text.find('.');
    if (!IsImportableName(text.substr(0, dot))) return false;
    if (dot == text.npos) return true;
    text.remove_prefix(dot + 1);
  }
}

std::optional<VersionRange> ReadRange(std::string_view line) {
  const std::size_t colon = line.find(':');
  const std::size_t dash = line.find('-', std::min(colon, line.size()));
  if (dash == line.npos) return std::nullopt;
  VersionRange range;
  range.module = Stripped(line.substr(0, colon));
  const auto first = ReadMinor(Stripped(line.substr(colon + 1, dash - colon - 1)));
  if (!IsDotted(range.module) || !first) return std::nullopt;
  range.first_minor = *first;
  const std::string_view last = Stripped(line.substr(dash + 1));
  if (last.empty()) return range;
  range.last_minor = ReadMinor(last);
  return range.last_minor ? std::optional(std::move(range)) : std::nullopt;
}

bool IsTypeshed(const FileSystem& files, const std::string& directory) {
  return IsFile(files, JoinedPath(directory, "stdlib/builtins.pyi"));
}

}  // namespace

std::vector<VersionRange> ParseVersions(std::string_view text, std::size_t& malformed) {
  std::vector<VersionRange> versions;
  malformed = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = Stripped(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    if (auto range = ReadRange(line)) {
      versions.push_back(*std::move(range));
    } else {
      ++malformed;
    }
  }
  // Of a module that has several lines the last one counts.
  std::stable_sort(
      versions.begin(), versions.end(),
      [](const VersionRange& a, const VersionRange& b) { return a.module < b.module; });
  const auto first = std::unique(
      versions.rbegin(), versions.rend(),
      [](const VersionRange& a, const VersionRange& b) { return a.module == b.module; });
  versions.erase(versions.begin(), first.base());
  return versions;
}

Result<Typeshed> ReadTypeshed(const FileSystem& files, const std::string& directory) {
  constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 20;
  if (!IsTypeshed(files, directory)) {
    return Error{ErrorCode::kNotFound,
                 directory + ": no typeshed: stdlib/builtins.pyi is not there"};
  }
  Typeshed typeshed;
  typeshed.directory = directory;
  const std::string path = JoinedPath(directory, "stdlib/VERSIONS");
  std::string text;
  if (const auto read = files.ReadFile(path, kMaxBytes, text); !read) {
    typeshed.warnings.push_back(path + ": " + read.error().reason +
                                ": stubs are taken for every version of Python");
  } else {
    std::size_t malformed = 0;
    typeshed.versions = ParseVersions(text, malformed);
    if (malformed != 0) {
      typeshed.warnings.push_back(
          path + ": lines that are no range of versions: " + std::to_string(malformed));
    }
  }
  const std::string stubs = JoinedPath(directory, "stubs");
  const auto opened = files.OpenDirectory(stubs);
  const auto entries = opened ? (*opened)->List() : FileResult<std::vector<DirectoryEntry>>();
  if (!opened || !entries) return typeshed;
  for (const DirectoryEntry& entry : *entries) {
    const bool is_text = !entry.name.starts_with('.') && IsManifestText(entry.name);
    if (is_text && IsDirectory(files, JoinedPath(stubs, entry.name))) {
      typeshed.stubs.push_back(entry.name);
    }
  }
  std::sort(typeshed.stubs.begin(), typeshed.stubs.end());
  return typeshed;
}

std::optional<std::string> FindTypeshed(const FileSystem& files,
                                        const std::vector<std::string>& site_directories,
                                        std::string& found_by) {
  struct Place {
    const char* tool;
    const char* path;
  };
  constexpr Place kPlaces[] = {{"mypy", "mypy/typeshed"},
                               {"basedpyright", "basedpyright/dist/typeshed-fallback"},
                               {"pyright", "pyright/dist/dist/typeshed-fallback"},
                               {"pyright", "pyright/dist/typeshed-fallback"},
                               {"jedi", "jedi/third_party/typeshed"}};
  for (const Place& place : kPlaces) {
    for (const std::string& directory : site_directories) {
      std::string candidate = JoinedPath(directory, place.path);
      if (!IsTypeshed(files, candidate)) continue;
      found_by = place.tool;
      return candidate;
    }
  }
  return std::nullopt;
}

}  // namespace coppice
