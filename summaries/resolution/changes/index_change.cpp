#include "summaries/resolution/changes/index_change.h"

#include <string>
#include <utility>

#include "summaries/resolution/changes/summary_change.h"
#include "summaries/try.h"

namespace coppice {
namespace {

// The first file of each pack.
std::vector<uint32_t> FirstFiles(const Index& index) {
  std::vector<uint32_t> first;
  uint32_t next = 0;
  for (const auto& pack : index.packs()) {
    first.push_back(next);
    next += pack->module_count();
  }
  return first;
}

uint32_t LiveFiles(const Index& index) {
  uint32_t live = 0;
  for (uint32_t file = 0; file < index.file_count(); ++file) {
    live += index.shadowed(ModuleRef{file}) ? 0 : 1;
  }
  return live;
}

}  // namespace

IndexChange::IndexChange(std::shared_ptr<const ModuleFinder> before,
                         std::shared_ptr<const ModuleFinder> after)
    : before_(std::move(before)),
      after_(std::move(after)),
      after_refs_(before_->module_count(), kNoModule) {}

Result<IndexChange> IndexChange::Make(std::shared_ptr<const ModuleFinder> before,
                                      std::shared_ptr<const ModuleFinder> after) {
  if (before->profile() != after->profile()) {
    return Error{ErrorCode::kInvalidArgument, "two versions of an index have different profiles"};
  }
  IndexChange change(std::move(before), std::move(after));
  if (change.before_->index().environment() != change.after_->index().environment()) {
    change.inputs_.push_back({DependencyKind::kEnvironment});
    change.moves_modules_ = true;
  }
  COPPICE_TRY(change.MatchFiles());
  change.MatchOthers();
  if (change.moves_modules_) change.ComparePlaces();
  return change;
}

Result<void> IndexChange::MatchFiles() {
  const Index& before = before_->index();
  const Index& after = after_->index();
  const std::vector<uint32_t> first_before = FirstFiles(before);
  const std::vector<uint32_t> first_after = FirstFiles(after);
  uint32_t matched = 0;
  std::vector<std::pair<ModuleRef, ModuleRef>> others;  // perhaps of other contents
  for (size_t pack = 0; pack < before.packs().size(); ++pack) {
    const Pack& of_before = *before.packs()[pack];
    std::optional<uint32_t> same;
    for (size_t other = 0; other < after.packs().size() && !same; ++other) {
      if (after.packs()[other]->info().identity == of_before.info().identity) {
        same = first_after[other];
      }
    }
    for (uint32_t row = 0; row < of_before.module_count(); ++row) {
      const ModuleRef file{first_before[pack] + row};
      if (before.shadowed(file)) continue;
      ModuleRef& found = after_refs_[static_cast<uint32_t>(file)];
      if (same && !after.shadowed(ModuleRef{*same + row})) {
        found = ModuleRef{*same + row};
        ++matched;
        continue;
      }
      const auto info = before.file(file);
      if (!info) return info.error();
      const auto elsewhere = after.FindFile(info->root, info->path);
      if (!elsewhere) return elsewhere.error();
      if (!*elsewhere) continue;
      found = **elsewhere;
      ++matched;
      others.emplace_back(file, found);
    }
  }
  moves_modules_ |= matched != LiveFiles(before) || matched != LiveFiles(after);
  for (const auto& [file, found] : others) CompareModule(file, found);
  return {};
}

void IndexChange::MatchOthers() {
  for (uint32_t number = before_->index().file_count(); number < before_->module_count();
       ++number) {
    after_refs_[number] = after_->Find(before_->name(ModuleRef{number}));
  }
}

// What searches make of modules.
void IndexChange::ComparePlaces() {
  for (uint32_t number = 0; number < before_->module_count(); ++number) {
    const ModuleRef module{number};
    ModuleRef& found = after_refs_[number];
    const bool same = found != kNoModule && after_->form(found) == before_->form(module) &&
                      after_->is_package(found) == before_->is_package(module) &&
                      after_->reachable(found) == before_->reachable(module) &&
                      after_->name(found) == before_->name(module);
    if (same) continue;
    if (number >= before_->index().file_count()) found = kNoModule;
    inputs_.push_back({DependencyKind::kModule, module});
  }
}

void IndexChange::CompareModule(ModuleRef before, ModuleRef after) {
  const auto info_before = before_->index().file(before);
  const auto info_after = after_->index().file(after);
  // A summary depends on its file's content, and on what made it.
  if (info_before && info_after && info_before->content_hash == info_after->content_hash &&
      before_->index().pack_of(before).info().producer ==
          after_->index().pack_of(after).info().producer) {
    return;
  }
  const auto view_before = before_->index().summary(before);
  const auto view_after = after_->index().summary(after);
  if (!info_before || !info_after || !view_before || !view_after) {
    inputs_.push_back({DependencyKind::kModule, before});
    return;
  }
  const auto prefix = [](const ModuleFinder& finder, ModuleRef module) {
    return finder.is_package(module) ? finder.name(module) + '.' : std::string();
  };
  const std::string prefix_before = prefix(*before_, before);
  const std::string prefix_after = prefix(*after_, after);
  rows_[static_cast<uint32_t>(before)] =
      CompareSummaries(before, {*view_before, prefix_before}, {*view_after, prefix_after}, inputs_);
}

std::optional<Definition> IndexChange::After(Definition before) const {
  const ModuleRef module = After(before.module);
  if (module == kNoModule) return std::nullopt;
  if (before.is_module()) return Definition{module};
  const auto rows = rows_.find(static_cast<uint32_t>(before.module));
  if (rows == rows_.end()) return Definition{module, before.row};
  if (before.row >= rows->second.size() || rows->second[before.row] == kNoRow) return std::nullopt;
  return Definition{module, rows->second[before.row]};
}

bool IndexChange::IsFoundElsewhere(const Dependency& lookup) const {
  ModuleRef module = kNoModule;
  if (lookup.module != kNoModule) {
    module = After(lookup.module);
    if (module == kNoModule) return true;
  }
  const auto find = [&](const ModuleFinder& finder, ModuleRef from) {
    switch (lookup.kind) {
      case DependencyKind::kLookup:
        return finder.FindFrom(from, lookup.row, lookup.name);
      case DependencyKind::kChild:
        return finder.FindChild(from, lookup.name);
      default:
        return finder.FindStub(from);
    }
  };
  const ModuleRef before = find(*before_, lookup.module);
  const ModuleRef after = find(*after_, module);
  if (before == kNoModule || after == kNoModule) return before != after;
  return After(before) != after;
}

}  // namespace coppice
