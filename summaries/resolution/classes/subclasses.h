// Which classes derive from which, over a whole index.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "summaries/error.h"
#include "summaries/resolution/names/definition.h"
#include "summaries/resolution/names/name_resolver.h"

namespace coppice {

// A class that derives from another one.
struct Subclass {
  Definition definition;
  uint32_t distance;  // 1: it names the other one among its bases
  Definition base;  // the base of it, on one of the shortest ways, that derives from the other one
};

// Classes of modules and of classes; what functions define is in no summary. A base counts wherever
// it may be meant: with `try: from a import B; except ImportError: from b import B`, a class C(B)
// derives from both. Code that the target decides is never reached defines no class.
//
// Immutable and thread-safe; independent of the resolver once it is made, but its definitions are
// of the resolver's finder. 16 bytes a base.
class SubclassTable {
 public:
  // Resolves the bases of all classes of the index: a few µs each. Damage, as Pack reports it.
  static Result<SubclassTable> Make(NameResolver& resolver);

  // Those that name it among their bases, ascending. Logarithmic time.
  std::span<const Definition> Direct(Definition class_definition) const;
  // Those that derive from it in however many steps, nearest first; without itself. Linear in the
  // answer and its bases, but for a logarithm.
  std::vector<Subclass> All(Definition class_definition) const;

  uint32_t class_count() const { return class_count_; }
  // Classes' bases that could be resolved to a class, and those that could not.
  uint32_t known_bases() const { return static_cast<uint32_t>(subclasses_.size()); }
  uint32_t unknown_bases() const { return unknown_bases_; }

 private:
  SubclassTable() = default;

  // Side by side, in the order of (base, subclass).
  std::vector<Definition> bases_;
  std::vector<Definition> subclasses_;
  uint32_t class_count_ = 0;
  uint32_t unknown_bases_ = 0;
};

}  // namespace coppice
