#include "summaries/module_name.h"

#include "summaries/unicode.h"

namespace coppice {
namespace {

constexpr std::string_view kStubsSuffix = "-stubs";

std::string_view LastComponent(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

// Without the suffix and without a last `__init__`; empty if the suffix is another, or if nothing
// is left.
std::string_view Stem(std::string_view path) {
  if (path.ends_with(".py")) {
    path.remove_suffix(3);
  } else if (path.ends_with(".pyi")) {
    path.remove_suffix(4);
  } else {
    return {};
  }
  if (LastComponent(path) == "__init__") {
    path.remove_suffix(std::string_view("/__init__").size() - (path.size() == 8 ? 1 : 0));
  }
  return path;
}

// The directory below the root that is a stub package, without its `-stubs`; else empty.
std::string_view StubPackage(std::string_view path) {
  const std::string_view first = path.substr(0, path.find('/'));
  if (first.size() == path.size() || !first.ends_with(kStubsSuffix)) return {};
  return first.substr(0, first.size() - kStubsSuffix.size());
}

}  // namespace

std::string DottedName(std::string_view path) {
  std::string_view rest = Stem(path);
  if (rest.empty()) return {};
  std::string name;
  name.reserve(rest.size());
  if (const std::string_view package = StubPackage(path); !package.empty()) {
    if (!IsImportableName(package)) return {};
    name = package;
    rest.remove_prefix(package.size() + kStubsSuffix.size());
    if (rest.empty()) return name;
    rest.remove_prefix(1);
    name += '.';
  }
  while (true) {
    const std::size_t slash = rest.find('/');
    const std::string_view component = rest.substr(0, slash);
    if (!IsImportableName(component)) return {};
    name += component;
    if (slash == std::string_view::npos) return name;
    name += '.';
    rest.remove_prefix(slash + 1);
  }
}

bool HasDottedName(std::string_view path, std::string_view name) {
  std::string_view rest = Stem(path);
  if (rest.empty()) return false;
  if (const std::string_view package = StubPackage(path); !package.empty()) {
    if (!name.starts_with(package)) return false;
    name.remove_prefix(package.size());
    rest.remove_prefix(package.size() + kStubsSuffix.size());
  }
  if (rest.size() != name.size()) return false;
  for (std::size_t index = 0; index < rest.size(); ++index) {
    if ((rest[index] == '/' ? '.' : rest[index]) != name[index]) return false;
  }
  return true;
}

bool IsPackage(std::string_view path) {
  const std::string_view file = LastComponent(path);
  return file == "__init__.py" || file == "__init__.pyi";
}

bool IsStub(std::string_view path) { return path.ends_with(".pyi"); }

}  // namespace coppice
