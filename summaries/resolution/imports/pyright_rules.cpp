// The search of pyright's ImportResolver: every root is walked for the whole dotted name, and the
// best of the walks is taken.
#include <algorithm>

#include "summaries/resolution/imports/search_rules.h"

namespace coppice {
namespace {

using Outcome = SearchStep::Outcome;

// An entry and what a partial stub package lays over it.
struct View {
  uint32_t source = kNone;
  uint32_t stub = kNone;
  uint32_t directory = kNone;
  uint32_t overlay = kNone;  // the directory's
  uint32_t init_source = kNone;
  uint32_t init_stub = kNone;
  bool compiled = false;
  bool typed = false;

  bool package() const { return init_source != kNone || init_stub != kNone; }
  bool has_directory() const { return directory != kNone || overlay != kNone; }
};

// How far the walk of one root got.
struct Walk {
  std::size_t candidate = 0;
  bool exists = false;
  bool found = false;
  bool partly = false;        // the first components only
  uint32_t first_file = 0;    // components up to the first with a file; 0: none
  bool in_namespace = false;  // a component without a file
  bool package = false;       // ends at an __init__
  bool has_init = false;      // the last directory on the way has one
  bool typed = false;         // py.typed
  bool stub = false;
  bool local = false;
  bool compiled = false;
  uint32_t file = kNone;

  bool is_namespace() const { return file == kNone && !compiled; }
};

bool IsTypeshed(RootRole role) {
  return role == RootRole::kTypeshed || role == RootRole::kTypeshedStubs;
}

class PyrightRules : public SearchRules {
 public:
  PyrightRules(const FileTree& tree, const Environment& env) : tree_(tree), env_(env) {}

  std::vector<Place> Start() const override {
    std::vector<Place> places;
    for (const RootRole role :
         {RootRole::kExtraStubs, RootRole::kProject, RootRole::kTypeshed,
          RootRole::kStandardLibrary, RootRole::kSitePackages, RootRole::kTypeshedStubs}) {
      std::vector<Place> stubs;
      std::vector<Place> modules;
      if (!IsTypeshed(role)) AppendPlaces(tree_, env_, role, true, stubs);
      AppendPlaces(tree_, env_, role, false, modules);
      for (std::size_t root = 0; root < modules.size(); ++root) {
        if (!stubs.empty()) places.push_back(stubs[root]);
        places.push_back(modules[root]);
      }
    }
    return places;
  }

  void Decide(std::span<const Candidate> candidates, Decision& decision) const override {
    std::vector<Candidate> merged;
    if (!candidates.empty() && candidates[0].place->depth == 0 &&
        LayPartialStubs(candidates, merged)) {
      candidates = merged;
    }
    Choose(candidates, decision);
    for (const Candidate& candidate : candidates) AppendBelow(candidate, decision);
  }

  // A root that has only the first components can hide another that has all, but not as a package
  // without __init__.
  bool NeedsAll() const override { return true; }

 private:
  // A partial stub package (PEP 561) whose package is in any root becomes a part of it. False if
  // there is none.
  bool LayPartialStubs(std::span<const Candidate> candidates,
                       std::vector<Candidate>& merged) const {
    const auto partial = std::find_if(candidates.begin(), candidates.end(),
                                      [&](const Candidate& c) { return IsPartial(c); });
    if (partial == candidates.end()) return false;
    bool laid = false;
    for (const Candidate& candidate : candidates) {
      merged.push_back(candidate);
      if (!candidate.place->stub_package && candidate.entry != nullptr &&
          candidate.entry->directory != kNone) {
        merged.back().overlay = partial->entry;
        laid = true;
      }
    }
    for (Candidate& candidate : merged) {
      if (IsPartial(candidate)) candidate.entry = nullptr;
    }
    return laid;
  }

  bool IsPartial(const Candidate& candidate) const {
    return candidate.place->stub_package && candidate.entry != nullptr &&
           tree_.directory(candidate.entry->directory).partial;
  }

  View ViewOf(const Candidate& candidate) const {
    View view;
    if (const FileTree::Entry* const entry = candidate.entry) {
      view.source = entry->source;
      view.stub = entry->stub;
      view.compiled = entry->compiled;
      view.directory = entry->directory;
    }
    if (view.directory != kNone) {
      const FileTree::Directory& directory = tree_.directory(view.directory);
      view.init_source = directory.init_source;
      view.init_stub = directory.init_stub;
      view.typed = directory.typed;
    }
    if (const FileTree::Entry* const overlay = candidate.overlay) {
      if (overlay->stub != kNone) view.stub = overlay->stub;
      view.overlay = overlay->directory;
    }
    if (view.overlay != kNone && tree_.directory(view.overlay).init_stub != kNone) {
      view.init_stub = tree_.directory(view.overlay).init_stub;
    }
    return view;
  }

  static bool TakesCompiled(const Place& place) {
    return !place.stub_package && !IsTypeshed(place.role) && place.role != RootRole::kExtraStubs;
  }

  bool HasInit(const Place& place) const {
    if (place.depth == 0) return false;
    if (place.overlay != kNone && tree_.directory(place.overlay).init_stub != kNone) return true;
    if (place.directory == kNone) return false;
    const FileTree::Directory& directory = tree_.directory(place.directory);
    return directory.init_stub != kNone || directory.init_source != kNone;
  }

  Walk WalkTo(std::span<const Candidate> candidates, std::size_t i) const {
    const Candidate& candidate = candidates[i];
    const Place& place = *candidate.place;
    Walk walk;
    walk.candidate = i;
    walk.exists = place.depth != 0 || candidate.entry != nullptr || candidate.overlay != nullptr;
    walk.local = place.role == RootRole::kProject;
    walk.first_file = place.first_package;
    walk.in_namespace = place.in_namespace;
    walk.partly = place.depth != 0;
    if (candidate.entry == nullptr && candidate.overlay == nullptr) return walk;

    const View view = ViewOf(candidate);
    if (view.package()) {
      walk.file = view.init_stub != kNone ? view.init_stub : view.init_source;
      walk.stub = view.init_stub != kNone;
      walk.package = true;
    } else if (view.stub != kNone || view.source != kNone) {
      walk.file = view.stub != kNone ? view.stub : view.source;
      walk.stub = view.stub != kNone;
    } else if (view.compiled && TakesCompiled(place)) {
      walk.compiled = true;
    } else if (view.has_directory()) {
      walk.in_namespace = true;
    } else {
      return walk;
    }
    walk.found = true;
    walk.partly = false;
    walk.has_init = view.has_directory() ? view.package() : HasInit(place);
    if (!walk.is_namespace() && walk.first_file == 0) walk.first_file = place.depth + 1;
    const bool installed =
        place.role == RootRole::kStandardLibrary || place.role == RootRole::kSitePackages;
    const bool beside =
        !walk.package && place.directory != kNone && tree_.directory(place.directory).typed;
    walk.typed = (installed || place.stub_package) && (place.typed || view.typed || beside);
    return walk;
  }

  // Of the root whose first candidate is `i`, which is then moved behind its candidates: in its
  // stub package, unless that is a namespace package without the module; else in the root itself.
  Walk WalkRoot(std::span<const Candidate> candidates, std::size_t& i) const {
    const uint32_t root = candidates[i].place->root;
    Walk walk;
    for (bool settled = false; i < candidates.size() && candidates[i].place->root == root; ++i) {
      if (settled) continue;
      walk = WalkTo(candidates, i);
      settled =
          !candidates[i].place->stub_package || (walk.exists && (!walk.in_namespace || walk.found));
      if (!settled) walk = Walk();
    }
    return walk;
  }

  // ImportResolver._pickBestImport.
  static const Walk& Better(const Walk& best, const Walk& next) {
    if (!best.exists) return next;
    if (!next.exists || (!next.found && !next.partly)) return best;
    if (best.first_file != next.first_file) {
      // A package further up, rather than one below a namespace package.
      if (best.first_file == 0) return next;
      if (next.first_file == 0) return best;
      return best.first_file < next.first_file ? best : next;
    }
    if (!next.found) return best;
    if (!best.found) return next;
    if (best.in_namespace && next.in_namespace && best.has_init != next.has_init) {
      return best.has_init ? best : next;
    }
    if (best.local && !next.local) return best;
    if (best.typed != next.typed) return best.typed ? best : next;
    return next.stub && !best.stub ? next : best;
  }

  void Choose(std::span<const Candidate> candidates, Decision& decision) const {
    Walk best;
    Walk last_resort;        // a namespace package among the extra stubs
    bool installed = false;  // there is something that is no stub
    for (std::size_t i = 0; i < candidates.size();) {
      const std::size_t at = i;
      const RootRole role = candidates[at].place->role;
      const Walk walk = WalkRoot(candidates, i);
      switch (role) {
        case RootRole::kExtraStubs:
          if (walk.found && !walk.is_namespace()) return Take(walk, decision);
          if (walk.found && !last_resort.found) last_resort = walk;
          break;
        case RootRole::kTypeshed:
          if (candidates[at].entry != nullptr &&
              IsExcluded(*candidates[at].place, *candidates[at].entry)) {
            decision.Note(at, Outcome::kWrongVersion);
          } else if (walk.found) {
            return Take(walk, decision);
          }
          break;
        case RootRole::kTypeshedStubs:
          if (walk.found && !(best.typed && best.found) &&
              !(best.found && best.local && best.in_namespace && !best.stub && !installed)) {
            best = Better(best, walk);
          }
          break;
        case RootRole::kStandardLibrary:
        case RootRole::kSitePackages:
          installed = installed || (walk.exists && !walk.stub && (walk.found || walk.partly));
          best = Better(best, walk);
          break;
        case RootRole::kProject:
          best = Better(best, walk);
          break;
      }
    }
    if (best.found) {
      Take(best, decision);
    } else if (last_resort.found) {
      Take(last_resort, decision);
    }
  }

  static void Take(const Walk& walk, Decision& decision) {
    decision.found = true;
    decision.file = walk.file;
    decision.form = walk.file != kNone ? ModuleForm::kFile
                    : walk.compiled    ? ModuleForm::kCompiled
                                       : ModuleForm::kNamespace;
    decision.package = walk.package || walk.is_namespace();
    decision.Note(walk.candidate,
                  walk.is_namespace() ? Outcome::kNamespacePortion : Outcome::kTaken);
  }

  void AppendBelow(const Candidate& candidate, Decision& decision) const {
    const Place& place = *candidate.place;
    if (place.depth == 0 && candidate.entry == nullptr && candidate.overlay == nullptr) return;
    const View view = ViewOf(candidate);
    Place below = place;
    ++below.depth;
    below.directory = kNone;
    below.overlay = kNone;
    if (candidate.entry != nullptr) below.excluded = IsExcluded(place, *candidate.entry);
    const bool module =
        view.stub != kNone || view.source != kNone || (view.compiled && TakesCompiled(place));
    if (view.has_directory() && (view.package() || !module)) {
      below.directory = view.directory;
      below.overlay = view.overlay;
    }
    if ((view.package() || module) && below.first_package == 0) below.first_package = below.depth;
    if (view.package()) {
      below.typed = place.typed || view.typed;
    } else if (view.has_directory() && !module) {
      below.typed = false;
      below.in_namespace = true;
    }
    decision.places.push_back(below);
  }

  const FileTree& tree_;
  const Environment& env_;
};

}  // namespace

std::unique_ptr<const SearchRules> MakePyrightRules(const FileTree& tree, const Environment& env) {
  return std::make_unique<PyrightRules>(tree, env);
}

}  // namespace coppice
