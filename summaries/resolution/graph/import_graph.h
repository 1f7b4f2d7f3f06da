// Which modules import which, over a whole index. docs/graph.md says what counts as an import.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "summaries/error.h"
#include "summaries/resolution/imports/module_finder.h"

namespace coppice {

// What keeps an import from being one that importing the module always runs.
enum class ImportLabel : uint8_t {
  kTypeChecking,  // type checkers alone see it: under TYPE_CHECKING; by the interpreter's rules, in
                  // a stub of what is compiled
  kDeferred,      // in a function: run when that is called
  kUnreachable,   // under conditions that the target decides to be false
  kPackage,       // written nowhere: importing a module imports its package first
};
inline constexpr uint32_t kImportLabelCount = 4;

// A set of them.
class ImportLabels {
 public:
  constexpr ImportLabels() = default;
  constexpr explicit ImportLabels(uint32_t bits) : bits_(static_cast<uint8_t>(bits)) {}

  static constexpr ImportLabels All() { return ImportLabels((1U << kImportLabelCount) - 1); }

  constexpr ImportLabels With(ImportLabel label) const {
    return ImportLabels(bits_ | 1U << static_cast<uint32_t>(label));
  }
  constexpr ImportLabels Without(ImportLabel label) const {
    return ImportLabels(bits_ & ~(1U << static_cast<uint32_t>(label)));
  }
  constexpr bool has(ImportLabel label) const {
    return (bits_ >> static_cast<uint32_t>(label) & 1U) != 0;
  }
  constexpr bool IsWithin(ImportLabels others) const { return (bits_ & ~others.bits_) == 0; }
  constexpr uint32_t bits() const { return bits_; }

  friend constexpr bool operator==(ImportLabels, ImportLabels) = default;

 private:
  uint8_t bits_ = 0;
};

// One end of an import, from the other's point of view. In the order of (module, labels).
class ImportEdge {
 public:
  static constexpr uint32_t kMaxModules = uint32_t{1} << (32 - kImportLabelCount);

  constexpr ImportEdge(ModuleRef module, ImportLabels labels)
      : bits_(static_cast<uint32_t>(module) << kImportLabelCount | labels.bits()) {}

  constexpr ModuleRef module() const { return ModuleRef{bits_ >> kImportLabelCount}; }
  constexpr ImportLabels labels() const {
    return ImportLabels(bits_ & ((uint32_t{1} << kImportLabelCount) - 1));
  }

  friend constexpr auto operator<=>(ImportEdge, ImportEdge) = default;

 private:
  uint32_t bits_;
};
static_assert(sizeof(ImportEdge) == 4);

// A module on a way to another one.
struct ImportDistance {
  ModuleRef module;
  uint32_t distance;  // imports between the two, at least: from 1
  ModuleRef next;     // on one of the shortest ways, the module after this one
};

// The nodes are the modules of a finder. Files that do not count (live_code.h) import nothing.
//
// Where several statements import one module from another, there is an edge for each set of labels
// that they bear, and none if a module imports itself. Which edges count is the caller's choice:
// those whose labels are all `allowed`.
//
// Immutable and thread-safe; independent of the finder once it is made. 8 bytes an edge and 8 a
// module.
class ImportGraph {
 public:
  // Linear in the imports of all modules: 0.1 µs each, once their summaries are verified.
  // kTooLarge beyond ImportEdge::kMaxModules modules or 2^32 - 1 edges; damage, as Pack reports it.
  static Result<ImportGraph> Make(const ModuleFinder& finder);

  uint32_t module_count() const { return static_cast<uint32_t>(first_import_.size() - 1); }
  uint32_t edge_count() const { return first_import_.back(); }
  // Import statements (one for each name that `from` takes) whose module is not in the index.
  uint32_t missing_count() const { return missing_; }

  // Precondition for all modules: less than module_count(). Constant time, ascending.
  std::span<const ImportEdge> imports(ModuleRef module) const {
    return Run(imports_, first_import_, module);
  }
  std::span<const ImportEdge> importers(ModuleRef module) const {
    return Run(importers_, first_importer_, module);
  }

  // All from which imports lead to the module, nearest first; without itself. Linear time.
  std::vector<ImportDistance> TransitiveImporters(ModuleRef module, ImportLabels allowed) const;
  std::vector<ImportDistance> TransitiveImports(ModuleRef module, ImportLabels allowed) const;

  // The sets of several modules each of which leads to each other: as StronglyConnected gives them
  // (components.h).
  std::vector<std::vector<ModuleRef>> Cycles(ImportLabels allowed) const;
  // A shortest way from `member` back to itself: it, the one that it imports, ..., the one that
  // imports it. `cycle` is one of Cycles(allowed), of which `member` is one. Time: the edges of all
  // members, and a logarithm.
  std::vector<ModuleRef> ShortestCycle(std::span<const ModuleRef> cycle, ModuleRef member,
                                       ImportLabels allowed) const;

 private:
  ImportGraph() = default;

  template <class Edges>
  static std::span<const ImportEdge> Run(const Edges& edges, const std::vector<uint32_t>& first,
                                         ModuleRef module) {
    const auto number = static_cast<uint32_t>(module);
    return std::span(edges).subspan(first[number], first[number + 1] - first[number]);
  }
  std::vector<ImportDistance> Reach(ModuleRef module, ImportLabels allowed,
                                    const std::vector<ImportEdge>& edges,
                                    const std::vector<uint32_t>& first) const;
  void AddImporters();

  std::vector<uint32_t> first_import_;  // of each module in imports_; then how many there are
  std::vector<ImportEdge> imports_;
  std::vector<uint32_t> first_importer_;
  std::vector<ImportEdge> importers_;
  uint32_t missing_ = 0;
};

}  // namespace coppice
