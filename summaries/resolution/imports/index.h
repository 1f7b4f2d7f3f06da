// Several packs and what else is known of an environment, as one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "summaries/error.h"
#include "summaries/pack.h"
#include "summaries/resolution/imports/environment.h"

namespace coppice {

// A module of one Index. Those below file_count() are files, from the lowest pack up, in each pack
// in the order of its rows; further ones are modules without file that a ModuleFinder names. Means
// nothing beside that index.
enum class ModuleRef : uint32_t {};
inline constexpr ModuleRef kNoModule{UINT32_MAX};

// An ordered stack of packs over one environment; the upper one wins where two have the same file.
// Immutable and thread-safe. What it returns views the packs and is valid while the index lives.
class Index {
 public:
  // The manifest that `coppice index --env` writes (or the directory it lies in), whose packs lie
  // beside it; or a single pack, whose roots are then all the project's and whose target is the
  // default.
  // Errors name the file: as Pack, ReadManifest (manifest.h) and Make give them; kDamaged if a pack
  // is not the one that is named, or the copy of another.
  static Result<std::shared_ptr<const Index>> Open(const std::string& path);
  // Packs from the lowest up, none null. kInvalidArgument if they hold a root that the environment
  // lacks or has twice, kTooLarge beyond 2^31 modules or 4,096 roots; damage, as Pack reports it.
  // Linear in the files of roots that several packs hold.
  static Result<std::shared_ptr<const Index>> Make(std::vector<std::shared_ptr<const Pack>> packs,
                                                   Environment environment);

  const Environment& environment() const { return environment_; }
  std::span<const std::shared_ptr<const Pack>> packs() const { return packs_; }

  uint32_t file_count() const { return first_files_.back(); }  // shadowed ones too
  bool shadowed(ModuleRef file) const { return shadowed_[static_cast<uint32_t>(file)]; }
  // Precondition for all: a file of this index. Errors: damage, as Pack reports it.
  Result<ModuleInfo> file(ModuleRef file) const;
  Result<SummaryView> summary(ModuleRef file) const;
  const Pack& pack_of(ModuleRef file) const;
  ModuleId id_in_pack(ModuleRef file) const;

  // Where (root, path) is, the upper pack's. Logarithmic time.
  Result<std::optional<ModuleRef>> FindFile(std::string_view root, std::string_view path) const;

  // The files of a root in one pack, [first, last), by path; shadowed ones too. Precondition:
  // `pack` is less than packs().size(). Logarithmic time.
  struct FileRange {
    uint32_t first = 0;
    uint32_t last = 0;
  };
  Result<FileRange> FilesOf(std::size_t pack, std::string_view root) const;

 private:
  Index() = default;
  std::size_t PackOf(ModuleRef file) const;
  Result<void> FindShadowed(std::string_view root);

  std::vector<std::shared_ptr<const Pack>> packs_;
  Environment environment_;
  std::vector<uint32_t> first_files_;  // of each pack; then how many files there are
  std::vector<bool> shadowed_;
};

}  // namespace coppice
