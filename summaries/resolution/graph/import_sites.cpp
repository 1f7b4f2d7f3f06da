#include "summaries/resolution/graph/import_sites.h"

#include <optional>

namespace coppice {
namespace {

// Splits off the first component.
std::string_view TakeFirst(std::string_view& dotted) {
  const std::size_t dot = dotted.find('.');
  const std::string_view first = dotted.substr(0, dot);
  dotted.remove_prefix(dot == dotted.npos ? dotted.size() : dot + 1);
  return first;
}

}  // namespace

Result<ImportSites> ImportSites::Make(const ModuleFinder& finder) {
  ImportSites sites(finder);
  if (const Result<void> found = sites.FindHidden(); !found) return found.error();
  return sites;
}

void ImportSites::Enter(ModuleRef importer, const SummaryView& view) {
  importer_ = importer;
  view_ = &view;
  conditions_.Enter(view);
  last_text_ = nullptr;
  description_ = false;
  if (finder_->profile() == SearchProfile::kRuntime) {
    const Result<ModuleInfo> info = finder_->index().file(importer);
    description_ = info && info->is_stub();
  }
}

Result<void> ImportSites::FindHidden() {
  hidden_.resize(finder_->module_count());
  const Index& index = finder_->index();
  for (uint32_t number = 0; number < index.file_count(); ++number) {
    const ModuleRef module{number};
    if (!finder_->reachable(module) || !finder_->is_package(module)) continue;
    const Result<SummaryView> view = index.summary(module);
    if (!view) return view.error();
    HideBehind(module, *view);
  }
  return {};
}

// `from package import name` takes what the package binds to the name; a submodule that is no
// attribute yet is imported only where there is nothing (importlib, _handle_fromlist).
void ImportSites::HideBehind(ModuleRef package, const SummaryView& view) {
  Enter(package, view);
  const RowRange symbols = view.ModuleSymbols();
  for (uint32_t row = symbols.first; row < symbols.last; ++row) {
    const Symbol symbol = view.symbol(row);
    const ModuleRef child = finder_->FindChild(package, symbol.name());
    if (child == kNoModule || hidden_[static_cast<uint32_t>(child)]) continue;
    // `x: int` alone binds nothing; what a call binds, it binds later.
    if (symbol.kind() == SymbolKind::kVariable &&
        symbol.details().value_form == ValueForm::kAbsent) {
      continue;
    }
    if (symbol.flags().has(SymbolFlag::kGlobal) || !MayRun(symbol.guard())) continue;
    hidden_[static_cast<uint32_t>(child)] = true;
  }
  for (uint32_t row = 0; row < view.import_count(); ++row) {
    const Import import = view.import(row);
    if (import.scope != ImportScope::kModule || import.binds == "*") continue;
    const ModuleRef child = finder_->FindChild(package, import.binds);
    if (child == kNoModule || hidden_[static_cast<uint32_t>(child)]) continue;
    if (!MayRun(import.guard)) continue;
    // What the import binds: the submodule itself?
    ModuleRef bound = FindModule(import);
    if (last_missing_) {
      bound = kNoModule;
    } else if (import.name) {
      bound = finder_->FindChild(bound, *import.name);
    } else if (!import.alias) {
      bound = finder_->Find(import.binds);
    }
    hidden_[static_cast<uint32_t>(child)] = bound != child;
  }
}

bool ImportSites::MayRun(std::optional<uint32_t> guard) {
  return conditions_.Of(guard).run != Truth::kFalse;
}

ImportSite ImportSites::At(uint32_t row) {
  const Import import = view_->import(row);
  ImportSite site;
  site.module = FindModule(import);
  site.missing = last_missing_;
  if (!site.missing && import.name && *import.name != "*") {
    const ModuleRef child = finder_->FindChild(site.module, *import.name);
    if (child != kNoModule &&
        (site.module == importer_ || !hidden_[static_cast<uint32_t>(child)])) {
      site.module = child;
    }
  }
  if (import.scope == ImportScope::kFunction) {
    site.labels = site.labels.With(ImportLabel::kDeferred);
  }
  const Conditions::Condition condition = conditions_.Of(import.guard);
  if (description_ || condition.run == Truth::kFalse) {
    site.labels = site.labels.With(condition.checked == Truth::kFalse ? ImportLabel::kUnreachable
                                                                      : ImportLabel::kTypeChecking);
  }
  return site;
}

bool ImportSites::Imports(uint32_t row, ModuleRef module) {
  const Import import = view_->import(row);
  const ModuleRef highest =
      import.level == 0 ? kNoModule : finder_->FindFrom(importer_, import.level, {});
  for (ModuleRef at = At(row).module; at != kNoModule; at = finder_->parent(at)) {
    if (at == module) return true;
    if (at == highest) return false;
  }
  return false;
}

// Leaves in last_missing_ whether it is not all there.
ModuleRef ImportSites::FindModule(const Import& import) {
  if (last_text_ == import.module.data() && last_size_ == import.module.size() &&
      last_level_ == import.level && last_text_ != nullptr) {
    return last_found_;
  }
  last_text_ = import.module.data();
  last_size_ = import.module.size();
  last_level_ = import.level;
  last_found_ = finder_->FindFrom(importer_, import.level, import.module);
  last_missing_ = last_found_ == kNoModule;
  if (last_missing_) last_found_ = FindAsFarAsThereIs(import.level, import.module);
  return last_found_;
}

// `import a.b` imports a before it finds that there is no a.b.
ModuleRef ImportSites::FindAsFarAsThereIs(uint32_t level, std::string_view dotted) {
  ModuleRef found =
      level == 0 ? finder_->Find(TakeFirst(dotted)) : finder_->FindFrom(importer_, level, {});
  while (found != kNoModule && !dotted.empty()) {
    const ModuleRef child = finder_->FindChild(found, TakeFirst(dotted));
    if (child == kNoModule) break;
    found = child;
  }
  return found;
}

}  // namespace coppice
