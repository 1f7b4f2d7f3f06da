// Strongly connected components of a graph given by numbers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace coppice {

// The sets of several nodes each of which leads to each other; loops of one node are none. The
// edges of node n are targets[first[n], first[n + 1]); `first` has one entry more than there are
// nodes, or none. Members ascend; the largest set first, then by first member. Linear time, and a
// logarithm to sort; no recursion (Tarjan, "Depth-first search and linear graph algorithms", 1972).
std::vector<std::vector<uint32_t>> StronglyConnected(std::span<const uint32_t> first,
                                                     std::span<const uint32_t> targets);

}  // namespace coppice
