#include "store/root_list.h"

#include <utility>

#include "parser/source.h"
#include "store/path_text.h"

namespace coppice {
namespace {

// Makes `only` what both look for.
void Widen(std::vector<std::string>& only, const std::vector<std::string>& more) {
  if (only.empty() || more.empty()) return only.clear();
  std::set<std::string> both(only.begin(), only.end());
  both.insert(more.begin(), more.end());
  only.assign(both.begin(), both.end());
}

}  // namespace

void RootList::Add(const SearchPlace& place, const std::string& name) {
  const auto stat = files_.Stat(place.path);
  if (!stat) {
    if (!place.only.empty()) Warn(place, "is not there");
    return;
  }
  if (stat->kind != FileKind::kDirectory) {
    return Warn(place, "not a directory; zip files and eggs are not read");
  }
  auto canonical = files_.CanonicalPath(place.path);
  if (!canonical) return Warn(place, canonical.error().reason);
  const auto [known, is_new] = places_.try_emplace(*canonical, roots_.size());
  if (!is_new) return Widen(roots_[known->second].only, place.only);
  SearchRoot root;
  root.name = Unique(name.empty() ? NameOfRoot(*canonical) : name);
  root.directory = *std::move(canonical);
  root.role = place.role;
  root.only = place.only;
  roots_.push_back(std::move(root));
  found_by_.push_back(place.found_by);
}

void RootList::Warn(const SearchPlace& place, const std::string& reason) {
  warnings_.push_back(place.path + ": " + reason + " (" + place.found_by + ")");
}

std::string RootList::Unique(const std::string& name) {
  std::string numbered = name;
  while (!names_.insert(numbered).second) {
    numbered = name + '-' + std::to_string(++last_number_.try_emplace(name, 1).first->second);
  }
  return numbered;
}

std::string NameOfRoot(const std::string& directory) {
  std::string name = LastComponent(directory);
  for (char& c : name) {
    if (c == '=' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '_';
  }
  return name.empty() || ValidUtf8Prefix(name) != name.size() ? "path" : name;
}

}  // namespace coppice
