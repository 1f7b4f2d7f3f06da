// What a module's path, relative to its root and with '/' between components, says about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace coppice {

// The dotted name: the components joined by '.', without the suffix (.py or .pyi) and without a
// last `__init__`; in a stub package (PEP 561), `-stubs` is taken off the first component.
//
// Empty where no import statement can reach the file: a component that is no identifier (PEP 3131)
// or not in normal form NFKC, in which statements ask for names; an `__init__` at the very root; or
// another suffix. Keywords count as identifiers. "a/b/__init__.py" is "a.b".
std::string DottedName(std::string_view path);

// Whether DottedName(path) == name, given that the former is not empty. Any path may be given.
// Allocates nothing.
bool HasDottedName(std::string_view path, std::string_view name);

bool IsPackage(std::string_view path);  // __init__.py, __init__.pyi
bool IsStub(std::string_view path);     // *.pyi

}  // namespace coppice
