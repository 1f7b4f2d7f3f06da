#include "summaries/module_name.h"

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

// Length of the UTF-8 sequence (RFC 3629) of more than one byte at the start of `text`; 0 if there
// is none.
std::size_t MultibyteLength(std::string_view text) {
  const auto at = [text](std::size_t index) {
    return index < text.size() ? static_cast<unsigned char>(text[index]) : 0u;
  };
  const unsigned lead = at(0);
  const std::size_t length = lead >= 0xc2 && lead <= 0xdf   ? 2
                             : (lead & 0xf0) == 0xe0        ? 3
                             : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                            : 0;
  for (std::size_t index = 1; index < length; ++index) {
    if ((at(index) & 0xc0) != 0x80) return 0;
  }
  const unsigned second = at(1);
  if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
      (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) {
    return 0;
  }
  return length;
}

bool IsIdentifier(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  while (!text.empty()) {
    const char c = text[0];
    const bool word =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    const std::size_t length = word ? 1 : MultibyteLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

std::string DottedName(std::string_view path) {
  std::string_view rest = Stem(path);
  std::string name;
  name.reserve(rest.size());
  if (const std::string_view package = StubPackage(path); !package.empty()) {
    if (!IsIdentifier(package)) return {};
    name = package;
    rest.remove_prefix(package.size() + kStubsSuffix.size());
    if (rest.empty()) return name;
    rest.remove_prefix(1);
    name += '.';
  }
  while (true) {
    const std::size_t slash = rest.find('/');
    const std::string_view component = rest.substr(0, slash);
    if (!IsIdentifier(component)) return {};
    name += component;
    if (slash == std::string_view::npos) return name;
    name += '.';
    rest.remove_prefix(slash + 1);
  }
}

bool HasDottedName(std::string_view path, std::string_view name) {
  std::string_view rest = Stem(path);
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
