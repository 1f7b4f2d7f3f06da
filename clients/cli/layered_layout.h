// Placing a graph's nodes in layers, so that edges lead down.

#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace coppice::cli {

struct Point {
  double x = 0;
  double y = 0;
};

struct LayoutInput {
  std::vector<double> widths;                        // of the nodes
  std::vector<std::pair<uint32_t, uint32_t>> edges;  // from, to: two different nodes
  double layer_distance = 1;                         // between the middles of layers
  double gap = 1;                                    // between neighbours in a layer
};

struct Layout {
  std::vector<Point> centres;              // of the nodes
  std::vector<std::vector<Point>> routes;  // of the edges, from end to end
  Point size;                              // all lies between the origin and this
};

// In the manner of Sugiyama, Tagawa and Toda ("Methods for visual understanding of hierarchical
// system structures", 1981): edges that close cycles are turned, layers are longest ways, each
// layer is ordered by the middles of what its nodes are linked with, and moved towards them. Nodes
// without edges come below all others. The same for the same input. About edges × layers time and
// memory.
Layout LayOut(const LayoutInput& input);

}  // namespace coppice::cli
