// How interpreters and type checkers choose among the places that have something under a name.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "summaries/resolution/imports/file_tree.h"
#include "summaries/resolution/imports/module_finder.h"

namespace coppice {

// A directory in which a search looks for the next component of a name. What a search has learned
// on its way to it is kept here, so that names which share a prefix share the work.
struct Place {
  uint32_t directory = kNone;  // kNone: the search of this root has ended, at a module (kPyright)
  uint32_t overlay = kNone;    // a partial stub package's, whose stubs lie over it (kPyright)
  uint32_t root = kNone;       // of the environment; kNone: the interpreter's builtins
  RootRole role = RootRole::kProject;
  // Components that lead here, and how many of them lead to the first that has an __init__: 0,
  // none.
  uint32_t depth = 0;
  uint32_t first_package = 0;
  bool stub_package = false;  // in a NAME-stubs directory
  bool describes = false;     // kRuntime: has stubs for compiled modules, and nothing to import
  bool excluded = false;      // typeshed's VERSIONS
  bool typed = false;         // a py.typed is here or above
  bool unbroken = true;       // every directory on the way has an __init__
  bool lenient = false;  // kMypy: found without an __init__ on the way, it is found all the same
  bool untyped_too = false;   // kMypy: searched without py.typed
  bool in_namespace = false;  // kPyright: a directory on the way has no __init__
};

// What a place has under the name that is looked for: one of its entries, or of its overlay's, or
// both. Several of these, in the order of the places, are what a search chooses from.
struct Candidate {
  const Place* place = nullptr;
  const FileTree::Entry* entry = nullptr;
  const FileTree::Entry* overlay = nullptr;
};

// The choice.
struct Decision {
  bool found = false;
  ModuleForm form = ModuleForm::kFile;
  bool package = false;
  uint32_t file = kNone;      // of the index; kNone: compiled or namespace
  std::vector<Place> places;  // where its submodules are looked for
  // For Explain, if not null: what became of each candidate, in their order.
  std::vector<std::optional<SearchStep::Outcome>>* outcomes = nullptr;

  // Keeps the memory.
  void Clear() {
    found = package = false;
    form = ModuleForm::kFile;
    file = kNone;
    places.clear();
  }
  // What makes a candidate a part of the answer counts, whatever else is noted of it.
  void Note(std::size_t candidate, SearchStep::Outcome outcome) {
    using Outcome = SearchStep::Outcome;
    if (outcomes == nullptr) return;
    auto& noted = (*outcomes)[candidate];
    const bool counts = noted == Outcome::kTaken || noted == Outcome::kNamespacePortion;
    if (!counts || outcome == Outcome::kTaken) noted = outcome;
  }
};

// Immutable and thread-safe.
class SearchRules {
 public:
  virtual ~SearchRules() = default;

  // Where the first component of a name is looked for, in order.
  virtual std::vector<Place> Start() const = 0;
  // `candidates`: a name in places that one Decide left for it, or Start. Those without an entry
  // may be left out, but for what NeedsAll says. `decision` is fresh.
  virtual void Decide(std::span<const Candidate> candidates, Decision& decision) const = 0;
  // Whether places without an entry count in a choice below the first component.
  virtual bool NeedsAll() const { return false; }
};

// The tree must outlive the rules.
std::unique_ptr<const SearchRules> MakeRuntimeRules(const FileTree& tree, const Environment& env);
std::unique_ptr<const SearchRules> MakeMypyRules(const FileTree& tree, const Environment& env);
std::unique_ptr<const SearchRules> MakePyrightRules(const FileTree& tree, const Environment& env);

// Appends the tops of all roots of a role, or their stub packages.
void AppendPlaces(const FileTree& tree, const Environment& env, RootRole role, bool stub_packages,
                  std::vector<Place>& places);
// Where the search goes on in a directory that the place has.
Place Below(const FileTree& tree, const Place& place, const FileTree::Entry& entry);
// Whether VERSIONS excludes what the place has there.
bool IsExcluded(const Place& place, const FileTree::Entry& entry);

}  // namespace coppice
