#include "summaries/resolution/imports/name_tree.h"

#include <algorithm>
#include <span>
#include <utility>

namespace coppice {
namespace {

// What the places have under each of their names, name by name.
class CandidateGroups {
 public:
  explicit CandidateGroups(const FileTree& tree) : tree_(tree) {}

  // `take(name, candidates)` for every name in order. `all`: with those that have nothing, too.
  template <class Take>
  void ForEach(std::span<const Place> places, bool all, Take take) {
    Gather(places);
    for (std::size_t first = 0; first < found_.size();) {
      const std::string_view name = found_[first].name;
      candidates_.clear();
      for (; first < found_.size() && found_[first].name == name; ++first) {
        const auto& [ignored, place, entry, overlay] = found_[first];
        while (all && candidates_.size() < place) {
          candidates_.push_back({&places[candidates_.size()], nullptr, nullptr});
        }
        if (!candidates_.empty() && candidates_.back().place == &places[place]) {
          candidates_.back().overlay = overlay;
        } else {
          candidates_.push_back({&places[place], entry, overlay});
        }
      }
      while (all && candidates_.size() < places.size()) {
        candidates_.push_back({&places[candidates_.size()], nullptr, nullptr});
      }
      take(name, std::span<const Candidate>(candidates_));
    }
  }

 private:
  struct Found {
    std::string_view name;
    uint32_t place;
    const FileTree::Entry* entry;
    const FileTree::Entry* overlay;
  };

  void Gather(std::span<const Place> places) {
    found_.clear();
    for (uint32_t place = 0; place < places.size(); ++place) {
      if (places[place].directory != kNone) {
        for (const auto& entry : tree_.entries(places[place].directory)) {
          found_.push_back({entry.name, place, &entry, nullptr});
        }
      }
      if (places[place].overlay != kNone) {
        for (const auto& entry : tree_.entries(places[place].overlay)) {
          found_.push_back({entry.name, place, nullptr, &entry});
        }
      }
    }
    const auto before = [](const Found& a, const Found& b) { return a.name < b.name; };
    if (!std::is_sorted(found_.begin(), found_.end(), before)) {
      std::stable_sort(found_.begin(), found_.end(), before);
    }
  }

  const FileTree& tree_;
  std::vector<Found> found_;
  std::vector<Candidate> candidates_;
};

class NameTreeBuilder {
 public:
  NameTreeBuilder(const FileTree& files, const SearchRules& rules, uint32_t file_count)
      : rules_(rules), groups_(files), next_module_(file_count) {}

  NameTree Build() {
    nodes_.emplace_back();
    nodes_[NameTree::kTop].package = true;
    places_ = rules_.Start();
    ranges_.push_back({0, places_.size()});
    for (uint32_t node = 0; node < nodes_.size(); ++node) Expand(node);
    for (std::size_t node = nodes_.size(); node-- > 1;) {
      nodes_[node].useful = nodes_[node].useful || nodes_[node].module != kNone;
      if (nodes_[node].useful) nodes_[nodes_[node].parent].useful = true;
    }
    return {std::move(nodes_), std::move(places_)};
  }

 private:
  void Expand(uint32_t parent) {
    nodes_[parent].first_child = static_cast<uint32_t>(nodes_.size());
    const auto [first, last] = ranges_[parent];
    // A copy: the places of children are appended meanwhile.
    expanded_.assign(places_.begin() + static_cast<std::ptrdiff_t>(first),
                     places_.begin() + static_cast<std::ptrdiff_t>(last));
    groups_.ForEach(expanded_, parent != NameTree::kTop && rules_.NeedsAll(),
                    [&](std::string_view name, std::span<const Candidate> candidates) {
                      decision_.Clear();
                      rules_.Decide(candidates, decision_);
                      Add(parent, name);
                    });
    nodes_[parent].last_child = static_cast<uint32_t>(nodes_.size());
  }

  void Add(uint32_t parent, std::string_view name) {
    NameNode node;
    node.name = name;
    node.parent = parent;
    if (decision_.found) {
      node.module = decision_.file != kNone ? decision_.file : next_module_++;
      node.form = decision_.form;
      node.package = decision_.package;
    }
    nodes_.push_back(node);
    const std::size_t first = places_.size();
    places_.insert(places_.end(), decision_.places.begin(), decision_.places.end());
    ranges_.push_back({first, places_.size()});
  }

  const SearchRules& rules_;
  CandidateGroups groups_;
  uint32_t next_module_;
  std::vector<NameNode> nodes_;
  std::vector<Place> places_;                                // of all nodes
  std::vector<std::pair<std::size_t, std::size_t>> ranges_;  // of each node in places_
  std::vector<Place> expanded_;
  Decision decision_;
};

}  // namespace

NameTree BuildNameTree(const FileTree& files, const SearchRules& rules, uint32_t file_count) {
  return NameTreeBuilder(files, rules, file_count).Build();
}

}  // namespace coppice
