// What names mean across modules: through imports, re-exports, aliases, star imports, submodules
// and classes, over summaries alone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "summaries/resolution/imports/module_finder.h"
#include "summaries/resolution/names/definition.h"

namespace coppice {

class Dependencies;

// Where code stands: in a module, or in the body of one of its classes.
struct Scope {
  ModuleRef module = kNoModule;
  std::optional<uint32_t> class_row = {};
};

// The method resolution order of a class (C3; "The Python 2.3 Method Resolution Order").
struct Mro {
  // The class itself first; without an order, all that are known. Valid while the resolver lives.
  std::span<const Definition> classes;
  bool complete = true;    // every base is known and in it
  bool cut = false;        // there are too many bases or classes: the rest is left out
  bool consistent = true;  // there is an order; also false for a class that is its own base
};

// Answers are kept: the same question is answered once. What is answered depends on the finder's
// index alone, not on what was asked before. Not thread-safe: one for each worker.
//
// A binding counts unless the target decides that it is never reached; the walk goes from the last
// one back to the first that is always reached. Conditions that a target does not decide leave all
// their branches. No chain of names is too long to be followed, and none makes the stack grow: a
// question costs what the imports and bindings do that it leads to.
//
// With the profile kRuntime, answers are those of an interpreter: TYPE_CHECKING is false, save that
// what a module with a __getattr__ binds under it says what that returns. Bases that a stub gives
// to a class of C are left out where they are written in Python or typing's: the class has none
// such. What they alone have is an attribute of it with kUnknownBase.
class NameResolver {
 public:
  // What answers are made of is recorded in `dependencies`, if it is given. It must outlive this.
  explicit NameResolver(std::shared_ptr<const ModuleFinder> finder,
                        Dependencies* dependencies = nullptr);
  ~NameResolver();

  const ModuleFinder& finder() const;
  Dependencies* dependencies() const;  // may be null

  // From outside: a module's dotted name, then attributes of it, of classes, ...
  Answer Resolve(std::string_view dotted_name);
  // What `from module import name` takes: an attribute of the module, else a submodule. `name` is
  // one identifier.
  Answer Resolve(ModuleRef module, std::string_view name);
  // What code in that scope means by a name, or by several with dots between them.
  Answer Lookup(const Scope& scope, std::string_view dotted_name);
  // An attribute of a class: what it binds itself, or inherits. Not what instances alone have.
  Answer Member(Definition class_definition, std::string_view name);

  // The order of a class's bases. Precondition: it is a class.
  Mro MroOf(Definition class_definition);
  // Classes that stubs alone have, which say what it has beyond what its order does: those of bases
  // that its stub gives to a class of C, or of typing's NamedTuple. A few of their members it
  // lacks. Of kRuntime alone; in order.
  Answer DescribingClasses(Definition class_definition);
  // The names that a module's text and its star imports bind, sorted: Resolve says what each means.
  // Names that are bound only where conditions that the target does not decide hold have
  // kConditional among their obstacles. Views the resolver.
  std::vector<std::string_view> NamesOf(ModuleRef module);
  // What one of a class's bases means, or another text of its class statement: what is bound before
  // that counts, as for MroOf. Subscripts are left out. No definition: unknown.
  Answer Base(Definition class_definition, std::string_view text);
  // The text of the value of a name that one assignment in the module binds, under no condition,
  // and nothing else may bind. Empty: there is no such.
  std::string_view ConstantText(ModuleRef module, std::string_view name);

  // As above, with every step, for people; the first million of them all. Asks everything again.
  std::vector<ExplainedDefinition> Explain(std::string_view dotted_name);

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace coppice
