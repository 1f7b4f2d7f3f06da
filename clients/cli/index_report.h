// The figures of an indexing run.

#pragma once

#include <string>

#include "clients/cli/console.h"
#include "clients/cli/json.h"
#include "store/indexer.h"

namespace coppice::cli {

// The fields of an object that has begun.
void PutReport(const IndexReport& report, Json& json);
// A table; `pack` is the path that it names.
void PrintReport(const IndexReport& report, const std::string& pack, Output& output);

}  // namespace coppice::cli
