// What kept answers were made of, so that a change finds those that it invalidates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "summaries/resolution/names/definition.h"
#include "summaries/resolution/names/name_table.h"

namespace coppice {

class IndexChange;

// What can change, and what is made of it.
enum class DependencyKind : uint8_t {
  // Inputs: what an index says. A change of them is found by comparing two versions (IndexChange).
  kEnvironment,
  kModule,    // that it is there, under its name; what it says is below
  kScope,     // a class of it, by its key: that it is there
  kBindings,  // all that binds the name in a scope, in their order, with conditions and details
  kPlace,     // which classes, aliases and imports of the scope stand before which bindings of it
  kNames,     // which names are bound in a scope, or are in `__all__`
  kMembers,   // all that binds names in a class, and the order of its variables
  kStars,     // the star imports of a module
  kAll,       // whether `__all__` is bound and known whole, and which others it takes over
  kListed,    // whether the name is in `__all__`
  kCallImports,  // imports in functions that bind the name
  kLookup,       // which module a dotted name is, with `row` dots before it (0: `module` is none)
  kChild,        // the submodule of that name
  kStub,         // the stub of a source
  // Answers.
  kEvery,           // all answers: what they have in common
  kName,            // what a name means in a module or in the class at `row`
  kMro,             // the order of the bases of the class at `row`, or what describes it
  kKnownNames,      // what is defined under the names that KnownNames lists
  kTraits,          // of the class at `row`: ClassTable
  kFields,          // likewise
  kType,            // of the value of the symbol at `row`: TypeEvaluator
  kAlias,           // what it describes as a type
  kReturn,          // what calling it gives
  kTypeParameters,  // of the class at `row`
  kEvaluation,      // what the text `name` is in a scope: EvaluateAll
  kCaller,          // what the caller says, `row` is its number
};

// A node of the graph. `module` and `row` are of the version that was recorded.
struct Dependency {
  static constexpr uint32_t kModuleScope = UINT32_MAX;  // in place of the row of a class

  DependencyKind kind = DependencyKind::kEvery;
  ModuleRef module = kNoModule;
  uint32_t row = kModuleScope;
  std::string_view name = {};
};

// A graph of inputs and the answers that were made of them and of each other. What gives answers
// records into it while it works them out: NameResolver, if it was made with one. Answers that lead
// back to themselves are reached from all that any of them read.
//
// Append-only; not thread-safe while it is recorded into. About 30 bytes a node and 8 for each use
// of one by another; the numbers: docs/invalidation.md. Must outlive what records into it.
class Dependencies {
 public:
  enum class Node : uint32_t {};
  // What is recorded for it invalidates every answer.
  static constexpr Node kEveryAnswer{1};

  Dependencies();

  // A new answer.
  Node AddAnswer(const Dependency& answer);

  // While it lives, what is read and used belongs to `answer`; they nest. Does nothing if
  // `dependencies` is null.
  class Recording {
   public:
    Recording(Dependencies* dependencies, Node answer) : dependencies_(dependencies) {
      if (dependencies_ == nullptr) return;
      outer_ = dependencies_->current_;
      dependencies_->current_ = static_cast<uint32_t>(answer);
    }
    // Of what is found by what it is about. What is being answered uses it.
    Recording(Dependencies* dependencies, const Dependency& answer)
        : Recording(dependencies, dependencies == nullptr ? Node{} : dependencies->Enter(answer)) {}
    ~Recording() {
      if (dependencies_ != nullptr) dependencies_->current_ = outer_;
    }
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;

   private:
    Dependencies* dependencies_;
    uint32_t outer_ = 0;
  };

  // What is being answered.
  Node current() const { return Node{current_}; }
  // Nothing happens without a Recording.
  void Read(const Dependency& input);
  void Use(Node answer) { AddUse(static_cast<uint32_t>(answer), current_); }

  // The recorded inputs that differ: constant time for each difference; if files appeared or
  // disappeared, every lookup that was recorded is made again. Precondition: `change` begins at the
  // version that was recorded.
  std::vector<Node> Changed(const IndexChange& change) const;
  // All answers that these lead to, ascending: what is not among them is as it was. Linear in the
  // uses on the way, and in the nodes by a bit each.
  std::vector<Node> Reached(std::span<const Node> changed) const;
  std::vector<Node> Invalidated(const IndexChange& change) const {
    return Reached(Changed(change));
  }

  // For what goes on from changed inputs step by step, and stops at answers that come out as they
  // were: visit(Node) for each direct user, perhaps more than once.
  template <class Visit>
  void ForEachUser(Node node, Visit visit) const {
    for (uint32_t use = last_use_[static_cast<uint32_t>(node)]; use != kNone;
         use = uses_[use].previous) {
      visit(Node{uses_[use].user});
    }
  }

  // What a node stands for; the name is valid while this lives.
  Dependency Describe(Node node) const;
  bool IsAnswer(Node node) const {
    return keys_[static_cast<uint32_t>(node)].kind >= DependencyKind::kEvery;
  }
  std::size_t node_count() const { return keys_.size(); }
  std::size_t use_count() const { return uses_.size(); }
  std::size_t bytes() const;  // that it holds

 private:
  static constexpr uint32_t kNone = UINT32_MAX;
  static constexpr uint32_t kNobody = 0;

  struct Key {
    ModuleRef module;
    uint32_t row;
    NameId name;
    DependencyKind kind;

    friend bool operator==(const Key&, const Key&) = default;
    friend std::size_t hash_value(const Key& key) {
      std::size_t hash = static_cast<uint32_t>(key.module);
      hash = hash * 0x9e3779b97f4a7c15 + key.row;
      hash = hash * 0x9e3779b97f4a7c15 + static_cast<uint32_t>(key.name);
      return hash * 0x9e3779b97f4a7c15 + static_cast<uint8_t>(key.kind);
    }
  };
  struct UseLink {
    uint32_t user;
    uint32_t previous;  // another use of the same
  };

  uint32_t AddNode(const Key& key);
  Node Enter(const Dependency& answer);
  void AddUse(uint32_t used, uint32_t user);
  const uint32_t* FindInput(const Dependency& input) const;

  std::vector<Key> keys_;           // of each node
  std::vector<uint32_t> last_use_;  // likewise
  std::vector<UseLink> uses_;
  boost::unordered_flat_map<Key, uint32_t> found_;  // inputs, and answers that are entered
  std::vector<uint32_t> lookups_;                   // inputs that depend on which files there are
  NameTable names_;
  uint32_t current_ = kNobody;  // what is being answered
};

}  // namespace coppice
