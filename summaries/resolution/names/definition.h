// What names can mean, and why nothing more is known.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "summaries/resolution/imports/index.h"

namespace coppice {

// What a name stands for: a symbol, or a module as a whole. Means something within one ModuleFinder
// alone; across versions, symbols are named by their keys.
struct Definition {
  static constexpr uint32_t kModuleItself = UINT32_MAX;

  ModuleRef module = kNoModule;
  uint32_t row = kModuleItself;  // of the symbol in its module's summary

  bool is_module() const { return row == kModuleItself; }
  friend auto operator<=>(const Definition&, const Definition&) = default;
  friend std::size_t hash_value(const Definition& definition) {
    const std::size_t upper = static_cast<uint32_t>(definition.module);
    return (upper << 32 | definition.row) * 0x9e3779b97f4a7c15;
  }
};

// Why some way of meaning a name leads nowhere.
enum class Obstacle : uint8_t {
  kMissingModule,  // an import of what the search does not find
  kMissingName,    // nothing binds it there
  kOpaqueModule,   // looked for in a compiled module of which nothing is known
  kModuleGetattr,  // left to a module's __getattr__ (PEP 562), which is then the definition
  kIncompleteAll,  // a star import from a module whose __all__ is not known whole
  kConditional,    // nothing that is always reached binds it: it may be unbound
  kValue,          // an attribute of what is neither module nor class
  kUnknownBase,    // looked for in a class some base of which is not known
  kCycle,          // it leads back to itself
  kTooMany,        // more definitions, or classes in an order, than are kept
  kDamaged,        // the pack's bytes are damaged; Pack::Verify says where
};
inline constexpr uint32_t kObstacleCount = 11;

// A set of them.
class Obstacles {
 public:
  constexpr bool has(Obstacle obstacle) const {
    return (bits_ >> static_cast<uint32_t>(obstacle) & 1) != 0;
  }
  constexpr void add(Obstacle obstacle) {
    bits_ = static_cast<uint16_t>(bits_ | 1u << static_cast<uint32_t>(obstacle));
  }
  constexpr void add(Obstacles others) { bits_ = static_cast<uint16_t>(bits_ | others.bits_); }
  constexpr bool empty() const { return bits_ == 0; }
  friend constexpr bool operator==(Obstacles, Obstacles) = default;

 private:
  uint16_t bits_ = 0;
};

// All that a name can mean, the likeliest first: later bindings before the earlier ones that they
// may replace, and what handlers of exceptions bind last. Empty: nothing is known, and `obstacles`
// says why; they may also stand beside definitions. Valid while what gave it lives.
struct Answer {
  std::span<const Definition> definitions;
  Obstacles obstacles;
};

// One step from a name towards a definition.
struct Step {
  enum class Kind : uint8_t {
    kImport,     // an import statement binds it
    kStar,       // a star import does
    kAlias,      // it is assigned another name
    kSubmodule,  // a package's submodule as its attribute
    kGetattr,    // a module's __getattr__ is asked
    kBuiltin,    // nothing binds it in its module
    kStub,       // it comes from a compiled module: what the stub of this one says
    kMember,     // a class's, or inherited
  };
  Kind kind;
  ModuleRef module;  // where this was seen
  uint32_t line;     // from 1; 0 where no statement says so
  std::string name;  // what is asked of the next one: dotted

  friend bool operator==(const Step&, const Step&) = default;
};

struct ExplainedDefinition {
  Definition definition;
  std::vector<Step> steps;
};

}  // namespace coppice
