#include "summaries/resolution/imports/index.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "summaries/file_bytes.h"
#include "summaries/pack_format.h"
#include "summaries/resolution/imports/manifest.h"
#include "summaries/try.h"

namespace coppice {
namespace {

// Leaves numbers for modules without file.
constexpr uint64_t kMaxFiles = uint64_t{1} << 31;

// A pack that nobody said anything about: all of it is the project.
Result<std::shared_ptr<const Index>> OpenSinglePack(const std::string& path) {
  auto pack = Pack::Open(path);
  if (!pack) return pack.error();
  Environment environment;
  for (const std::string_view root : (*pack)->roots()) {
    environment.roots.push_back({std::string(root), {}, RootRole::kProject, {}, {}});
  }
  return Index::Make({*std::move(pack)}, std::move(environment));
}

Result<std::shared_ptr<const Index>> OpenManifest(const std::string& path) {
  auto manifest = ReadManifest(path);
  if (!manifest) return manifest.error();
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  std::vector<std::shared_ptr<const Pack>> packs;
  std::set<std::string> identities;
  for (const ManifestPack& named : manifest->packs) {
    auto pack = Pack::Open((directory / named.file).string());
    if (!pack) return pack.error();
    if ((*pack)->info().identity != named.identity) {
      return Error{ErrorCode::kDamaged,
                   (*pack)->path() + ": is not the pack that " + path + " names"};
    }
    // All packs without modules are equal.
    if ((*pack)->module_count() != 0 && !identities.insert(HexDigits(named.identity)).second) {
      return Error{ErrorCode::kDamaged, (*pack)->path() + ": is a copy of another pack in " + path};
    }
    packs.push_back(*std::move(pack));
  }
  auto index = Index::Make(std::move(packs), std::move(manifest->environment));
  if (index) return index;
  return Error{index.error().code, path + ": " + index.error().message};
}

Result<void> CheckRoots(std::span<const std::shared_ptr<const Pack>> packs,
                        const Environment& environment) {
  if (environment.roots.size() > kMaxSearchRoots) {
    return Error{ErrorCode::kTooLarge,
                 "the environment has more than " + std::to_string(kMaxSearchRoots) + " roots"};
  }
  std::set<std::string_view> names;
  for (const SearchRoot& root : environment.roots) {
    if (!names.insert(root.name).second) {
      return Error{ErrorCode::kInvalidArgument,
                   "the environment has two roots called '" + root.name + "'"};
    }
  }
  for (const auto& pack : packs) {
    for (const std::string_view root : pack->roots()) {
      if (!names.contains(root)) {
        return Error{
            ErrorCode::kInvalidArgument,
            pack->path() + ": its root '" + std::string(root) + "' is none of the environment's"};
      }
    }
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const Index>> Index::Open(const std::string& path) {
  std::error_code ignored;  // what cannot be asked is reported when it is opened
  if (std::filesystem::is_directory(path, ignored)) {
    return OpenManifest((std::filesystem::path(path) / kManifestName).string());
  }
  const auto file = FileBytes::Map(path);
  if (!file) return file.error();
  if (pack_format::StartsWithMagic(file->bytes())) return OpenSinglePack(path);
  // A manifest is a JSON object.
  const auto bytes = file->bytes();
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos || text[first] != '{') {
    return Error{ErrorCode::kDamaged, path + ": is neither a pack nor an index"};
  }
  return OpenManifest(path);
}

Result<std::shared_ptr<const Index>> Index::Make(std::vector<std::shared_ptr<const Pack>> packs,
                                                 Environment environment) {
  COPPICE_TRY(CheckRoots(packs, environment));
  uint64_t files = 0;
  std::vector<uint32_t> first_files = {0};
  for (const auto& pack : packs) {
    files += pack->module_count();
    if (files > kMaxFiles) return Error{ErrorCode::kTooLarge, "the packs hold too many modules"};
    first_files.push_back(static_cast<uint32_t>(files));
  }
  std::shared_ptr<Index> index(new Index());
  index->packs_ = std::move(packs);
  index->environment_ = std::move(environment);
  index->first_files_ = std::move(first_files);
  index->shadowed_.resize(files);
  for (const SearchRoot& root : index->environment_.roots) {
    COPPICE_TRY(index->FindShadowed(root.name));
  }
  return std::shared_ptr<const Index>(std::move(index));
}

// A file is shadowed if a pack further up has it too.
Result<void> Index::FindShadowed(std::string_view root) {
  std::vector<FileRange> ranges;
  for (std::size_t pack = packs_.size(); pack-- > 0;) {
    const auto range = FilesOf(pack, root);
    if (!range) return range.error();
    if (range->first != range->last) ranges.push_back(*range);
  }
  if (ranges.size() < 2) return {};
  std::unordered_set<std::string_view> above;  // viewing the packs
  for (const FileRange& range : ranges) {
    for (uint32_t row = range.first; row != range.last; ++row) {
      const auto info = file(ModuleRef{row});
      if (!info) return info.error();
      if (!above.insert(info->path).second) shadowed_[row] = true;
    }
  }
  return {};
}

std::size_t Index::PackOf(ModuleRef file) const {
  const auto behind =
      std::upper_bound(first_files_.begin(), first_files_.end(), static_cast<uint32_t>(file));
  return static_cast<std::size_t>(behind - first_files_.begin()) - 1;
}

const Pack& Index::pack_of(ModuleRef file) const { return *packs_[PackOf(file)]; }

ModuleId Index::id_in_pack(ModuleRef file) const {
  return ModuleId{static_cast<uint32_t>(file) - first_files_[PackOf(file)]};
}

Result<ModuleInfo> Index::file(ModuleRef file) const {
  return pack_of(file).module(id_in_pack(file));
}

Result<SummaryView> Index::summary(ModuleRef file) const {
  return pack_of(file).summary(id_in_pack(file));
}

Result<std::optional<ModuleRef>> Index::FindFile(std::string_view root,
                                                 std::string_view path) const {
  for (std::size_t pack = packs_.size(); pack-- > 0;) {
    const auto found = packs_[pack]->FindFile(root, path);
    if (!found) return found.error();
    if (*found) {
      return std::optional(ModuleRef{first_files_[pack] + static_cast<uint32_t>(**found)});
    }
  }
  return std::optional<ModuleRef>();
}

Result<Index::FileRange> Index::FilesOf(std::size_t pack, std::string_view root) const {
  const auto rows = packs_[pack]->FindPathPrefix(root, {});
  if (!rows) return rows.error();
  return FileRange{first_files_[pack] + rows->first, first_files_[pack] + rows->last};
}

}  // namespace coppice
