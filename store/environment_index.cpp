#include "store/environment_index.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <system_error>
#include <utility>

#include "store/lock_file.h"
#include "store/path_text.h"
#include "store/sidecar.h"
#include "store/site_paths.h"
#include "summaries/file_bytes.h"
#include "summaries/hash.h"
#include "summaries/output_file.h"
#include "summaries/pack.h"
#include "summaries/pack_format.h"
#include "summaries/resolution/imports/manifest.h"
#include "summaries/try.h"

namespace coppice {
namespace {

struct Layer {
  const char* name;
  std::array<RootRole, 2> roles;
  std::span<const char* const> excludes = {};
};

// What typeshed keeps beside the stubs.
constexpr const char* kTypeshedTests[] = {"@tests/", "@python2/"};

// From the lowest up: what changes least is lowest.
constexpr Layer kLayers[] = {
    {"stdlib", {RootRole::kStandardLibrary, RootRole::kStandardLibrary}, kPackagesBelowLibraries},
    {"typeshed", {RootRole::kTypeshed, RootRole::kTypeshedStubs}, kTypeshedTests},
    {"site-packages", {RootRole::kSitePackages, RootRole::kSitePackages}},
    {"project", {RootRole::kExtraStubs, RootRole::kProject}}};

bool IsIn(const Layer& layer, RootRole role) {
  return std::find(layer.roles.begin(), layer.roles.end(), role) != layer.roles.end();
}

Error IoError(const std::string& path, const std::error_code& error) {
  return {ErrorCode::kIo, path + ": " + error.message()};
}

bool HaveSameBytes(const std::string& path, const std::string& other) {
  const auto a = FileBytes::Map(path);
  const auto b = FileBytes::Map(other);
  return a && b && std::ranges::equal(a->bytes(), b->bytes());
}

// Makes `name` a copy of the pack, in one step.
Result<void> CopyPack(const std::string& pack, const std::string& name) {
  const auto source = FileBytes::Map(pack);
  if (!source) return source.error();
  auto copy = ReplacementFile::Create(name, pack_format::kMagic);
  if (!copy) return copy.error();
  COPPICE_TRY(copy->file().Append(source->bytes()));
  return copy->Commit();
}

bool IsPack(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_symlink(path, error)) return false;
  const auto file = FileBytes::Map(path.string());
  return file && pack_format::StartsWithMagic(file->bytes());
}

// Names a pack a second time, in one step: what is there may be read just now. `temporary` is a
// name beside it; a pack there is one that a killed run left.
Result<void> LinkPack(const std::string& link_or_pack, const std::string& name,
                      const std::string& temporary) {
  namespace fs = std::filesystem;
  std::error_code error;
  // A second name of a link would go where the link goes.
  const std::string pack = fs::canonical(link_or_pack, error).string();
  if (error) return IoError(link_or_pack, error);
  if (fs::equivalent(pack, name, error) && !error && !fs::is_symlink(name, error)) return {};
  if (IsPack(temporary)) fs::remove(temporary, error);
  fs::create_hard_link(pack, temporary, error);
  if (!error) {
    fs::rename(temporary, name, error);
    if (!error) return {};
    const Error failed = IoError(name, error);
    fs::remove(temporary, error);
    return failed;
  }
  // Where there are no hard links, a copy that is there already need not be made again.
  if (HaveSameBytes(pack, name)) return {};
  return CopyPack(pack, name);
}

// Removes the second names of packs in the directory but those of the manifest.
void RemoveUnused(const std::string& directory, const Manifest& manifest) {
  std::set<std::string> used;
  for (const ManifestPack& pack : manifest.packs) used.insert(pack.file);
  std::error_code ignored;
  std::vector<std::string> unused;
  for (std::filesystem::directory_iterator entry(directory, ignored), end; entry != end;
       entry.increment(ignored)) {
    const std::string name = entry->path().filename().string();
    const bool ours = std::any_of(std::begin(kLayers), std::end(kLayers), [&](const Layer& layer) {
      const std::string prefix = std::string(layer.name) + '-';
      constexpr std::size_t kIdentityDigits = 32;
      return name.starts_with(prefix) && name.ends_with(".pack") &&
             name.size() == prefix.size() + kIdentityDigits + 5 &&
             name.find_first_not_of("0123456789abcdef", prefix.size()) ==
                 prefix.size() + kIdentityDigits;
    });
    if (ours && !used.contains(name) && IsPack(entry->path())) {
      unused.push_back(entry->path().string());
    }
  }
  for (const std::string& path : unused) std::filesystem::remove(path, ignored);
}

bool IsPackOf(const std::string& path, const Hash128& identity) {
  const auto pack = Pack::Open(path);
  return pack && (*pack)->info().identity == identity;
}

// Removes the packs of layers that lost their roots: those that the old manifest names.
void RemoveLost(const std::string& directory, const Manifest& old, const Manifest& manifest) {
  std::error_code ignored;
  const auto pack_of = [](const Manifest& of, const std::string& start) {
    return std::find_if(of.packs.begin(), of.packs.end(), [&](const ManifestPack& pack) {
      return pack.file == start + HexDigits(pack.identity) + ".pack";
    });
  };
  for (const Layer& layer : kLayers) {
    const std::string start = std::string(layer.name) + '-';
    const auto lost = pack_of(old, start);
    if (lost == old.packs.end() || pack_of(manifest, start) != manifest.packs.end()) continue;
    const std::string path = JoinedPath(directory, std::string(layer.name) + ".pack");
    if (!IsPackOf(path, lost->identity)) continue;
    std::filesystem::remove(path, ignored);
    const std::string sidecar = path + ".coppice-state";
    if (CheckSidecarReplaceable(sidecar)) std::filesystem::remove(sidecar, ignored);
  }
}

// What is at the path and may be replaced: a manifest, of another format too, an empty file or
// nothing. Anything else is somebody's.
Result<std::optional<Manifest>> ReplaceableManifest(const std::string& path) {
  auto manifest = ReadManifest(path);
  if (manifest) return std::optional(*std::move(manifest));
  const ErrorCode code = manifest.error().code;
  if (code == ErrorCode::kNotFound || code == ErrorCode::kUnsupportedVersion) {
    return std::optional<Manifest>();
  }
  std::error_code error;
  if (std::filesystem::file_size(path, error) == 0 && !error) return std::optional<Manifest>();
  if (code == ErrorCode::kIo) return manifest.error();
  return Error{ErrorCode::kInvalidArgument,
               path + ": is there and is no index, so it is not replaced"};
}

class EnvironmentRun {
 public:
  EnvironmentRun(Environment environment, const std::string& directory, const IndexOptions& options,
                 const FileSystem& files, ProgressSink* progress)
      : directory_(directory), options_(options), files_(files), progress_(progress) {
    manifest_.environment = std::move(environment);
    std::erase_if(manifest_.environment.warnings,
                  [](const std::string& warning) { return !IsManifestText(warning); });
  }

  Result<EnvironmentIndexReport> Run() {
    std::error_code error;
    std::filesystem::create_directories(directory_, error);
    if (error) return IoError(directory_, error);
    report_.manifest = JoinedPath(directory_, kManifestName);
    // What it cannot hold is better known before the work, and that it cannot be written.
    COPPICE_TRY(CheckRootCount());
    COPPICE_TRY(ManifestText(manifest_, report_.manifest));
    COPPICE_TRY(ReplaceableManifest(report_.manifest));
    const std::string lock_path = report_.manifest + ".coppice-lock";
    const auto lock = LockFile::Acquire(
        lock_path,
        [&] {
          if (progress_ != nullptr) progress_->OnWaiting(lock_path);
        },
        options_.interrupted);
    if (!lock) return lock.error();
    for (const Layer& layer : kLayers) COPPICE_TRY(Build(layer));
    const auto old = ReplaceableManifest(report_.manifest);
    if (!old) return old.error();
    // While the old manifest still tells which they were. What it names are their other names.
    if (*old) RemoveLost(directory_, **old, manifest_);
    if (*old != manifest_) COPPICE_TRY(WriteManifest(report_.manifest, manifest_));
    RemoveUnused(directory_, manifest_);
    return std::move(report_);
  }

 private:
  Result<void> CheckRootCount() const {
    if (manifest_.environment.roots.size() <= kMaxSearchRoots) return {};
    return Error{ErrorCode::kTooLarge, report_.manifest + ": the environment has more than " +
                                           std::to_string(kMaxSearchRoots) + " roots"};
  }

  Result<void> Build(const Layer& layer) {
    IndexOptions options = options_;
    options.roots.clear();
    for (const SearchRoot& root : manifest_.environment.roots) {
      if (IsIn(layer, root.role)) {
        options.roots.push_back({root.name, root.directory, root.only});
      } else if (root.only.empty()) {
        options.discovery.elsewhere.push_back(root.directory);
      }
    }
    if (options.roots.empty()) return {};
    options.discovery.excludes.insert(options.discovery.excludes.end(), layer.excludes.begin(),
                                      layer.excludes.end());
    options.pack_path = JoinedPath(directory_, std::string(layer.name) + ".pack");
    auto built = BuildIndex(options, files_, progress_);
    if (!built) return built.error();
    const std::string file = std::string(layer.name) + '-' + HexDigits(built->identity) + ".pack";
    COPPICE_TRY(LinkPack(options.pack_path, JoinedPath(directory_, file),
                         report_.manifest + ".coppice-link"));
    manifest_.packs.push_back({file, built->identity});
    TakeExtras(built->extras);
    report_.layers.push_back({layer.name, file, *std::move(built)});
    return {};
  }

  void TakeExtras(const std::map<std::string, RootExtras>& extras) {
    for (SearchRoot& root : manifest_.environment.roots) {
      const auto found = extras.find(root.name);
      if (found == extras.end()) continue;
      root.extras = found->second;
      auto& [compiled, typed, partial, eggs] = root.extras;
      std::erase_if(compiled, [&](const std::string& path) {
        return !FitsTarget(manifest_.environment.target, path);
      });
      // No import reaches what a manifest cannot hold.
      for (auto* paths : {&compiled, &typed, &partial, &eggs}) {
        std::erase_if(*paths, [](const std::string& path) { return !IsManifestText(path); });
      }
    }
  }

  const std::string directory_;
  const IndexOptions& options_;
  const FileSystem& files_;
  ProgressSink* const progress_;
  Manifest manifest_;
  EnvironmentIndexReport report_;
};

}  // namespace

bool FitsTarget(const Target& target, std::string_view extension_module) {
  std::string_view name = extension_module.substr(extension_module.rfind('/') + 1);
  name = name.substr(0, name.rfind('.'));
  const std::size_t dot = name.find('.');
  if (dot == name.npos) return true;
  const std::string_view tag = name.substr(dot + 1);
  if (tag == "abi3" || target.implementation != "cpython") return true;
  // "cpython-311-x86_64-linux-gnu", "cpython-313t-...", "cpython-37m-..."; on Windows
  // "cp311-win32".
  for (const char* prefix : {"cpython-", "cp"}) {
    const std::string version =
        prefix + std::to_string(target.major) + std::to_string(target.minor);
    if (!tag.starts_with(version)) continue;
    const std::string_view rest = tag.substr(version.size());
    return rest.empty() || rest.front() < '0' || rest.front() > '9';
  }
  return false;
}

Result<EnvironmentIndexReport> BuildEnvironmentIndex(Environment environment,
                                                     const std::string& directory,
                                                     const IndexOptions& options,
                                                     const FileSystem& files,
                                                     ProgressSink* progress) {
  return EnvironmentRun(std::move(environment), directory, options, files, progress).Run();
}

}  // namespace coppice
