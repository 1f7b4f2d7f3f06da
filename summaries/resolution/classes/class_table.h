// What classes are made of: what kind they are, their members with those they inherit, the fields
// of dataclasses and their like.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "summaries/resolution/changes/dependencies.h"
#include "summaries/resolution/expressions/expression.h"
#include "summaries/resolution/expressions/target.h"
#include "summaries/resolution/names/known_names.h"
#include "summaries/resolution/names/module_views.h"
#include "summaries/resolution/names/name_resolver.h"

namespace coppice {

// What a class is beyond a class, by its own text and its bases.
struct ClassTraits {
  bool is_enum = false;        // enum.Enum is among its bases
  bool is_protocol = false;    // Protocol is a base that it names itself (PEP 544)
  bool is_typed_dict = false;  // PEP 589
  bool is_named_tuple = false;
  bool knows_bases = true;  // every base is known, with all of theirs
  bool has_order = true;    // none contradict each other: else the class cannot be made
  bool is_cut = false;      // its order has more classes than are kept: nobody looks further
  // `type` or what is derived from it. None: which one is not known.
  std::optional<Definition> metaclass;

  // What is bound by none of the bases is bound by none.
  bool SeesAll() const { return knows_bases && has_order && !is_cut; }
};

enum class MemberKind : uint8_t {
  kMethod,
  kClassMethod,
  kStaticMethod,
  kProperty,    // read through a getter; functools.cached_property too
  kDescriptor,  // an object whose class has __get__, or a function that one was made of
  kSlot,        // a descriptor for what instances have: __slots__
  kEnumMember,
  kValue,      // any other object that the class has
  kClass,      // in the body of the class
  kModule,     // imported there
  kTypeAlias,  // PEP 695
  kInstance,   // what instances have: set through `self`, or declared without value
  kUnknown,    // bound to what cannot be told: what an unknown decorator or call returns
};
std::string_view KindName(MemberKind kind);  // "method", "class_method", ... Static storage

struct ClassMember {
  std::string_view name;  // mangled
  MemberKind kind;
  Definition owner;       // the class in whose body it is bound
  Definition definition;  // what it is bound to, the first of what it can be

  // Whether it is a method that no text binds, but what makes fields or orders of the class: then
  // that is its definition.
  bool IsMade() const {
    return definition == owner &&
           (kind == MemberKind::kMethod || kind == MemberKind::kStaticMethod);
  }
};

// Where the texts of a declaration are read.
struct ScopedText {
  Scope scope;
  std::string_view text;
};

struct FieldMaker;

enum class FieldForm : uint8_t { kNone, kDataclass, kAttrs, kNamedTuple, kTypedDict };

struct ClassField {
  std::string name;       // of the attribute or key
  std::string parameter;  // of the constructor
  Definition definition;  // where it is declared; the class itself for what calls declare
  Scope scope;            // of its texts
  std::optional<std::string_view> annotation;
  std::optional<std::string_view> default_text;  // as it is written; of a factory "<factory>"
  bool has_default = false;
  bool in_constructor = true;
  bool keyword_only = false;
  bool only_in_constructor = false;  // InitVar
  bool class_variable = false;       // ClassVar: no field, but one that replaces it takes its place
  bool required = true;              // TypedDict
  bool read_only = false;            // the same, PEP 705
  // What the class has under its name: kValue its default, kSlot, or kInstance: nothing.
  MemberKind kept = MemberKind::kValue;
};

// What a dataclass or attrs puts into a class besides its constructor.
struct MadeMethods {
  Truth repr = Truth::kTrue;
  Truth eq = Truth::kTrue;
  Truth order = Truth::kFalse;
  Truth frozen = Truth::kFalse;
  Truth hash = Truth::kFalse;  // in any case; kUnknown: not by what the others say
  Truth match_args = Truth::kTrue;
  Truth sets = Truth::kFalse;  // attrs: `__setattr__` runs converters and validators
  bool slots = false;
};

struct ClassFields {
  FieldForm form = FieldForm::kNone;
  // In the order of the class: of bases first, and shared with these. None is null.
  std::vector<std::shared_ptr<const ClassField>> fields;
  Definition maker;                   // the class, or that of its bases, of which they were made
  bool makes_constructor = false;     // its constructor takes them
  bool replaces_constructor = false;  // even if the class writes one
  bool makes_methods = false;         // other ones, too: `methods`
  MadeMethods methods;
  bool hides_inherited = false;  // attrs: the class has nothing under names of its bases'
  bool complete = true;          // nothing that decides about them is unknown

  // By the attribute's or key's name. Null: there is none. Logarithmic.
  const ClassField* Find(std::string_view name) const;

  std::vector<uint32_t> by_name;  // indexes of `fields`, sorted
};

// Answers over one resolver and are kept. Not thread-safe. Classes are given by their definitions:
// precondition of all is that the symbol is a class.
class ClassTable {
 public:
  explicit ClassTable(NameResolver& resolver);

  NameResolver& resolver() { return resolver_; }
  ModuleViews& views() { return views_; }
  const KnownNames& known() const { return known_; }

  // Valid while this lives.
  const ClassTraits& TraitsOf(Definition class_definition);
  const ClassFields& FieldsOf(Definition class_definition);
  // Those of what a call of collections.namedtuple makes, read in `scope`. None: it is no such
  // call.
  std::optional<ClassFields> NamedTupleFields(const Scope& scope, std::string_view call);

  // By name; each as the first class of the order that binds it has it, then as classes have it
  // that only describe one of the order; what instances have last. Linear in the members of all
  // bases.
  std::vector<ClassMember> Members(Definition class_definition);
  // One of them. What instances alone have counts only if no class binds it.
  std::optional<ClassMember> Member(Definition class_definition, std::string_view name);

  // What a decorator names, arguments left out.
  Answer Decorator(const Scope& scope, std::string_view text);
  KnownName KnownDecorator(const Scope& scope, std::string_view text);
  // The scope in whose body the symbol is bound, and which its texts are read in.
  Scope ScopeOf(Definition definition);
  // Whether what is under a guard of that module is run, as far as the target and constants of the
  // module decide; without the guards from `around` on out.
  Truth ConditionOf(ModuleRef module, std::optional<uint32_t> guard,
                    std::optional<uint32_t> around = {});
  bool IsExcluded(ModuleRef module, std::optional<uint32_t> guard) {
    return ConditionOf(module, guard) == Truth::kFalse;
  }
  // Whether it is run for type checkers alone.
  bool IsForTypeCheckers(ModuleRef module, std::optional<uint32_t> guard);
  // Whether `class_definition` is `base`, or has it among its bases.
  bool IsDerived(Definition class_definition, Definition base);
  // Whether a function is bound when it is taken from an instance: all but those written in C that
  // stubs describe at the top of a module.
  bool Binds(Definition function);
  // What its decorators make of it, in a class.
  MemberKind KindOfFunction(Definition function) { return KindOfFunction(function, 0); }
  // The function that reads a property: of `@Base.x.setter def x` that of `Base.x`. None: unknown.
  std::optional<Definition> GetterOf(Definition property);
  // `decorate(f` of `f = decorate(f)` behind a function or class, which the name still means.
  // Empty: there is none.
  std::string_view CallsByHand(Definition definition);
  // Whether some decorator may have put another callable in its place.
  bool ChangesCall(Definition function);
  // Whether it is a function that says one of several ways of calling it: typing.overload.
  bool IsOverload(Definition definition);
  // Whether a decorator says that it returns what it is given: `def f(function: F) -> F`.
  bool IsTransparent(Definition decorator);
  // Whether it is attrs' own of a field in that scope, which returns the method: `@x.default`.
  bool IsOfAttrsField(const Scope& scope, std::string_view decorator);
  // Whether a class is called as it is written behind that decorator: what makes fields is known,
  // or the decorator says that it returns the class.
  bool KeepsClass(const Scope& scope, std::string_view decorator);
  // Whether one of its decorators may have put another class in its place, or a constructor into
  // it.
  bool ChangesClass(Definition class_definition);

 private:
  Truth ConditionOf(ModuleRef module, std::optional<uint32_t> guard, std::optional<uint32_t> around,
                    const Target& target);
  std::optional<Definition> BaseInOrder(Definition class_definition, const Answer& base);
  ClassTraits FindTraits(Definition class_definition);
  std::optional<Definition> FindMetaclass(Definition class_definition,
                                          std::span<const ClassTraits* const> bases, bool is_enum);
  std::optional<MemberKind> KeptInstead(Definition class_definition, std::string_view name);
  std::vector<Definition> MemberOrder(Definition class_definition);
  std::optional<ClassMember> OwnMember(Definition each, std::string_view name,
                                       std::optional<ClassMember>& of_instances);
  ClassMember Describe(Definition owner, std::string_view name);
  MemberKind KindOf(Definition owner, Definition definition, std::string_view name);
  MemberKind KindOfNested(Definition class_definition);
  std::vector<std::string_view> IgnoredNames(Definition class_definition);
  Truth HasSlot(Definition class_definition, std::string_view name);
  std::optional<ClassMember> MadeMember(Definition class_definition, std::string_view name);
  std::optional<MemberKind> KindOfMade(Definition class_definition, std::string_view name);
  std::optional<MemberKind> KindOfHash(Definition class_definition);
  Truth IsFrozen(Definition class_definition);
  bool IsOrdered(Definition class_definition, std::string_view name);
  Truth BindsItself(Definition class_definition, std::string_view name);
  std::string_view Mangled(Definition class_definition, std::string_view name);
  MemberKind KindOfInstance(Definition class_definition);
  // What a decorator makes of a function.
  struct DecoratorEffect {
    std::optional<MemberKind> kind = {};  // in a class. None: what it was
    bool changes_call = false;            // it may be called otherwise than it is written
  };
  // `followed`: how many accessors led there, each of the next one's property: `@x.setter`.
  DecoratorEffect EffectOf(const Scope& scope, std::string_view decorator, uint32_t followed);
  MemberKind KindOfFunction(Definition function, uint32_t followed);
  bool IsProperty(const Scope& scope, std::string_view name, uint32_t followed);
  // Outermost first.
  template <class Use>
  void ForEachDecorator(Definition function, Use use);
  MemberKind KindOfValue(Definition variable);

  const ClassFields* FindFields(Definition class_definition);
  const ClassFields* InheritedFields(Definition class_definition);
  const ClassFields* Keep(ClassFields fields);
  const ClassFields* Incomplete(const ClassFields& fields);
  FieldMaker MakerOf(Definition class_definition);
  bool KnowsForcing();
  FieldMaker TransformOf(Definition definition);
  class FieldList;
  void AddBaseFields(Definition class_definition, const FieldMaker& maker, FieldList& fields);
  void AddOwnFields(Definition class_definition, const FieldMaker& maker, FieldList& fields);
  // The call of namedtuple that a base is or stands for.
  std::optional<ScopedText> NamedTupleCall(Definition class_definition, std::string_view base);
  bool IsConfiguredByDefault(Definition class_definition);
  bool TakesDefaultFirst(const Scope& scope, std::string_view call);
  void InheritDefault(Definition class_definition, ClassField& field, FieldList& fields);
  // Whether a value is what describes a field of that maker's.
  bool DescribesField(const FieldMaker& maker, const Scope& scope, std::string_view value);
  void ReadField(std::string_view value, const FieldMaker& maker, ClassField& field,
                 FieldList& fields);
  // What stands around the type: `Final[...]`, `ClassVar[...]`, ...
  std::vector<KnownName> Qualifiers(const Scope& scope, std::string_view annotation);

  NameResolver& resolver_;
  Dependencies* const dependencies_;  // may be null
  Target target_;
  ModuleViews views_;
  KnownNames known_;
  std::set<std::string> mangled_;
  std::deque<ClassTraits> traits_;
  std::deque<ClassFields> fields_;
  boost::unordered_flat_map<Definition, const ClassTraits*> traits_of_;
  boost::unordered_flat_map<Definition, const ClassFields*> fields_of_;
  boost::unordered_flat_map<const ClassFields*, const ClassFields*> incomplete_of_;
};

}  // namespace coppice
