// The queries of `coppice query` that follow names across the modules of an index.

#pragma once

#include <string>
#include <string_view>

#include "summaries/resolution/definition.h"
#include "summaries/resolution/module_finder.h"

namespace coppice::cli {

struct ResolutionCall {
  std::string index;  // pack, manifest or its directory
  std::string what;
  std::string name;     // "-": one a line on standard input
  std::string profile;  // empty: runtime
  bool json = false;
  bool explain = false;
  bool bound = false;
};

bool IsResolutionQuery(std::string_view word);
int RunResolutionQuery(const ResolutionCall& call);

// "missing_module", ... as JSON and people see it. Static storage.
std::string_view NameOf(Obstacle obstacle);

// Opens what INDEX names, searched as `profile` says: runtime, mypy or pyright.
Result<std::shared_ptr<const ModuleFinder>> OpenFinder(const std::string& path,
                                                       std::string_view profile);

}  // namespace coppice::cli
