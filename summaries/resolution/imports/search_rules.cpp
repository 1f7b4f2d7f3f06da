#include "summaries/resolution/imports/search_rules.h"

namespace coppice {

void AppendPlaces(const FileTree& tree, const Environment& env, RootRole role, bool stub_packages,
                  std::vector<Place>& places) {
  for (uint32_t root = 0; root < env.roots.size(); ++root) {
    if (env.roots[root].role != role) continue;
    Place place;
    place.directory = stub_packages ? tree.stub_packages(root) : tree.top(root);
    place.root = root;
    place.role = role;
    place.stub_package = stub_packages;
    places.push_back(place);
  }
}

Place Below(const FileTree& tree, const Place& place, const FileTree::Entry& entry) {
  const FileTree::Directory& directory = tree.directory(entry.directory);
  const bool package = directory.init_source != kNone || directory.init_stub != kNone;
  Place below = place;
  below.directory = entry.directory;
  below.depth = place.depth + 1;
  if (package && place.first_package == 0) below.first_package = below.depth;
  below.unbroken = place.unbroken && package;
  below.excluded = IsExcluded(place, entry);
  below.typed = place.typed || directory.typed;
  return below;
}

bool IsExcluded(const Place& place, const FileTree::Entry& entry) {
  return entry.version == FileTree::Version::kInherited
             ? place.excluded
             : entry.version == FileTree::Version::kExcluded;
}

}  // namespace coppice
