#include "summaries/pack.h"

#include <algorithm>
#include <utility>

#include "summaries/docs_reader.h"
#include "summaries/module_name.h"
#include "summaries/name_entries.h"
#include "summaries/pack_tables.h"
#include "summaries/try.h"
#include "summaries/wire_bytes.h"

namespace coppice {

using namespace pack_format;

std::string ModuleInfo::name() const { return DottedName(path); }
bool ModuleInfo::is_package() const { return IsPackage(path); }
bool ModuleInfo::is_stub() const { return IsStub(path); }

ModuleId ModuleMatches::Iterator::operator*() const {
  return ModuleId{static_cast<std::uint32_t>(LoadCell(cell_, width_))};
}

std::string_view ModuleDocs::operator[](std::size_t index) const& {
  const std::uint32_t begin = index == 0 ? 0 : ends_[index - 1];
  return std::string_view(text_).substr(begin, ends_[index] - begin);
}

Pack::Pack(std::unique_ptr<PackTables> tables) : tables_(std::move(tables)) {}
Pack::~Pack() = default;

Result<std::shared_ptr<const Pack>> Pack::Open(const std::string& path, OpenMode mode,
                                               Checking checking) {
  auto file = mode == OpenMode::kMapped ? FileBytes::Map(path) : FileBytes::Read(path);
  if (!file) return file.error();
  return Load(std::make_unique<PackTables>(std::move(*file), path), checking);
}

Result<std::shared_ptr<const Pack>> Pack::FromBytes(std::span<const std::byte> bytes,
                                                    std::string label, Checking checking) {
  return Load(std::make_unique<PackTables>(FileBytes::Copy(bytes), std::move(label)), checking);
}

Result<std::shared_ptr<const Pack>> Pack::Load(std::unique_ptr<PackTables> tables,
                                               Checking checking) {
  COPPICE_TRY(tables->Load());
  std::shared_ptr<const Pack> pack(new Pack(std::move(tables)));
  if (checking == Checking::kAll) COPPICE_TRY(pack->Verify());
  return pack;
}

const std::string& Pack::path() const { return tables_->label; }
const PackInfo& Pack::info() const { return tables_->info; }
std::uint32_t Pack::module_count() const { return tables_->toc.module_count; }
std::span<const std::string_view> Pack::roots() const { return tables_->toc.roots; }

Result<std::uint32_t> Pack::CheckedRow(ModuleId id) const {
  const auto row = static_cast<std::uint32_t>(id);
  if (row < module_count()) return row;
  return Error{ErrorCode::kInvalidArgument, path() + ": has no module " + std::to_string(row)};
}

Result<ModuleInfo> Pack::module(ModuleId id) const {
  const auto index = CheckedRow(id);
  if (!index) return index.error();
  const auto row = tables_->Row(*index);
  if (!row) return row.error();
  ModuleInfo info;
  info.root = tables_->toc.roots[row->cells[kRoot]];
  info.path = row->path;
  info.content_hash = {row->cells[kContentLow], row->cells[kContentHigh]};
  info.interface_hash = row->cells[kInterface];
  info.summary_bytes = row->summary_size;
  info.source_bytes = static_cast<std::uint32_t>(row->cells[kSourceBytes]);
  info.lines = static_cast<std::uint32_t>(row->cells[kLines]);
  info.syntax = static_cast<SyntaxState>(row->cells[kFlags] & kFlagSyntaxMask);
  return info;
}

Result<std::span<const std::byte>> Pack::summary_bytes(ModuleId id) const {
  const auto index = CheckedRow(id);
  if (!index) return index.error();
  const auto row = tables_->Row(*index);
  if (!row) return row.error();
  const auto bytes =
      tables_->SectionBytes(kSummaries).subspan(row->summary_begin, row->summary_size);
  if (!tables_->summaries_intact.Has(*index)) {
    if (Hash64(bytes) != row->cells[kSummaryChecksum]) {
      return tables_->DamagedModule(*index, "the summary");
    }
    tables_->summaries_intact.Add(*index);
  }
  return bytes;
}

Result<SummaryView> Pack::summary(ModuleId id) const {
  const auto bytes = summary_bytes(id);
  if (!bytes) return bytes.error();
  const auto index = static_cast<std::uint32_t>(id);
  if (!tables_->summaries_sound.Has(index)) {
    if (const auto sound = SummaryView::Verify(*bytes); !sound) {
      Error error = tables_->DamagedModule(index, "the summary");
      error.code = sound.error().code;  // it may be of another version
      error.message += " (" + sound.error().message + ")";
      return error;
    }
    tables_->summaries_sound.Add(index);
  }
  return SummaryView(*bytes);
}

Result<ModuleDocs> Pack::docs(ModuleId id) const { return DocsReader(*this).Read(id); }

Result<ModuleMatches> Pack::FindModules(std::string_view dotted_name) const {
  const std::uint64_t hash = Hash64(dotted_name);
  const auto range = tables_->ModuleBucket(BucketOf(hash, tables_->toc.module_bucket_bits));
  if (!range) return range.error();
  const std::uint64_t stride = ModuleOrderBytes(tables_->toc);
  const unsigned width = tables_->toc.module_id_width;
  const std::uint64_t size = range->last - range->first;
  const std::byte* const entries =
      tables_->sections[kModuleOrder].Get(range->first * stride, size * stride);
  if (entries == nullptr) return tables_->Damaged("the lookup of modules by name");
  // Modules of one name lie side by side.
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  for (std::uint64_t index = 0; index < size; ++index) {
    const std::byte* const entry = entries + index * stride;
    bool same = entry[0] == static_cast<std::byte>(hash);
    if (same) {
      const auto id = static_cast<std::uint32_t>(LoadCell(entry + 1, width));
      std::size_t path_size = 0;
      const char* const path = id < module_count() ? tables_->Path(id, path_size) : nullptr;
      if (path == nullptr) return tables_->Damaged("the path of module " + std::to_string(id));
      same = HasDottedName({path, path_size}, dotted_name);
    }
    if (same && count++ == 0) first = index;
    if (!same && count != 0) break;
  }
  if (count == 0) return ModuleMatches();
  return ModuleMatches(entries + first * stride + 1, static_cast<std::size_t>(count), width,
                       stride);
}

Result<std::uint32_t> Pack::LowerBound(std::uint32_t root, std::string_view path) const {
  std::uint32_t first = 0;
  std::uint32_t last = module_count();
  while (first < last) {
    const std::uint32_t middle = first + (last - first) / 2;
    const auto row = tables_->Row(middle);
    if (!row) return row.error();
    if (std::pair(row->cells[kRoot], row->path) < std::pair(std::uint64_t{root}, path)) {
      first = middle + 1;
    } else {
      last = middle;
    }
  }
  return first;
}

std::optional<std::uint32_t> Pack::FindRoot(std::string_view root) const {
  const auto& roots = tables_->toc.roots;
  const auto found = std::lower_bound(roots.begin(), roots.end(), root);
  if (found == roots.end() || *found != root) return std::nullopt;
  return static_cast<std::uint32_t>(found - roots.begin());
}

Result<std::optional<ModuleId>> Pack::FindFile(std::string_view root, std::string_view path) const {
  const auto root_index = FindRoot(root);
  if (!root_index) return std::optional<ModuleId>();
  const auto found = LowerBound(*root_index, path);
  if (!found) return found.error();
  if (*found == module_count()) return std::optional<ModuleId>();
  const auto row = tables_->Row(*found);
  if (!row) return row.error();
  if (row->cells[kRoot] != *root_index || row->path != path) return std::optional<ModuleId>();
  return std::optional<ModuleId>(ModuleId{*found});
}

Result<Pack::IdRange> Pack::FindPathPrefix(std::string_view root, std::string_view prefix) const {
  const auto root_index = FindRoot(root);
  if (!root_index) return IdRange{};
  const auto first = LowerBound(*root_index, prefix);
  if (!first) return first.error();
  // The first path behind all that start with `prefix`: its last byte that can be raised, raised.
  std::string behind(prefix);
  while (!behind.empty() && behind.back() == '\xff') behind.pop_back();
  if (!behind.empty()) behind.back() = static_cast<char>(behind.back() + 1);
  const auto last =
      behind.empty() ? LowerBound(*root_index + 1, {}) : LowerBound(*root_index, behind);
  if (!last) return last.error();
  // Rows that somebody put out of order have no lower bounds.
  return IdRange{*first, std::max(*first, *last)};
}

Result<NamePostings> Pack::FindName(std::string_view name) const {
  const auto bucket = tables_->NameBucket(BucketOf(Hash64(name), tables_->toc.name_bucket_bits));
  if (!bucket) return bucket.error();
  NameEntry entry;
  for (const std::uint8_t* at = bucket->begin; at != bucket->end;) {
    if (!ReadNameEntry(at, bucket->end, entry)) {
      return tables_->Damaged("an entry of the name dictionary");
    }
    if (entry.name == name) {
      return NamePostings(entry.postings_begin, entry.postings_end, module_count());
    }
  }
  return NamePostings();
}

}  // namespace coppice
