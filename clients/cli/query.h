// What a call of `coppice query` asks, and who answers it.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "parser/line_index.h"
#include "summaries/pack.h"
#include "summaries/resolution/imports/module_finder.h"

namespace coppice::cli {

class RootDirectories;

struct Query {
  std::string index;  // as it was named: a pack, a manifest or its directory
  std::string what;   // "module", "symbols", ...
  std::string name;   // empty only where `what` allows it
  bool json = false;
  std::vector<std::string> roots;        // NAME=DIRECTORY
  std::optional<SearchProfile> profile;  // of queries that search modules; the interpreter's

  // Options of single queries.
  std::optional<ColumnUnit> columns;  // module, symbols
  std::size_t limit = 0;              // search; 0: not given
  bool ignore_case = false;           // search
  bool explain = false;               // resolve
  bool bound = false;                 // signature
  bool transitive = false;            // importers
  bool all = false;                   // reexports: private ones too
  bool type_checking = false;         // imports under TYPE_CHECKING count
  bool deferred = false;              // imports in functions count
};

// Each prints its answer and returns the exit code.

// module, symbols, search, imports, importers: from the tables of one pack.
int RunPackQuery(const Query& query, const Pack& pack, const RootDirectories& roots);

// resolve, members, mro, signature. A name of "-" stands for the lines of standard input.
int RunNameQuery(const Query& query, const std::shared_ptr<const ModuleFinder>& finder,
                 const RootDirectories& roots);

// importers, cycles: over all imports of an index.
int RunImportQuery(const Query& query, const std::shared_ptr<const ModuleFinder>& finder,
                   const RootDirectories& roots);

// subclasses, reexports, mentions: who refers to a definition or a name, in a whole index.
int RunReferenceQuery(const Query& query, const std::shared_ptr<const ModuleFinder>& finder,
                      const RootDirectories& roots);

}  // namespace coppice::cli
