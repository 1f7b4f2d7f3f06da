// From an environment to an index of it: a pack for each layer, and the manifest that stacks them.

#pragma once

#include <string>
#include <vector>

#include "store/file_system.h"
#include "store/indexer.h"
#include "summaries/error.h"
#include "summaries/resolution/imports/environment.h"

namespace coppice {

struct LayerReport {
  std::string name;  // "stdlib", "typeshed", "site-packages", "project"
  std::string file;  // of its pack, without directories
  IndexReport report;
};

struct EnvironmentIndexReport {
  std::string manifest;             // path
  std::vector<LayerReport> layers;  // from the lowest up; those without roots are left out
};

// Builds the index of `environment` in `directory`, which is made if it is not there, or brings the
// one that is there up to date. Of `options`, the roots and the pack's path are not looked at.
//
// LAYER.pack is built, and kept, as BuildIndex does it; LAYER-IDENTITY.pack is another name of it
// (a hard link, or a copy where there are none), and what the manifest names: so the old manifest
// stays good until the new one has replaced it, and the packs that only the old one named go after
// that. A layer whose files are unchanged keeps its pack. Each run waits for others on the same
// directory to end.
//
// Nothing in the directory is replaced or removed but what is known to be an index's: a manifest,
// packs, sidecars, and empty files of their names. kInvalidArgument if something else is in the
// way; save that LAYER-IDENTITY.pack replaces whatever has its name, such as half a copy. A run
// that is killed leaves the old index or the new one, and the next run clears up after it.
//
// A layer leaves directories that are roots of others to them. What belongs to no search path is
// left out too: site-packages below a standard library, typeshed's tests. The manifest holds the
// environment with the extras of its roots, extension modules of other interpreters left out, and
// without extras and warnings that are no text (IsManifestText).
//
// Warnings go to `progress`, layer by layer. Error: as BuildIndex, and whatever keeps the directory
// or the manifest from being written.
Result<EnvironmentIndexReport> BuildEnvironmentIndex(Environment environment,
                                                     const std::string& directory,
                                                     const IndexOptions& options,
                                                     const FileSystem& files,
                                                     ProgressSink* progress = nullptr);

// Whether the interpreter of a target imports an extension module of that file name: one without
// tag, for its stable ABI or for its version (importlib.machinery.EXTENSION_SUFFIXES).
bool FitsTarget(const Target& target, std::string_view extension_module);

}  // namespace coppice
