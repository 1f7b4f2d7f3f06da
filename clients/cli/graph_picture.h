// The part of an import graph that a drawing shows, folded by package.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "summaries/resolution/graph/import_graph.h"
#include "summaries/resolution/imports/module_finder.h"

namespace coppice::cli {

// The module's dotted name; "root/path" of a file that no import reaches under a name.
std::string ShownName(const ModuleFinder& finder, ModuleRef module);

struct PictureOptions {
  ImportLabels allowed;         // labels of the imports that are drawn
  ModuleRef of = kNoModule;     // only it, what is below it, and their neighbours
  uint32_t depth = UINT32_MAX;  // components of a name, at least 1; what has more is folded
  bool every_label = false;     // an edge for each set of labels, not one for each pair of nodes
};

struct PictureNode {
  std::string name;
  uint32_t modules = 0;   // that it stands for
  bool in_cycle = false;  // of nodes: folded packages may import each other though no modules do
};

struct PictureEdge {
  uint32_t from = 0;  // imports `to`
  uint32_t to = 0;
  ImportLabels labels;    // those of the import that is run soonest
  bool in_cycle = false;  // leads from a node to another one of the same cycle
};

// Nodes in the order of their names, edges in that of (from, to, labels).
struct Picture {
  std::vector<PictureNode> nodes;
  std::vector<PictureEdge> edges;
};

// Nearly linear in the graph.
Picture MakePicture(const ModuleFinder& finder, const ImportGraph& graph,
                    const PictureOptions& options);

// Graphviz' language.
std::string DotText(const Picture& picture);
// A drawing in layers: what is imported lies below what imports it, but for cycles.
std::string SvgText(const Picture& picture);

}  // namespace coppice::cli
