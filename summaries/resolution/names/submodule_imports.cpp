#include "summaries/resolution/names/submodule_imports.h"

#include <algorithm>
#include <optional>

namespace coppice {

SubmoduleImports::SubmoduleImports(const SummaryView& view, std::string_view package_prefix) {
  const std::string_view package = package_prefix.substr(0, package_prefix.size() - 1);
  const std::string_view top = package.substr(0, package.find('.'));
  std::optional<uint32_t> last_guard;
  bool last_own = false;
  for (uint32_t row = 0; row < view.import_count(); ++row) {
    if (view.import_scope(row) != ImportScope::kModule) continue;
    const Import import = view.import(row);
    std::string_view below;
    if (import.level == 1) {
      below = import.module;
    } else if (import.level == 0 && import.module.starts_with(package_prefix)) {
      below = import.module.substr(package_prefix.size());
    }
    const bool related =
        import.level != 0 || import.module.substr(0, import.module.find('.')) == top;
    if (related) first_related = std::min(first_related, import.order);
    const bool own =
        import.level == 1 ? below.empty() : import.level == 0 && import.module == package;
    if (own && import.name && import.binds != "*" && import.binds != *import.name) {
      below = *import.name;
    }
    const std::string_view name = below.substr(0, below.find('.'));
    if (name.empty()) continue;
    if (!entries.empty() && !last_own && entries.back().name == name &&
        last_guard == import.guard) {
      continue;
    }
    entries.push_back({name, row});
    last_guard = import.guard;
    last_own = own;
  }
}

}  // namespace coppice
