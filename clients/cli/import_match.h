// Which modules an import statement imports, by its text alone.

#pragma once

#include <string>
#include <string_view>

#include "summaries/pack.h"
#include "summaries/summary_view.h"

namespace coppice::cli {

// The dotted name that the module part of an import stands for in `importer`: relative ones are
// taken from the importer's package. Empty if it leads above the root.
std::string ImportedModule(const ModuleInfo& importer, std::string_view importer_name,
                           const Import& import);

// Whether running the import imports the module `name`, as far as its text tells. `import a.b.c`
// imports a, a.b and a.b.c; `from a import b` imports a and, as b may be a module, a.b; a relative
// import counts for the package it starts from and what is below, not for packages above.
bool ImportsModule(const ModuleInfo& importer, std::string_view importer_name, const Import& import,
                   std::string_view name);

}  // namespace coppice::cli
