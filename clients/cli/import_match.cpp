#include "clients/cli/import_match.h"

namespace coppice::cli {
namespace {

// The package that `level` dots stand for; nothing if there are too many.
std::optional<std::string_view> BasePackage(const ModuleInfo& importer, std::string_view name,
                                            std::uint32_t level) {
  // One dot is the package itself: for a module that is its parent.
  std::uint32_t up = importer.is_package() ? level - 1 : level;
  for (; up != 0; --up) {
    if (name.empty()) return std::nullopt;
    const std::size_t dot = name.rfind('.');
    name = dot == std::string_view::npos ? std::string_view() : name.substr(0, dot);
  }
  return name;
}

bool IsSameOrParent(std::string_view parent, std::string_view name) {
  return name.starts_with(parent) && (name.size() == parent.size() || name[parent.size()] == '.');
}

}  // namespace

std::string ImportedModule(const ModuleInfo& importer, std::string_view importer_name,
                           const Import& import) {
  if (import.level == 0) return std::string(import.module);
  const std::optional<std::string_view> base = BasePackage(importer, importer_name, import.level);
  if (!base) return {};
  std::string name(*base);
  if (!name.empty() && !import.module.empty()) name += '.';
  return name.append(import.module);
}

bool ImportsModule(const ModuleInfo& importer, std::string_view importer_name, const Import& import,
                   std::string_view name) {
  std::string imported = ImportedModule(importer, importer_name, import);
  if (imported.empty() || name.empty()) return false;
  std::size_t shortest = 1;
  if (import.level != 0) {
    const std::size_t own = import.module.empty() ? 0 : import.module.size() + 1;
    shortest = imported.size() > own ? imported.size() - own : 1;
  }
  if (name.size() >= shortest && IsSameOrParent(name, imported)) return true;
  if (!import.name || *import.name == "*") return false;
  return imported.append(".").append(*import.name) == name;
}

}  // namespace coppice::cli
