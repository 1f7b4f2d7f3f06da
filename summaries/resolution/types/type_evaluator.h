// What expressions of summaries mean: the type of a value, what an annotation describes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "summaries/resolution/classes/class_table.h"
#include "summaries/resolution/types/type_table.h"

namespace coppice {

// Why a type is not known.
enum class TypeGap : uint8_t {
  kNone,
  kName,        // a name in it means nothing that is known: see the obstacles
  kCut,         // the text was longer than a summary keeps
  kValue,       // the summary does not say what was bound: unpacking, a loop, `with`, ...
  kUndeclared,  // no annotation and no value, or none for what a function returns
  kOperation,   // of operators, comprehensions, lambdas, subscripts of values
  kOverloads,   // they return different types
  kVariables,   // what it returns depends on its arguments
  kDecorated,   // a decorator may have put something else in its place
  kAttribute,   // of a value that is not known to have it
  kNotCallable,
  kNoType,   // an annotation that names what is no type
  kLocal,    // names of a method may stand for its parameters
  kCycle,    // it depends on itself
  kTooMany,  // more shapes, definitions or steps than are followed
};
inline constexpr uint32_t kTypeGapCount = 15;
std::string_view GapName(TypeGap gap);  // "name", "cut", ... Static storage

// What one expression means. 16 bytes.
struct Evaluation {
  TypeId type = TypeId::kUnknown;
  Definition definition;  // the first that the expression, or what it calls or subscripts, names
  Obstacles obstacles;    // why nothing, or not all, is known of the names in it
  TypeGap gap = TypeGap::kNone;
  uint8_t definition_count = 0;  // 255: or more

  bool has_definition() const { return definition.module != kNoModule; }
};
static_assert(sizeof(Evaluation) == 16);

// Evaluates over summaries alone. Honest: where what decides is not in the summaries (an overload's
// choice, an attribute set from outside, arithmetic of classes) the type is kUnknown. One
// assumption is made: that no local variable of a method hides a class, function or module that a
// value given to `self` names.
//
// What depends on itself is kUnknown as a whole, wherever one begins. What was found out of a
// definition is kept; a text costs linear time beside that, on a stack that is bounded.
//
// Not thread-safe: one for each worker, each with a resolver, which must outlive it. Types and
// views of them belong to one evaluator.
class TypeEvaluator {
 public:
  explicit TypeEvaluator(NameResolver& resolver);
  ~TypeEvaluator();

  NameResolver& resolver();
  ClassTable& classes();
  TypeTable& types();

  // The object that an expression denotes: `C` is the class, `C()` an instance.
  // `declarer` is the function or class whose type parameters (PEP 695) are in scope, beside those
  // of the class around it; module kNoModule for none.
  Evaluation Value(const Scope& scope, std::string_view text, Definition declarer = {});
  // The type that an annotation describes: `C` is an instance of it (typing specification, "Type
  // annotations"); strings are read as what they hold.
  Evaluation Annotation(const Scope& scope, std::string_view text, Definition declarer = {});
  // What `Value` gives for a name that is known already to mean these.
  Evaluation ValueOf(const Answer& answer);

  // The type of what a definition binds: of a variable by its annotation or value, of a function
  // kFunction, of a class kClassObject. Kept.
  Evaluation TypeOf(Definition definition);
  // The type of a text that a method gives to an attribute of `self`: names of the methods'
  // parameters and of the module's variables are kLocal in it.
  Evaluation AttributeValue(Definition class_definition, std::string_view text);
  // An attribute of a value of that type, as it is read: properties called, methods bound.
  Evaluation Attribute(TypeId type, std::string_view name);
  // What calling it returns, whatever the arguments.
  Evaluation Call(TypeId callee);

  // The type variables of a generic class, in the order of its arguments. Valid while this lives.
  std::span<const TypeId> TypeParameters(Definition class_definition);
  // With what `base` is subscripted as a base of an instance's class, directly or not: `Mapping[K,
  // V]` of a `dict[str, int]` gives str and int. Empty: it is no such base, or not generic.
  std::vector<TypeId> ArgumentsFor(TypeId instance, Definition base);

  // As Python would write it, with names only: "dict[str, int | None]". At most `limit` bytes, then
  // "...". Whatever else was asked before, an index gives the same text.
  std::string TextOf(TypeId type, size_t limit = 200);

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace coppice
