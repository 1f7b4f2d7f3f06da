// From dotted names to modules, as interpreters and type checkers search for them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "summaries/error.h"
#include "summaries/resolution/imports/index.h"

namespace coppice {

// Whose rules: what these tools do, tested against them (docs/imports.md).
enum class SearchProfile : uint8_t {
  kRuntime,  // the interpreter: sources and compiled modules, which stubs only describe
  kMypy,     // the typing specification's order; installed packages only with stubs or py.typed
  kPyright,  // its own order; installed packages that have neither, too
};
// "runtime", "mypy", "pyright".
std::optional<SearchProfile> FindSearchProfile(std::string_view name);

enum class ModuleForm : uint8_t {
  kFile,
  kCompiled,   // an extension module or builtin that no stub describes: opaque
  kNamespace,  // a package without file of its own (PEP 420)
};

// A place where a search looked, for people.
struct SearchStep {
  enum class Outcome : uint8_t {
    kTaken,
    kDescription,       // the stub of a compiled module that was taken elsewhere (kRuntime)
    kMissing,           // no such entry
    kNamespacePortion,  // a directory without __init__: a part, the search goes on
    kUntyped,           // an installed package without py.typed or stubs (kMypy)
    kWrongVersion,      // typeshed's VERSIONS excludes it for the target
    kPartialStubs,      // partial stub package that lacks it: the search goes on
    kShadowed,          // would have been found had the search gone on
  };
  std::string root;
  std::string path;  // relative to the root: the file or directory looked at
  Outcome outcome;

  friend bool operator==(const SearchStep&, const SearchStep&) = default;
};

// Import resolution over an index: the typing specification's "Import resolution ordering", PEP
// 420, PEP 561. Made of the packs' paths alone: no disk is asked, entries are compared by exact
// bytes (PEP 235). What is not found is known without asking again; a file that appears means a new
// index and a new finder. Immutable and thread-safe.
class ModuleFinder {
 public:
  // Linear in the number of files.
  static Result<std::shared_ptr<const ModuleFinder>> Make(std::shared_ptr<const Index> index,
                                                          SearchProfile profile);
  ~ModuleFinder();

  const Index& index() const;
  SearchProfile profile() const;

  // kNoModule if there is none. Constant time a component, no allocation.
  ModuleRef Find(std::string_view dotted_name) const;
  // As `from` in the module `importer` finds it: `level` dots (PEP 328), 0 for none. kNoModule also
  // where the dots lead above the top. A file that no import reaches asks for the modules of the
  // package that has its directory's name. kPyright: dots start at the directory of a file, package
  // or not, and the search goes there anew: linear in the dots, logarithmic in the directories.
  ModuleRef FindFrom(ModuleRef importer, uint32_t level, std::string_view dotted_name) const;
  ModuleRef FindChild(ModuleRef package, std::string_view name) const;
  // Submodules of a package by name (bytes).
  std::vector<ModuleRef> Children(ModuleRef package) const;
  // The search for a name again, component by component and place by place, in the order in which
  // places count. For people: allocates, logarithmic time in every place.
  std::vector<SearchStep> Explain(std::string_view dotted_name) const;

  uint32_t module_count() const;  // files, whether imports reach them or not, and modules without
  // Precondition for all: less than module_count().
  ModuleForm form(ModuleRef module) const;
  bool is_package(ModuleRef module) const;
  // Whether Find(name(module)) is this module: a file that is shadowed, or whose name no import can
  // write, is none.
  bool reachable(ModuleRef module) const;
  // What the interpreter would import instead of a stub, if that is a file; else the module itself.
  ModuleRef source(ModuleRef module) const;
  // The stub of a module that has a source: beside it, or typeshed's. kNoModule if there is none.
  // Allocates; logarithmic time.
  ModuleRef FindStub(ModuleRef module) const;
  // The package in which relative imports of it start: itself if it is one. kNoModule at the top.
  ModuleRef package(ModuleRef module) const;
  ModuleRef parent(ModuleRef module) const;  // kNoModule at the top
  std::string name(ModuleRef module) const;  // dotted; as its path gives it if it is unreachable

 private:
  struct Tree;
  explicit ModuleFinder(std::unique_ptr<const Tree> tree);

  std::unique_ptr<const Tree> tree_;
};

}  // namespace coppice
