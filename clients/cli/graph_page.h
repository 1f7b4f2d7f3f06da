// An import graph as a web page of its own.

#pragma once

#include <string>
#include <string_view>

#include "summaries/resolution/graph/import_graph.h"
#include "summaries/resolution/imports/module_finder.h"

namespace coppice::cli {

// The page needs nothing but itself: no network, no other file. `title` is shown; `of` is unfolded
// at first. Of what is not asked for there are the neighbours, as in MakePicture.
std::string GraphPage(const ModuleFinder& finder, const ImportGraph& graph, ModuleRef of,
                      std::string_view title);

}  // namespace coppice::cli
