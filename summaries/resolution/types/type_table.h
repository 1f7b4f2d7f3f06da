// The shapes of types: what evaluation knows of values and annotations, each shape once.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

#include "summaries/resolution/names/definition.h"

namespace coppice {

// A shape in one TypeTable; equal shapes have equal ids. The first ones are always there.
enum class TypeId : uint32_t { kUnknown, kAny, kNever, kNone, kSelf, kEllipsis };

enum class TypeForm : uint8_t {
  kUnknown,  // nothing is known, which is an answer
  kAny,      // typing.Any
  kNever,    // typing.Never, NoReturn
  kNone,
  kSelf,           // typing.Self
  kEllipsis,       // `...` among arguments
  kModule,         // definition: the module
  kClassObject,    // definition: the class itself; arguments: what it was subscripted with
  kInstance,       // of the class that is its definition, with arguments
  kFunction,       // definition: a function, or a method that is not bound
  kMethod,         // the same, bound
  kTypeVariable,   // definition: where it is declared
  kTypeParameter,  // of PEP 695; definition: what declares it, text: its name
  kUnion,          // arguments: two or more, none of them a union, as Precedes orders them
  kTuple,          // arguments: its items; the last may be kEllipsis after the item that repeats
  kCallable,       // arguments: parameters (or kEllipsis alone), then what it returns
  kLiteral,        // text as written
  kUnpacked,       // `*T`, `Unpack[T]`: stands for any number of items; arguments: T
};

// What a TypeId stands for. Views the table: valid until the next shape is made.
struct Type {
  TypeForm form = TypeForm::kUnknown;
  Definition definition;
  std::span<const TypeId> arguments;
  std::string_view text;  // kLiteral, kTypeParameter
};

// Not thread-safe. About 40 bytes a shape.
class TypeTable {
 public:
  // What a shape may hold, so that no text makes one that is not read in bounded time: what would
  // be larger is kUnknown.
  static constexpr size_t kMaxArguments = 64;
  static constexpr uint32_t kMaxDepth = 24;  // of shapes within shapes

  TypeTable();
  TypeTable(const TypeTable&) = delete;
  TypeTable& operator=(const TypeTable&) = delete;

  Type operator[](TypeId id) const;
  uint32_t size() const { return static_cast<uint32_t>(shapes_.size()); }
  // Whether a type variable, or Self, is anywhere in it.
  bool has_variables(TypeId id) const { return shapes_[static_cast<uint32_t>(id)].variables; }

  // kUnknown beyond these bounds. `arguments` may view this table. Linear in them and the text.
  TypeId Make(TypeForm form, Definition definition, std::span<const TypeId> arguments = {},
              std::string_view text = {});
  // Flattened, each once; kUnknown if one is, kAny likewise; the only one if there is one. Equal
  // for equal members, in an order that does not depend on what was made before.
  TypeId MakeUnion(std::span<const TypeId> types);

  size_t bytes() const;  // that it holds

 private:
  struct Shape {
    Definition definition;
    uint32_t first = 0;  // of its arguments
    uint32_t text = 0;   // where it starts
    uint16_t text_size = 0;
    uint8_t argument_count = 0;
    TypeForm form = TypeForm::kUnknown;
    uint8_t depth = 0;
    bool variables = false;
  };
  static_assert(sizeof(Shape) == 24);

  // Hashes and compares shapes by their numbers.
  struct Hash {
    using is_transparent = void;
    const TypeTable* table;
    size_t operator()(uint32_t id) const { return (*this)((*table)[TypeId{id}]); }
    size_t operator()(const Type& type) const;
  };
  struct Equal {
    using is_transparent = void;
    const TypeTable* table;
    bool operator()(uint32_t a, uint32_t b) const { return a == b; }
    bool operator()(const Type& a, uint32_t b) const;
    bool operator()(uint32_t a, const Type& b) const { return (*this)(b, a); }
  };

  // An order of shapes by what they are, not by their numbers; None comes last.
  bool Precedes(TypeId a, TypeId b) const;

  std::vector<Shape> shapes_;
  std::vector<TypeId> arguments_;
  std::string texts_;
  boost::unordered_flat_set<uint32_t, Hash, Equal> numbers_;
};

}  // namespace coppice
