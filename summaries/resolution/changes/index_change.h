// What differs between two versions of an index, and what in one of them is what in the other.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "summaries/error.h"
#include "summaries/resolution/changes/dependencies.h"
#include "summaries/resolution/imports/module_finder.h"
#include "summaries/resolution/names/definition.h"

namespace coppice {

// Modules are the same under the same root and path, or if they have no file under the same name
// and form; symbols under the same key: module, qualified name and ordinal among those of that
// name, each class in the qualified name with its own. So a symbol that moves stays what it is, and
// its row does not.
//
// Inputs differ where an answer could: no positions, no comments, docstrings and bodies. Every
// difference of an environment invalidates everything.
//
// Immutable and thread-safe; shares both versions. `before` is the version whose numbers inputs
// and questions use.
class IndexChange {
 public:
  // Both of one profile, else kInvalidArgument. Takes constant time a file of packs that both
  // versions have, logarithmic time a file of the others, and is linear in what is said of modules
  // whose contents differ (by their hashes), but for their imports, which are sorted. Damage of an
  // index as it reports it; a summary that is damaged in one version is one that differs.
  static Result<IndexChange> Make(std::shared_ptr<const ModuleFinder> before,
                                  std::shared_ptr<const ModuleFinder> after);

  // All but lookups. Valid while this lives.
  std::span<const Dependency> inputs() const { return inputs_; }
  // Whether files or modules appeared or disappeared, so that lookups may differ.
  bool moves_modules() const { return moves_modules_; }
  // Precondition: `lookup` is a kLookup, kChild or kStub of the version before.
  bool IsFoundElsewhere(const Dependency& lookup) const;

  // kNoModule: it is gone. Precondition: `before` is a module of the version before.
  ModuleRef After(ModuleRef before) const { return after_refs_[static_cast<uint32_t>(before)]; }
  // The definition with the same key. None: there is none. What answers that are not invalidated
  // hold is always there.
  std::optional<Definition> After(Definition before) const;

 private:
  IndexChange(std::shared_ptr<const ModuleFinder> before,
              std::shared_ptr<const ModuleFinder> after);
  Result<void> MatchFiles();
  void MatchOthers();  // modules without file
  void ComparePlaces();
  void CompareModule(ModuleRef before, ModuleRef after);

  std::shared_ptr<const ModuleFinder> before_;
  std::shared_ptr<const ModuleFinder> after_;
  std::vector<ModuleRef> after_refs_;
  std::vector<Dependency> inputs_;
  // Of the modules whose contents differ: for each row that of the same key, or none.
  boost::unordered_flat_map<uint32_t, std::vector<uint32_t>> rows_;
  bool moves_modules_ = false;
};

}  // namespace coppice
