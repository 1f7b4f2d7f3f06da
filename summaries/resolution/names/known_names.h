// Names of the standard library, of typing_extensions and of attrs that mean more than what their
// definitions say.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

#include "summaries/resolution/changes/dependencies.h"
#include "summaries/resolution/names/name_resolver.h"

namespace coppice {

enum class KnownName : uint8_t {
  kNone,
  // Classes that make others special.
  kObject,
  kType,
  kEnum,
  kEnumMetaclass,
  kGeneric,
  kProtocol,
  kNamedTuple,
  kTypedDict,
  kTypedDictFallback,
  kNamedTupleFunction,  // collections.namedtuple
  // What makes fields, and what is said of them.
  kDataclass,
  kDataclassField,
  kKeywordOnlyMark,  // dataclasses.KW_ONLY
  kInitVar,
  kDataclassTransform,
  kAttrs,           // attr.s: fields are attr.ib's
  kAttrsDataclass,  // attr.dataclass: the same of what is annotated
  kAttrsDefine,     // attrs.define: fields are annotated, if all are
  kAttrsFrozen,     // the same with `frozen=True`
  kAttrsField,
  kClassVar,
  kFinal,
  kRequired,
  kNotRequired,
  kReadOnly,
  kAnnotated,
  // Descriptors, and decorators of members.
  kProperty,
  kCachedProperty,
  kClassMethod,
  kStaticMethod,
  kEnumMember,
  kEnumNonmember,
  kEnumAuto,
  kTotalOrdering,
  kSimpleEnum,  // the standard library's own way of making enumerations
  kOverload,
  kTransparent,     // decorators after which a function is called as it was written
  kContextManager,  // the same, of which what is returned differs
  // Forms of annotations.
  kAny,
  kNever,
  kSelf,
  kOptional,
  kUnion,
  kLiteral,
  kLiteralString,
  kCallable,
  kTypeGuard,
  kUnpack,
  kConcatenate,
  kTypeAliasMark,
  kTypeVariable,  // TypeVar, ParamSpec, TypeVarTuple
  kNewType,
  kTuple,
  kCast,
};

// What the index at hand defines under those names: each is resolved once. Not thread-safe, as
// questions are recorded; `resolver` must outlive it.
class KnownNames {
 public:
  explicit KnownNames(NameResolver& resolver);

  KnownName Find(Definition definition) const {
    Use();
    const auto found = names_.find(definition);
    return found == names_.end() ? KnownName::kNone : found->second;
  }
  // The first that any of the definitions is.
  KnownName Find(const Answer& answer) const {
    for (const Definition& definition : answer.definitions) {
      if (const KnownName name = Find(definition); name != KnownName::kNone) return name;
    }
    return KnownName::kNone;
  }
  // What typing's aliases of classes stand for (`typing.List`: list). None: it is no such alias.
  const Definition* AliasOf(Definition definition) const {
    Use();
    const auto found = aliases_.find(definition);
    return found == aliases_.end() ? nullptr : &found->second;
  }
  // A class of `builtins`. None: the index has no builtins.
  std::optional<Definition> Builtin(std::string_view name) const;

  // Records that what is being answered depends on them.
  void Use() const {
    if (dependencies_ != nullptr) dependencies_->Use(node_);
  }

 private:
  NameResolver& resolver_;
  Dependencies* const dependencies_;  // may be null
  Dependencies::Node node_{};
  boost::unordered_flat_map<Definition, KnownName> names_;
  boost::unordered_flat_map<Definition, Definition> aliases_;
};

}  // namespace coppice
