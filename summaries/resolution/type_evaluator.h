// What expressions of summaries mean: the type of a value, what an annotation describes.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "summaries/resolution/name_resolver.h"
#include "summaries/resolution/type_table.h"

namespace coppice {

// What one expression means. 16 bytes.
struct Evaluation {
  TypeId type = TypeId::kUnknown;
  Definition definition;  // the first that the expression, or what it calls or subscripts, names
  Obstacles obstacles;    // why nothing, or not all, is known
  uint16_t definition_count = 0;

  friend bool operator==(const Evaluation&, const Evaluation&) = default;
};

// Evaluates over summaries alone. Honest: where what decides is not in the summaries (an overload's
// choice, an attribute set from outside, arithmetic of classes) the type is kUnknown. What was
// evaluated is kept by (module, text). Not thread-safe: one for each worker, each with a resolver.
class TypeEvaluator {
 public:
  explicit TypeEvaluator(NameResolver& resolver);
  ~TypeEvaluator();

  NameResolver& resolver();
  TypeTable& types();

  // The object that an expression denotes: `C` is the class, `C()` an instance.
  Evaluation Value(const Scope& scope, std::string_view text);
  // The type that an annotation describes: `C` is an instance of it (typing specification, "Type
  // annotations"); strings are read as what they hold.
  Evaluation Annotation(const Scope& scope, std::string_view text);
  // The type of what a definition binds: of a variable by its annotation or value, of a function
  // kFunction, of a class kClassObject, of a property what it returns.
  TypeId TypeOf(Definition definition);
  // An attribute of a value of that type.
  TypeId Attribute(TypeId type, std::string_view name);
  // What calling it returns.
  TypeId Call(TypeId callee);

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace coppice
