// Under which names modules pass on what others define.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "summaries/error.h"
#include "summaries/resolution/names/definition.h"
#include "summaries/resolution/names/name_resolver.h"

namespace coppice {

// A name of a module that stands for what another module defines.
struct Reexport {
  enum class How : uint8_t {
    kImport,  // `from m import x`, `import m as x`
    kStar,    // `from m import *`
    kAlias,   // `x = y`
  };

  ModuleRef module;
  std::string name;
  How how;
  // It is meant for others: `__all__` lists it; or, where there is none, it has no leading
  // underscore and comes by a redundant alias (`from m import x as x`), a star import, an
  // assignment, or by the import of something of its own in a package's __init__. (Typing
  // specification, "Library interface"; the last is how packages that are not typed do it.)
  bool is_public;
  uint32_t line;  // of the statement, from 1
};

// All modules in which a name of module scope may stand for one of the definitions (of one name:
// alternatives, overloads), other than those that define them; in the order of (module, name).
// Resolves names only in modules that mention a name under which they are known, and in star
// importers of such modules; beside that, linear in the imports of the index. Damage, as Pack
// reports it.
Result<std::vector<Reexport>> FindReexports(NameResolver& resolver,
                                            std::span<const Definition> definitions);

}  // namespace coppice
