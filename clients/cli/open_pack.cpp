#include "clients/cli/open_pack.h"

#include <filesystem>
#include <system_error>

#include "summaries/resolution/imports/manifest.h"

namespace coppice::cli {

Result<std::shared_ptr<const Pack>> OpenPack(const std::string& path, Pack::OpenMode mode) {
  Result<std::shared_ptr<const Pack>> pack = Pack::Open(path, mode);
  if (!pack && pack.error().code == ErrorCode::kNotFound) {
    return Error{ErrorCode::kNotFound,
                 path + ": there is no such pack; build it with: coppice index ROOT... -o " + path};
  }
  return pack;
}

Result<std::shared_ptr<const Index>> OpenIndex(const std::string& path) {
  std::error_code ignored;
  Result<std::shared_ptr<const Index>> index = Index::Open(path);
  if (!index && index.error().code == ErrorCode::kNotFound &&
      !std::filesystem::exists(path, ignored)) {
    return Error{ErrorCode::kNotFound,
                 path +
                     ": there is no such index or pack; build one with: coppice index ROOT... "
                     "-o " +
                     path};
  }
  return index;
}

bool NamesManifest(const std::string& path) {
  std::error_code ignored;
  return path.ends_with(".json") || std::filesystem::is_directory(path, ignored);
}

Result<std::vector<std::string>> PacksOf(const std::string& path) {
  if (!NamesManifest(path)) return std::vector{path};
  std::error_code ignored;
  std::filesystem::path place = path;
  if (std::filesystem::is_directory(place, ignored)) place /= kManifestName;
  const Result<Manifest> manifest = ReadManifest(place.string());
  if (!manifest) return manifest.error();
  std::vector<std::string> packs;
  for (const ManifestPack& pack : manifest->packs) {
    packs.push_back((place.parent_path() / pack.file).string());
  }
  return packs;
}

}  // namespace coppice::cli
