// The summaries of an index's modules, each opened once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "summaries/resolution/changes/dependencies.h"
#include "summaries/resolution/imports/module_finder.h"
#include "summaries/resolution/names/definition.h"

namespace coppice {

// Not thread-safe. About 200 bytes for each module that was asked for, and 8 for each other.
class ModuleViews {
 public:
  // What is read of symbols and members is recorded in `dependencies`, if they are not null; of
  // what is read of a view, nothing is.
  explicit ModuleViews(const ModuleFinder& finder, Dependencies* dependencies = nullptr)
      : finder_(finder), dependencies_(dependencies) {
    slots_.resize(finder.module_count());
  }

  // Null: it has no file, or its bytes are damaged. Valid while this lives.
  const SummaryView* Find(ModuleRef module) {
    const Slot* const slot = Open(module);
    return slot == nullptr ? nullptr : &slot->view;
  }
  bool is_stub(ModuleRef module) {
    const Slot* const slot = Open(module);
    return slot != nullptr && slot->stub;
  }
  // Whether some class of it imports into its body, which few do.
  bool has_class_imports(ModuleRef module) {
    const Slot* const slot = Open(module);
    return slot != nullptr && slot->class_imports;
  }
  // Precondition for those below: what a NameResolver over the same finder gave.
  Symbol symbol(Definition definition) {
    const Symbol symbol = Find(definition.module)->symbol(definition.row);
    if (dependencies_ != nullptr) {
      dependencies_->Read({DependencyKind::kBindings, definition.module,
                           symbol.owner().value_or(Dependency::kModuleScope), symbol.name()});
    }
    return symbol;
  }
  // Rows of all that is bound to the symbol's name in its scope.
  RowRange Namesakes(Definition definition) {
    const SummaryView& view = *Find(definition.module);
    const Symbol named = symbol(definition);
    const std::optional<uint32_t> owner = named.owner();
    return view.FindSymbols(owner ? view.Members(*owner) : view.ModuleSymbols(), named.name());
  }
  RowRange Members(Definition class_definition) {
    ReadMembers(class_definition);
    return Find(class_definition.module)->Members(class_definition.row);
  }
  RowRange Members(Definition class_definition, std::string_view name) {
    if (dependencies_ != nullptr) {
      dependencies_->Read(
          {DependencyKind::kBindings, class_definition.module, class_definition.row, name});
    }
    const SummaryView& view = *Find(class_definition.module);
    return view.FindSymbols(view.Members(class_definition.row), name);
  }
  // Records that they are known from before.
  void ReadMembers(Definition class_definition) {
    if (dependencies_ == nullptr) return;
    dependencies_->Read({DependencyKind::kMembers, class_definition.module, class_definition.row});
  }
  bool IsA(Definition definition, SymbolKind kind) {
    return !definition.is_module() && symbol(definition).kind() == kind;
  }
  // Whether it only says which type a name has, outside stubs: `x: int`.
  bool IsDeclaration(Definition definition) {
    return IsA(definition, SymbolKind::kVariable) && !is_stub(definition.module) &&
           symbol(definition).details().value_form == ValueForm::kAbsent;
  }

 private:
  struct Slot {
    SummaryView view;
    bool stub;
    bool class_imports;
  };

  const Slot* Open(ModuleRef module) {
    const auto at = static_cast<uint32_t>(module);
    if (slots_[at]) return slots_[at].get();
    if (finder_.form(module) != ModuleForm::kFile) return nullptr;
    const Result<ModuleInfo> info = finder_.index().file(module);
    const Result<SummaryView> view = finder_.index().summary(module);
    if (!info || !view) return nullptr;
    bool class_imports = false;
    for (uint32_t row = 0; row < view->import_count(); ++row) {
      class_imports |= view->import_scope(row) == ImportScope::kClass;
    }
    slots_[at] = std::make_unique<Slot>(Slot{*view, info->is_stub(), class_imports});
    return slots_[at].get();
  }

  const ModuleFinder& finder_;
  Dependencies* const dependencies_;
  std::vector<std::unique_ptr<Slot>> slots_;
};

}  // namespace coppice
