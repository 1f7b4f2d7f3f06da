#include <algorithm>

#include "summaries/pack.h"

namespace coppice {

Result<std::vector<ModuleId>> CandidateImporters(const Pack& pack, std::string_view dotted_name) {
  std::vector<ModuleId> found;
  const auto mentions = pack.FindName(dotted_name.substr(dotted_name.rfind('.') + 1));
  if (!mentions) return mentions.error();
  for (const NamePosting& posting : *mentions) found.push_back(posting.module);

  // `from . import x` in a/b/c.py imports a.b without naming it.
  std::string directory(dotted_name);
  std::replace(directory.begin(), directory.end(), '.', '/');
  std::string stubs = directory;
  stubs.insert(std::min(stubs.find('/'), stubs.size()), "-stubs");
  for (const std::string_view root : pack.roots()) {
    for (const std::string& package : {directory, stubs}) {
      const auto range = pack.FindPathPrefix(root, package + '/');
      if (!range) return range.error();
      for (std::uint32_t id = range->first; id < range->last; ++id) found.push_back(ModuleId{id});
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace coppice
