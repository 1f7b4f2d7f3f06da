#include "clients/cli/module_names.h"

#include <algorithm>
#include <utility>

namespace coppice::cli {

std::string PrintedName(const ModuleInfo& module) {
  std::string name = module.name();
  if (name.empty()) name.append(module.root).append("/").append(module.path);
  return name;
}

Result<std::vector<NamedModule>> ModulesByName(const Pack& pack) {
  std::vector<NamedModule> modules;
  modules.reserve(pack.module_count());
  for (std::uint32_t row = 0; row < pack.module_count(); ++row) {
    const Result<ModuleInfo> module = pack.module(ModuleId{row});
    if (!module) return module.error();
    modules.push_back({module->name(), ModuleId{row}});
  }
  // Rows are in order of (root, path) already.
  std::ranges::stable_sort(modules, {}, &NamedModule::name);
  return modules;
}

}  // namespace coppice::cli
