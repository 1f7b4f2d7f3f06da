// How what is callable is called.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "summaries/resolution/classes/class_table.h"

namespace coppice {

// Why a signature, or a part of one, is not known.
enum class SignatureGap : uint8_t {
  kNone,
  kNotCallable,   // a module, or a value that is none
  kUnknownValue,  // a value of which it is not known whether it can be called
  kDecorated,     // by what may change how it is called: as it is written
  kNoOrder,       // the class's bases contradict each other: it cannot be made
  kUnknownBase,   // some base of the class is not known, and nothing that is says more
  kFields,        // what decides about the class's fields is not in the summaries
};
std::string_view GapName(SignatureGap gap);  // "not_callable", ... Static storage

struct SignatureParameter {
  std::string name;
  ParameterKind kind = ParameterKind::kNormal;
  std::optional<std::string_view> annotation;
  std::optional<std::string_view> default_text;
  bool has_default = false;  // also where its text is not kept
  Scope scope;               // in which its texts are read
};

// One way of calling. Texts view the summaries: valid while the index lives.
struct Signature {
  std::vector<SignatureParameter> parameters;
  std::optional<std::string_view> returns;  // annotation; none for constructors
  Definition definition;                    // the function, or the class that makes its own
};

struct Signatures {
  std::vector<Signature> overloads;  // one, unless there are overloads: then these, in order
  SignatureGap gap = SignatureGap::kNone;
};

enum class MethodBinding : uint8_t {
  kUnbound,  // as it lies in its class, or at the top of a module
  kBound,    // taken from an instance, of a class method from the class: without its first
};

// What can be given to a callable: of a function as it is written or overloaded; of a class that of
// its metaclass's __call__, else of __new__ or __init__, whichever the first class of the order
// binds (`object`'s take nothing); of dataclasses and their like that of the constructor that is
// made. Linear in the members' definitions.
Signatures SignaturesOf(ClassTable& classes, Definition definition, MethodBinding binding);
// The same of a class's member, as it is called through an instance, or for static and class
// methods through the class.
Signatures SignaturesOf(ClassTable& classes, const ClassMember& member, MethodBinding binding);

}  // namespace coppice
