// What a module's import statements import.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "summaries/resolution/graph/import_graph.h"
#include "summaries/resolution/imports/module_finder.h"
#include "summaries/resolution/names/live_code.h"
#include "summaries/summary_view.h"

namespace coppice {

struct ImportSite {
  ModuleRef module = kNoModule;  // what it imports; or as much of that as there is
  ImportLabels labels;
  bool missing = false;  // a module that it names is not in the index
};

// Reads the imports of one module after another. For one thread at a time.
class ImportSites {
 public:
  // Looks for the submodules that their packages hide. Linear in what the index's packages define.
  static Result<ImportSites> Make(const ModuleFinder& finder);

  // The imports of `view`, the summary of the file `importer`, are asked for next. Both must
  // outlive the questions.
  void Enter(ModuleRef importer, const SummaryView& view);
  // The import in that row.
  ImportSite At(uint32_t row);
  // Whether running that import imports `module`: as what it imports, or on the way there, as a
  // package of that. For relative imports, packages above the one at which they start do not count.
  bool Imports(uint32_t row, ModuleRef module);

 private:
  explicit ImportSites(const ModuleFinder& finder)
      : finder_(&finder), conditions_(finder.index().environment().target) {}

  Result<void> FindHidden();
  void HideBehind(ModuleRef package, const SummaryView& view);
  bool MayRun(std::optional<uint32_t> guard);
  ModuleRef FindAsFarAsThereIs(uint32_t level, std::string_view dotted);
  ModuleRef FindModule(const Import& import);

  const ModuleFinder* finder_;
  std::vector<bool> hidden_;  // of each module: its package binds its name to something else

  ModuleRef importer_ = kNoModule;
  const SummaryView* view_ = nullptr;
  bool description_ = false;  // the importer is a stub, which nothing runs
  Conditions conditions_;
  // `from m import a, b, c` is three imports: the module is looked for once.
  const char* last_text_ = nullptr;
  std::size_t last_size_ = 0;
  uint32_t last_level_ = 0;
  ModuleRef last_found_ = kNoModule;
  bool last_missing_ = false;
};

}  // namespace coppice
