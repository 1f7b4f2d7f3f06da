// Opening a pack that was named on the command line.

#pragma once

#include <memory>
#include <string>

#include "summaries/error.h"
#include "summaries/pack.h"

namespace coppice::cli {

// Errors say what to do about a pack that is not there.
Result<std::shared_ptr<const Pack>> OpenPack(const std::string& path,
                                             Pack::OpenMode mode = Pack::OpenMode::kMapped);

}  // namespace coppice::cli
