// Opening a pack or an index that was named on the command line.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "summaries/error.h"
#include "summaries/pack.h"
#include "summaries/resolution/imports/index.h"

namespace coppice::cli {

// Errors say what to do about a pack that is not there.
Result<std::shared_ptr<const Pack>> OpenPack(const std::string& path,
                                             Pack::OpenMode mode = Pack::OpenMode::kMapped);
// Likewise an index: a manifest, the directory that it lies in, or a pack alone.
Result<std::shared_ptr<const Index>> OpenIndex(const std::string& path);

// Whether that is meant as an index of several packs: a directory, or a .json file.
bool NamesManifest(const std::string& path);
// The files of the packs of an index, from the lowest up; of a pack, itself.
Result<std::vector<std::string>> PacksOf(const std::string& path);

}  // namespace coppice::cli
