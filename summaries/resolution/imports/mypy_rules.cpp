// The search of mypy's FindModuleCache: the typing specification's order, every dotted name looked
// for in all roots whatever its parents are.
#include <algorithm>

#include "summaries/resolution/imports/search_rules.h"

namespace coppice {
namespace {

using Outcome = SearchStep::Outcome;

class MypyRules : public SearchRules {
 public:
  MypyRules(const FileTree& tree, const Environment& env) : tree_(tree), env_(env) {}

  std::vector<Place> Start() const override {
    std::vector<Place> places;
    for (const RootRole role : {RootRole::kExtraStubs, RootRole::kProject, RootRole::kTypeshed}) {
      // Of a stub package outside of site-packages only the __init__.pyi counts, if the root has
      // the package too.
      for (uint32_t root = 0; root < env_.roots.size(); ++root) {
        if (env_.roots[root].role != role) continue;
        AppendPlace(root, true, places);
        AppendPlace(root, false, places);
      }
    }
    AppendPlaces(tree_, env_, RootRole::kSitePackages, true, places);
    AppendPlaces(tree_, env_, RootRole::kSitePackages, false, places);
    AppendPlaces(tree_, env_, RootRole::kTypeshedStubs, false, places);
    return places;
  }

  void Decide(std::span<const Candidate> candidates, Decision& decision) const override {
    Misses misses;
    for (std::size_t i = 0; i < candidates.size() && !decision.found; ++i) {
      if (candidates[i].entry != nullptr) Consider(candidates, i, misses, decision);
    }
    if (!decision.found) TakeBest(candidates, misses, decision);
    AppendBelow(candidates, decision);
  }

 private:
  // The best of what an __init__ is missing for: the one below the topmost package, or the first.
  struct Misses {
    bool any = false;
    uint32_t level = 0;
    std::size_t candidate = 0;
    uint32_t file = kNone;  // kNone: a namespace package
    bool package = false;

    void Add(uint32_t of_level, std::size_t of_candidate, uint32_t of_file, bool is_package) {
      if (any && of_level <= level) return;
      *this = {true, of_level, of_candidate, of_file, is_package};
    }
  };

  void AppendPlace(uint32_t root, bool stub_packages, std::vector<Place>& places) const {
    Place place;
    place.directory = stub_packages ? tree_.stub_packages(root) : tree_.top(root);
    place.root = root;
    place.role = env_.roots[root].role;
    place.stub_package = stub_packages;
    places.push_back(place);
  }

  static bool IsInline(const Place& place) {
    return place.role == RootRole::kSitePackages && !place.stub_package;
  }

  bool IsTyped(const Candidate& candidate) const {
    const uint32_t directory = candidate.entry->directory;
    return candidate.place->typed || (directory != kNone && tree_.directory(directory).typed);
  }

  void Consider(std::span<const Candidate> candidates, std::size_t i, Misses& misses,
                Decision& decision) const {
    const Place& place = *candidates[i].place;
    const FileTree::Entry& entry = *candidates[i].entry;
    if (place.role == RootRole::kTypeshed && IsExcluded(place, entry)) {
      decision.Note(i, Outcome::kWrongVersion);
    } else if (place.stub_package && place.depth == 0) {
      ConsiderStubPackage(candidates, i, misses, decision);
    } else if (!IsInline(place)) {
      ConsiderEntry(i, place, entry, !place.lenient, misses, decision);
    } else if (const bool typed = IsTyped(candidates[i]); typed || place.untyped_too) {
      // py.typed further down than at the top: a package within a namespace package.
      const bool lenient = typed && place.depth != 0 && (place.lenient || !place.typed);
      ConsiderEntry(i, place, entry, !lenient, misses, decision);
    } else {
      decision.Note(i, Outcome::kUntyped);
    }
  }

  // NAME-stubs for NAME. Where it has no __init__.pyi, it makes NAME beside it count, typed or not.
  void ConsiderStubPackage(std::span<const Candidate> candidates, std::size_t i, Misses& misses,
                           Decision& decision) const {
    const Place& place = *candidates[i].place;
    const FileTree::Directory& stubs = tree_.directory(candidates[i].entry->directory);
    const std::size_t beside = Beside(candidates, i);
    const bool installed = place.role == RootRole::kSitePackages;
    if (stubs.init_stub != kNone && (installed || beside != candidates.size())) {
      return Take(i, stubs.init_stub, true, decision);
    }
    decision.Note(i, Outcome::kPartialStubs);
    if (!installed || beside == candidates.size()) return;
    ConsiderEntry(beside, *candidates[beside].place, *candidates[beside].entry, true, misses,
                  decision);
  }

  // Which candidate is the root's own NAME to a NAME-stubs; their number if there is none.
  static std::size_t Beside(std::span<const Candidate> candidates, std::size_t stubs) {
    std::size_t i = 0;
    while (i < candidates.size() &&
           (candidates[i].place->root != candidates[stubs].place->root ||
            candidates[i].place->stub_package || candidates[i].entry == nullptr)) {
      ++i;
    }
    return i;
  }

  // Package before module, stub before source. `strict`: what has no __init__ on the way is only
  // found if nothing else is.
  void ConsiderEntry(std::size_t i, const Place& place, const FileTree::Entry& entry, bool strict,
                     Misses& misses, Decision& decision) const {
    const uint32_t level = place.first_package == 0 ? 0 : place.depth - place.first_package + 1;
    const bool taken = !strict || place.unbroken;
    const auto consider = [&](uint32_t file, bool package) {
      if (file == kNone || decision.found) return;
      if (taken) Take(i, file, package, decision);
      if (!taken) misses.Add(level, i, file, package);
    };
    if (entry.directory != kNone) {
      const FileTree::Directory& directory = tree_.directory(entry.directory);
      consider(directory.init_stub, true);
      consider(directory.init_source, true);
      if (directory.init_stub == kNone && directory.init_source == kNone) {
        misses.Add(level, i, kNone, true);
        decision.Note(i, Outcome::kNamespacePortion);
      }
    }
    consider(entry.stub, false);
    consider(entry.source, false);
  }

  static void Take(std::size_t i, uint32_t file, bool package, Decision& decision) {
    decision.found = true;
    decision.file = file;
    decision.package = package;
    decision.Note(i, Outcome::kTaken);
  }

  void TakeBest(std::span<const Candidate> candidates, const Misses& misses,
                Decision& decision) const {
    if (misses.any && misses.file != kNone) {
      return Take(misses.candidate, misses.file, misses.package, decision);
    }
    decision.found = misses.any;
    // The parents of an installed package with py.typed are namespace packages if nothing else.
    for (std::size_t i = 0; i < candidates.size() && !decision.found; ++i) {
      if (candidates[i].entry == nullptr || !IsInline(*candidates[i].place)) continue;
      const uint32_t directory = candidates[i].entry->directory;
      decision.found = directory != kNone && tree_.directory(directory).typed_below;
      if (decision.found) decision.Note(i, Outcome::kNamespacePortion);
    }
    if (!decision.found) return;
    decision.form = ModuleForm::kNamespace;
    decision.package = true;
  }

  void AppendBelow(std::span<const Candidate> candidates, Decision& decision) const {
    for (const Candidate& candidate : candidates) {
      const Place& place = *candidate.place;
      if (candidate.entry == nullptr || candidate.entry->directory == kNone) continue;
      if (place.stub_package && place.role != RootRole::kSitePackages) continue;
      Place below = Below(tree_, place, *candidate.entry);
      if (IsInline(place)) {
        below.lenient = place.typed ? place.lenient : below.typed && below.depth > 1;
        below.untyped_too = HavePartialStubs(candidates, place.root);
      } else if (place.stub_package && place.depth == 0) {
        below.lenient = tree_.directory(below.directory).partial;
      }
      decision.places.push_back(below);
    }
  }

  // Whether a root has the directory in a partial stub package (PEP 561): then the package's own
  // counts as well, typed or not.
  bool HavePartialStubs(std::span<const Candidate> candidates, uint32_t root) const {
    return std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
      const Place& place = *candidate.place;
      if (place.root != root || !place.stub_package || candidate.entry == nullptr) return false;
      const uint32_t directory = candidate.entry->directory;
      if (directory == kNone) return false;
      return place.depth == 0 ? tree_.directory(directory).partial : place.lenient;
    });
  }

  const FileTree& tree_;
  const Environment& env_;
};

}  // namespace

std::unique_ptr<const SearchRules> MakeMypyRules(const FileTree& tree, const Environment& env) {
  return std::make_unique<MypyRules>(tree, env);
}

}  // namespace coppice
