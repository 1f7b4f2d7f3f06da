#include "store/editable_install.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>

#include "store/path_text.h"
#include "store/python_literals.h"
#include "summaries/unicode.h"

namespace coppice {
namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{4} << 20;

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Collects where names lead to.
class Mapping {
 public:
  explicit Mapping(EditableInstall& install) : install_(install) {}

  // `path` is where the package or module `name` (dotted) is, a module's without its suffix.
  void Add(const std::string& name, const std::string& path) {
    std::string tail = '/' + name;
    std::replace(tail.begin(), tail.end(), '.', '/');
    const std::string normal = NormalPath(path);
    const std::string first = name.substr(0, name.find('.'));
    if (!IsImportableName(first)) return;
    if (!path.starts_with('/')) return Refuse(name, path);
    if (!normal.ends_with(tail)) return Refuse(name, path);
    const std::string directory = normal.substr(0, normal.size() - tail.size());
    directories_[directory.empty() ? "/" : directory].insert(first);
  }

  void Finish() {
    for (const auto& [directory, components] : directories_) {
      install_.directories.push_back({directory, {components.begin(), components.end()}});
    }
  }

 private:
  void Refuse(const std::string& name, const std::string& path) {
    install_.warnings.push_back(install_.name + ": maps '" + name + "' to " + path +
                                ", a path that does not end in that name: not searched");
  }

  EditableInstall& install_;
  std::map<std::string, std::set<std::string>> directories_;
};

// setuptools: MAPPING has packages and modules, NAMESPACES the directories of namespace packages.
bool ReadSetuptools(const PythonLiterals& literals, Mapping& mapping) {
  const auto packages = literals.Dict("MAPPING");
  if (!packages) return false;
  for (const DictEntry& entry : *packages) {
    for (const std::string& path : entry.values) mapping.Add(entry.key, path);
  }
  const auto namespaces = literals.Dict("NAMESPACES");
  if (!namespaces) return true;
  for (const DictEntry& entry : *namespaces) {
    for (const std::string& path : entry.values) mapping.Add(entry.key, path);
  }
  return true;
}

// The `editables` package: F.map_module('name', '/path/name/__init__.py').
bool ReadEditables(const PythonLiterals& literals, Mapping& mapping) {
  const auto calls = literals.MethodCalls("map_module");
  for (const std::vector<std::string>& call : calls) {
    if (call.size() != 2) continue;
    std::string path = call[1];
    for (const std::string_view suffix : {"/__init__.py", ".py"}) {
      if (!path.ends_with(suffix)) continue;
      path.resize(path.size() - suffix.size());
      break;
    }
    mapping.Add(call[0], path);
  }
  return !calls.empty();
}

}  // namespace

std::string_view EditableModule(std::string_view line) {
  constexpr std::string_view kImport = "import";
  if (!line.starts_with(kImport)) return {};
  line.remove_prefix(kImport.size());
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  const auto* const end = std::find_if_not(line.begin(), line.end(), IsWordByte);
  const std::string_view name = line.substr(0, static_cast<std::size_t>(end - line.begin()));
  const bool setuptools = name.starts_with("__editable___") && name.ends_with("_finder");
  return setuptools || name.starts_with("_editable_impl_") ? name : std::string_view();
}

Result<EditableInstall> ReadEditableInstall(const FileSystem& files,
                                            const std::string& site_directory,
                                            std::string_view name) {
  const std::string path = JoinedPath(site_directory, std::string(name) + ".py");
  const auto literals = PythonLiterals::Read(files, path, kMaxBytes);
  if (!literals) return literals.error();
  EditableInstall install;
  install.name = name;
  Mapping mapping(install);
  if (!ReadSetuptools(*literals, mapping) && !ReadEditables(*literals, mapping)) {
    return Error{ErrorCode::kDamaged, path + ": no mapping that can be read"};
  }
  mapping.Finish();
  return install;
}

}  // namespace coppice
