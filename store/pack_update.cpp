#include "store/pack_update.h"

#include <span>
#include <utility>

#include "summaries/try.h"

namespace coppice {
namespace {

// What a module built now and one of an old pack are both known by.
template <class Module>
ModuleRecord RecordOf(std::string_view root, std::string_view path, const Module& module) {
  ModuleRecord record;
  record.root = root;
  record.path = path;
  record.content_hash = module.content_hash;
  record.interface_hash = module.interface_hash;
  record.syntax = module.syntax;
  record.lines = module.lines;
  record.source_bytes = module.source_bytes;
  return record;
}

}  // namespace

PackUpdate::PackUpdate(std::string path, const PackOptions& options,
                       std::shared_ptr<const Pack> old)
    : path_(std::move(path)), options_(options), old_(std::move(old)) {}

Result<ModuleId> PackUpdate::Add(std::string_view root, std::string_view path,
                                 const BuiltModule& module) {
  COPPICE_TRY(StartWriting());
  Count(module.syntax);
  const ModuleId id{writer_->module_count()};
  COPPICE_TRY(writer_->Add(RecordOf(root, path, module), std::as_bytes(module.summary), module.docs,
                           module.names));
  return id;
}

Result<void> PackUpdate::AddCopy(std::string_view root, std::string_view path, ModuleId original,
                                 SyntaxState syntax) {
  Count(syntax);
  return writer_->AddCopy(root, path, original);
}

Result<void> PackUpdate::Reuse(std::string_view root, std::string_view path, ModuleId id) {
  Result<ModuleInfo> module = old_->module(id);
  if (!module) return module.error();
  module->root = root;
  module->path = path;
  Count(module->syntax);
  if (!writer_) {
    const Result<bool> same = IsNextOfOld(*module);
    if (!same) return same.error();
    if (*same) {
      ++same_;
      return {};
    }
  }
  COPPICE_TRY(StartWriting());
  return CopyFromOld(*module, id);
}

Result<bool> PackUpdate::IsNextOfOld(const ModuleInfo& module) const {
  if (same_ == old_->module_count()) return false;
  const Result<ModuleInfo> next = old_->module(ModuleId{same_});
  if (!next) return next.error();
  return next->root == module.root && next->path == module.path &&
         next->content_hash == module.content_hash;
}

Result<PackInfo> PackUpdate::Finish() {
  const bool same = !writer_ && old_ != nullptr && same_ == old_->module_count() &&
                    old_->info().has_docs == options_.docs;
  if (same) return old_->info();
  COPPICE_TRY(StartWriting());
  return writer_->Finish();
}

void PackUpdate::Count(SyntaxState syntax) {
  if (syntax == SyntaxState::kErrors) ++modules_with_errors_;
  if (syntax == SyntaxState::kUnknown) ++modules_undecodable_;
}

Result<void> PackUpdate::StartWriting() {
  if (writer_) return {};
  Result<PackWriter> writer = PackWriter::Create(path_, options_);
  if (!writer) return writer.error();
  writer_.emplace(std::move(*writer));
  for (std::uint32_t row = 0; row < same_; ++row) {
    const ModuleId id{row};
    const Result<ModuleInfo> module = old_->module(id);
    if (!module) return module.error();
    COPPICE_TRY(CopyFromOld(*module, id));
  }
  return {};
}

Result<void> PackUpdate::CopyFromOld(const ModuleInfo& module, ModuleId id) {
  return writer_->AddFrom(old_, id, RecordOf(module.root, module.path, module));
}

}  // namespace coppice
