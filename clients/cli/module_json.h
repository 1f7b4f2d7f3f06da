// A module of a pack as JSON: what `export` prints of all, and `query --json` of some.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cli/json.h"
#include "parser/line_index.h"
#include "summaries/docs_reader.h"
#include "summaries/pack.h"
#include "summaries/summary_view.h"

namespace coppice::cli {

// A module with all that is printed of it.
struct LoadedModule {
  std::string name;  // dotted; empty if no import statement reaches it
  ModuleInfo info;
  SummaryView summary;
  // First line of each docstring that the summary counts, in its order; all empty for packs without
  // docstrings.
  std::vector<std::string> docs;

  // First line of the docstring, "" for none.
  std::string_view module_doc() const;
};

// `docs` belongs to `pack`; null leaves docstrings out.
Result<LoadedModule> LoadModule(const Pack& pack, ModuleId id, DocsReader* docs);

// For each symbol row, where its docstring is in LoadedModule::docs; -1 for none.
std::vector<std::int32_t> DocIndexes(const SummaryView& summary);

struct JsonOptions {
  ColumnUnit columns = ColumnUnit::kUtf8;
};

// The whole object of `export --format jsonl`, without a line end. `root` is printed as the root.
void WriteModule(Json& json, const LoadedModule& module, std::string_view root,
                 const JsonOptions& options);

// Fields of an import, within an object.
void WriteImportFields(Json& json, const SummaryView& summary, const Import& import);
// Fields of a symbol, within an object. `doc` is left out if it is empty.
void WriteSymbolFields(Json& json, const SummaryView& summary, const Symbol& symbol,
                       std::string_view doc, const JsonOptions& options);

}  // namespace coppice::cli
