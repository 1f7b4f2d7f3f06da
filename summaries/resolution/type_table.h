// The shapes of types: what evaluation knows of values and annotations, each shape once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "summaries/resolution/definition.h"

namespace coppice {

// A shape in one TypeTable; equal shapes have equal ids. The first ones are always there.
enum class TypeId : uint32_t { kUnknown, kAny, kNever, kNone, kSelf, kEllipsis };

enum class TypeForm : uint8_t {
  kUnknown,      // nothing is known, which is an answer
  kAny,          // typing.Any
  kNever,        // typing.Never, NoReturn
  kNone,
  kSelf,         // typing.Self
  kEllipsis,     // `...` among arguments
  kModule,       // definition: the module
  kClassObject,  // definition: the class itself; arguments: what it was subscripted with
  kInstance,     // of the class that is its definition, with arguments
  kFunction,     // definition: a function, or a method that is not bound
  kMethod,       // the same, bound
  kTypeVariable, // definition: where it is declared
  kUnion,        // arguments: two or more, none of them a union, ascending
  kTuple,        // arguments: its items; the last may be kEllipsis after the item that repeats
  kCallable,     // arguments: parameters (or kEllipsis alone), then what it returns
  kLiteral,      // text as written
};

// What a TypeId stands for. Views the table: valid while it lives.
struct Type {
  TypeForm form = TypeForm::kUnknown;
  Definition definition;
  std::span<const TypeId> arguments;
  std::string_view text;  // kLiteral
};

// Not thread-safe. About 20 bytes a shape.
class TypeTable {
 public:
  TypeTable();
  ~TypeTable();

  Type operator[](TypeId id) const;
  uint32_t size() const;

  TypeId Make(TypeForm form, Definition definition, std::span<const TypeId> arguments = {});
  TypeId MakeLiteral(std::string_view text);
  // Flattened, each once; kUnknown if one is, kAny likewise; the only one if there is one.
  TypeId MakeUnion(std::span<const TypeId> types);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coppice
