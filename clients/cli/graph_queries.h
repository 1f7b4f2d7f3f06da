// The queries that look at a whole index: who derives, who imports, who mentions, who passes on.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "summaries/resolution/module_finder.h"

namespace coppice::cli {

struct GraphQuery {
  std::string index;  // as it was named
  std::string what;   // importers, cycles, subclasses, reexports, mentions
  std::string name;   // may be empty for cycles
  bool json = false;
  bool transitive = false;     // importers
  bool all = false;            // reexports: private ones too
  bool type_checking = false;  // imports under TYPE_CHECKING count
  bool deferred = false;       // imports in functions count
  SearchProfile profile = SearchProfile::kRuntime;
  std::vector<std::string> roots;  // NAME=DIRECTORY
};

// Which option it has that says nothing there; empty if none.
std::string OptionMistake(const GraphQuery& query);

// Answers on standard output; returns the exit code. `help`: the command's.
int RunGraphQuery(const GraphQuery& query, std::string_view help);

// "runtime", "mypy", "pyright"; anything else is "runtime".
SearchProfile ProfileOf(std::string_view word);

}  // namespace coppice::cli
