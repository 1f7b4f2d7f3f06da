// The file that makes several packs one index: which they are, and the environment around them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "summaries/error.h"
#include "summaries/hash.h"
#include "summaries/resolution/imports/environment.h"

namespace coppice {

// The name that the file has in its directory, beside the packs.
inline constexpr std::string_view kManifestName = "index.json";

// Import resolution compares roots with each other: this bounds what a manifest can ask of it.
inline constexpr std::size_t kMaxSearchRoots = 4096;

struct ManifestPack {
  std::string file;  // name without directories
  Hash128 identity;  // PackInfo::identity

  friend bool operator==(const ManifestPack&, const ManifestPack&) = default;
};

struct Manifest {
  std::vector<ManifestPack> packs;  // from the lowest up
  Environment environment;

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

// Whether the file can hold it: UTF-8, without control characters but for those that JSON escapes
// by a letter.
bool IsManifestText(std::string_view text);

// The text of the file: JSON after summaries/resolution/imports/manifest.capnp, equal for equal
// manifests. `label` names the file in messages. kInvalidArgument: a string that is no
// IsManifestText, which is named, or a pack's file that is no plain name.
Result<std::string> ManifestText(const Manifest& manifest, const std::string& label);

// What ManifestText wrote, from whoever's hands: kDamaged if it is no manifest, kUnsupportedVersion
// if it is one of another format, kTooLarge beyond 64 MiB. Linear time and memory. Of another
// format is what has a formatVersion and, as this one has them, packs, roots and a target with a
// platform: an object that is not known to be a manifest must not be replaced as one.
Result<Manifest> ParseManifest(std::string_view text, const std::string& label);

// The same of a file. WriteManifest replaces it in one step; errors of the system are kIo.
Result<void> WriteManifest(const std::string& path, const Manifest& manifest);
Result<Manifest> ReadManifest(const std::string& path);

}  // namespace coppice
