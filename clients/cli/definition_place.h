// Where a definition is, as `query` prints it.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "clients/cli/json.h"
#include "clients/cli/root_directories.h"
#include "summaries/resolution/imports/module_finder.h"
#include "summaries/resolution/names/definition.h"

namespace coppice::cli {

struct DefinitionPlace {
  std::string module;     // dotted
  std::string qualname;   // empty for a module as a whole
  std::string_view kind;  // of the symbol, or "module", "namespace", "compiled"
  std::string path;       // below the root's directory if that is known; empty: it has no file
  std::uint32_t line = 1;
  std::uint32_t column = 0;  // bytes of UTF-8

  std::string FullName() const {
    if (module.empty() || qualname.empty()) return module + qualname;
    return module + "." + qualname;
  }
};

// Of a damaged module only what the packs' tables say.
DefinitionPlace PlaceOf(const ModuleFinder& finder, const RootDirectories& roots,
                        Definition definition);

// Fields "module", "qualname", "kind", "path", "line", "col", within an object.
void WritePlaceFields(Json& json, const DefinitionPlace& place);

}  // namespace coppice::cli
