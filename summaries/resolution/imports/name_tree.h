// The dotted names that a search finds something for.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "summaries/resolution/imports/file_tree.h"
#include "summaries/resolution/imports/search_rules.h"

namespace coppice {

// A dotted name, below the node of the name without its last component.
struct NameNode {
  std::string_view name;  // the last component
  uint32_t parent = kNone;
  uint32_t first_child = 0;  // children lie side by side, by name
  uint32_t last_child = 0;
  uint32_t module = kNone;  // a ModuleRef; kNone: there is no such module, but there may be below
  ModuleForm form = ModuleForm::kFile;
  bool package = false;
  bool useful = false;  // it is a module, or one is below
};

struct NameTree {
  // The node above all top-level modules.
  static constexpr uint32_t kTop = 0;

  std::vector<NameNode> nodes;  // breadth first
  std::vector<Place> places;    // all that were searched
};

// Tries every name that one of the places has, and every name below those. Modules without file are
// numbered from `file_count` on, in the order of the nodes. Linear in the entries of all places.
NameTree BuildNameTree(const FileTree& files, const SearchRules& rules, uint32_t file_count);

}  // namespace coppice
