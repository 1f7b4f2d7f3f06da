// The tags format that vi, Vim and others read: ctags(1), tags(5), extended format 2.

#pragma once

#include <string>
#include <vector>

#include "clients/cli/console.h"
#include "clients/cli/module_json.h"

namespace coppice::cli {

// Collects one line a symbol and prints them sorted, as readers that search by bisection need it.
// Memory: all lines.
class Tags {
 public:
  // `path`: the file as an editor opens it. One that the format cannot hold (a tab or a line end in
  // it) is refused.
  bool Add(const LoadedModule& module, const std::string& path);
  void Print(Output& output);

 private:
  std::vector<std::string> lines_;
};

}  // namespace coppice::cli
