#include "summaries/pack_writer.h"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "summaries/docs_reader.h"
#include "summaries/docs_writer.h"
#include "summaries/module_name.h"
#include "summaries/name_merge.h"
#include "summaries/output_file.h"
#include "summaries/pack_format.h"
#include "summaries/pack_tables.h"
#include "summaries/try.h"
#include "summaries/unicode.h"
#include "summaries/wire_bytes.h"

namespace coppice {
namespace {

using namespace pack_format;

// Of an older pack's mapping: how much may stay in memory behind what is copied.
constexpr std::uint64_t kReleaseBytes = std::uint64_t{1} << 20;

// A row of the module table before the widths of its columns are known.
struct Row {
  Hash128 content_hash;
  std::uint64_t interface_hash;
  std::uint64_t summary_checksum;
  std::uint64_t path_end;
  std::uint64_t summary_end;
  std::uint64_t docs_end;
  std::uint32_t source_bytes;
  std::uint32_t lines;
  std::uint32_t root;
  std::uint32_t flags;

  std::array<std::uint64_t, kRowColumnCount> cells() const {
    return {content_hash.low,
            content_hash.high,
            interface_hash,
            summary_checksum,
            path_end,
            summary_end / 8,
            docs_end,
            source_bytes,
            lines,
            root,
            flags};
  }
};
static_assert(sizeof(Row) == 72);  // part of what the writer's memory per module is made of

// Writes one section and the checksums of its blocks.
class SectionWriter {
 public:
  SectionWriter(OutputFile& file, std::string& checksums) : file_(file), checksums_(checksums) {}

  Result<void> Begin() {
    COPPICE_TRY(file_.AppendPadding(kSectionAlignment));
    extent_.offset = file_.size();
    return {};
  }
  Result<void> Append(std::string_view bytes) {
    COPPICE_TRY(file_.Append(bytes));
    while (!bytes.empty()) {
      const std::string_view part = bytes.substr(0, kBlockBytes - block_.size());
      block_ += part;
      bytes.remove_prefix(part.size());
      if (block_.size() == kBlockBytes) CloseBlock();
    }
    return {};
  }
  Extent End() {
    if (!block_.empty()) CloseBlock();
    extent_.size = file_.size() - extent_.offset;
    return extent_;
  }

 private:
  void CloseBlock() {
    AppendCell(checksums_, Hash64(block_), 8);
    block_.clear();
  }

  OutputFile& file_;
  std::string& checksums_;
  std::string block_;
  Extent extent_;
};

}  // namespace

std::string PackProducer() {
  // The number is raised when summaries record something else of the same text.
  return "coppice " COPPICE_VERSION ", summaries 2, tree-sitter " COPPICE_TREE_SITTER ", Unicode " +
         std::string(UnicodeVersion()) + ", zstd " + ZSTD_versionString();
}

class PackWriter::Impl {
 public:
  Impl(ReplacementFile target, std::optional<DocsWriter> docs, const PackOptions& options)
      : target_(std::move(target)),
        docs_(std::move(docs)),
        names_(target_.path(), options.name_run_bytes),
        interrupted_(options.interrupted) {}

  Result<void> Add(const ModuleRecord& module, std::span<const std::byte> summary,
                   std::span<const std::string_view> docs, std::span<const NameMention> names);
  Result<void> AddFrom(const std::shared_ptr<const Pack>& older, ModuleId id,
                       const ModuleRecord& module);
  Result<void> AddCopy(std::string_view root, std::string_view path, ModuleId original);
  std::uint32_t module_count() const { return static_cast<std::uint32_t>(rows_.size()); }
  Result<PackInfo> Finish();

  Result<void> Start() { return file().Append(std::string(kMagic).append(56, '\0')); }

  // Passes `result` on. From the first error on nothing is done any more: what was written may lack
  // a part of a module.
  template <class T>
  Result<T> Keep(Result<T> result) {
    if (!result) failure_ = result.error();
    return result;
  }
  void Close() {
    failure_ = Error{ErrorCode::kInvalidArgument, file().label() + ": was finished already"};
  }
  const std::optional<Error>& failure() const { return failure_; }

 private:
  struct Older {
    std::shared_ptr<const Pack> pack;
    DocsReader docs;
    std::uint64_t released = 0;  // of its file
  };

  OutputFile& file() { return target_.file(); }
  Error Invalid(ErrorCode code, const ModuleRecord& module, std::string_view what) {
    return {code, file().label() + ": cannot hold " + std::string(module.root) + "/" +
                      std::string(module.path) + ": " + std::string(what)};
  }
  // An error if the caller asked to stop.
  Result<void> GoOn() {
    if (interrupted_ == nullptr || !interrupted_->load(std::memory_order_relaxed)) return {};
    return Error{ErrorCode::kCancelled, file().label() + ": interrupted; it is as it was"};
  }
  // Checks what comes before anything is written.
  Result<void> Admit(const ModuleRecord& module, std::size_t summary_bytes);
  // Behind the module's parts: its row.
  void AddRow(const ModuleRecord& module, std::span<const std::byte> summary);
  Older& Remember(const std::shared_ptr<const Pack>& older);

  Result<void> WriteDocs();
  Result<void> WriteModules();
  Result<void> WriteModuleLookup();
  Result<void> WriteNames();
  Result<void> WriteNameBuckets();
  Result<void> WriteTocAndHeader();
  Result<void> WriteSection(Section section, std::string_view bytes);
  std::string_view Path(std::uint32_t row) const;

  ReplacementFile target_;
  std::optional<DocsWriter> docs_;
  NameCollector names_;
  const std::atomic<bool>* const interrupted_;
  std::vector<std::string> roots_;
  std::deque<Row> rows_;  // never moved: growing costs no second copy
  std::string paths_;
  std::vector<Older> older_;
  const std::string producer_ = PackProducer();
  TableOfContents toc_;  // views what is above
  Header header_;
  std::string checksums_;
  std::optional<Error> failure_;
};

Result<void> PackWriter::Impl::Admit(const ModuleRecord& module, std::size_t summary_bytes) {
  if (!rows_.empty()) {
    const auto last = std::tuple(std::string_view(roots_.back()), Path(module_count() - 1));
    if (last >= std::tuple(module.root, module.path)) {
      return Invalid(ErrorCode::kInvalidArgument, module, "modules must come in ascending order");
    }
  }
  if (summary_bytes == 0 || summary_bytes % 8 != 0) {
    return Invalid(ErrorCode::kInvalidArgument, module, "its summary is no message");
  }
  if (module.syntax > SyntaxState::kUnknown) {
    return Invalid(ErrorCode::kInvalidArgument, module, "no such syntax state");
  }
  if (rows_.size() == kMaxModules) {
    return Invalid(ErrorCode::kTooLarge, module, "too many modules");
  }
  return {};
}

std::string_view PackWriter::Impl::Path(std::uint32_t row) const {
  const std::uint64_t begin = row == 0 ? 0 : rows_[row - 1].path_end;
  return std::string_view(paths_).substr(begin, rows_[row].path_end - begin);
}

void PackWriter::Impl::AddRow(const ModuleRecord& module, std::span<const std::byte> summary) {
  if (roots_.empty() || roots_.back() != module.root) roots_.emplace_back(module.root);
  paths_ += module.path;
  auto flags = static_cast<std::uint32_t>(module.syntax);
  if (!DottedName(module.path).empty()) flags |= kFlagImportable;
  rows_.push_back({module.content_hash, module.interface_hash, Hash64(summary), paths_.size(),
                   file().size() - kHeaderBytes, docs_ ? docs_->raw_size() : 0, module.source_bytes,
                   module.lines, static_cast<std::uint32_t>(roots_.size() - 1), flags});
  toc_.source_bytes += module.source_bytes;
  toc_.line_count += module.lines;
}

Result<void> PackWriter::Impl::Add(const ModuleRecord& module, std::span<const std::byte> summary,
                                   std::span<const std::string_view> docs,
                                   std::span<const NameMention> names) {
  COPPICE_TRY(Admit(module, summary.size()));
  COPPICE_TRY(file().Append(summary));
  if (docs_) COPPICE_TRY(docs_->Add(docs));
  COPPICE_TRY(names_.Add(module_count(), names));
  AddRow(module, summary);
  return {};
}

PackWriter::Impl::Older& PackWriter::Impl::Remember(const std::shared_ptr<const Pack>& older) {
  for (Older& known : older_) {
    if (known.pack == older) return known;
  }
  return older_.emplace_back(Older{older, DocsReader(*older)});
}

Result<void> PackWriter::Impl::AddFrom(const std::shared_ptr<const Pack>& older, ModuleId id,
                                       const ModuleRecord& module) {
  const auto summary = older->summary_bytes(id);
  if (!summary) return summary.error();
  COPPICE_TRY(Admit(module, summary->size()));
  Older& source = Remember(older);
  COPPICE_TRY(file().Append(*summary));
  if (docs_) {
    const auto docs = source.docs.ReadRaw(id);
    if (!docs) return docs.error();
    COPPICE_TRY(docs_->AddRaw(*docs));
  }
  names_.AddFrom(older, static_cast<std::uint32_t>(id), module_count());
  AddRow(module, *summary);

  const auto offset =
      static_cast<std::uint64_t>(summary->data() - TablesOf(*older).file.bytes().data());
  if (offset >= source.released + kReleaseBytes) {
    TablesOf(*older).file.Release(source.released, offset);
    source.released = offset;
  }
  return {};
}

Result<void> PackWriter::Impl::AddCopy(std::string_view root, std::string_view path,
                                       ModuleId original) {
  const auto id = static_cast<std::uint32_t>(original);
  if (id >= rows_.size()) {
    return Error{ErrorCode::kInvalidArgument,
                 file().label() + ": has no module " + std::to_string(id) + " to copy"};
  }
  const Row& row = rows_[id];
  const ModuleRecord module{.root = root,
                            .path = path,
                            .content_hash = row.content_hash,
                            .interface_hash = row.interface_hash,
                            .syntax = static_cast<SyntaxState>(row.flags & kFlagSyntaxMask),
                            .lines = row.lines,
                            .source_bytes = row.source_bytes};
  const std::uint64_t begin = id == 0 ? 0 : rows_[id - 1].summary_end;
  const std::uint64_t docs_begin = id == 0 ? 0 : rows_[id - 1].docs_end;
  std::vector<std::byte> summary(row.summary_end - begin);
  COPPICE_TRY(Admit(module, summary.size()));
  COPPICE_TRY(file().Flush());
  COPPICE_TRY(file().ReadAt(kHeaderBytes + begin, summary));
  COPPICE_TRY(file().Append(std::span<const std::byte>(summary)));
  if (docs_) {
    const auto docs = docs_->ReadBack(docs_begin, row.docs_end);
    if (!docs) return docs.error();
    COPPICE_TRY(docs_->AddRaw(*docs));
  }
  names_.AddCopy(id, module_count());
  AddRow(module, summary);
  return {};
}

Result<void> PackWriter::Impl::WriteSection(Section section, std::string_view bytes) {
  SectionWriter writer(file(), checksums_);
  COPPICE_TRY(writer.Begin());
  COPPICE_TRY(writer.Append(bytes));
  toc_.sections[section] = writer.End();
  return {};
}

Result<void> PackWriter::Impl::WriteDocs() {
  COPPICE_TRY(file().AppendPadding(kSectionAlignment));
  toc_.sections[kDocs].offset = file().size();
  if (docs_) {
    COPPICE_TRY(docs_->Finish());
    toc_.flags |= kTocHasDocs;
    toc_.docs_raw_bytes = docs_->raw_size();
    COPPICE_TRY(file().AppendFile(docs_->compressed()));
  }
  toc_.sections[kDocs].size = file().size() - toc_.sections[kDocs].offset;
  return WriteSection(kDocsBlocks, docs_ ? docs_->block_rows() : std::string_view());
}

Result<void> PackWriter::Impl::WriteModules() {
  COPPICE_TRY(WriteSection(kPaths, paths_));
  std::array<std::uint64_t, kRowColumnCount> largest{};
  for (const Row& row : rows_) {
    const auto cells = row.cells();
    for (std::size_t column = 0; column < kRowColumnCount; ++column) {
      largest[column] = std::max(largest[column], cells[column]);
    }
  }
  for (std::size_t column = 0; column < kRowColumnCount; ++column) {
    toc_.column_widths[column] =
        static_cast<std::uint8_t>(column <= kSummaryChecksum ? 8 : CellWidth(largest[column]));
  }
  SectionWriter writer(file(), checksums_);
  COPPICE_TRY(writer.Begin());
  std::string bytes;
  for (const Row& row : rows_) {
    bytes.clear();
    const auto cells = row.cells();
    for (std::size_t column = 0; column < kRowColumnCount; ++column) {
      AppendCell(bytes, cells[column], toc_.column_widths[column]);
    }
    COPPICE_TRY(writer.Append(bytes));
  }
  toc_.sections[kModules] = writer.End();
  toc_.module_count = module_count();
  return {};
}

Result<void> PackWriter::Impl::WriteModuleLookup() {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
  for (std::uint32_t row = 0; row < rows_.size(); ++row) {
    if ((rows_[row].flags & kFlagImportable) != 0) {
      order.emplace_back(Hash64(DottedName(Path(row))), row);
    }
  }
  std::sort(order.begin(), order.end(), [this](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first < b.first;
    // Nearly always one name; different ones of equal hash must not mix.
    const auto name_a = DottedName(Path(a.second));
    const auto name_b = DottedName(Path(b.second));
    return std::tie(name_a, a.second) < std::tie(name_b, b.second);
  });
  toc_.importable_count = static_cast<std::uint32_t>(order.size());
  const unsigned bits = BucketBits(order.size(), kModuleBucketFill);
  toc_.module_bucket_bits = static_cast<std::uint8_t>(bits);
  toc_.module_bucket_width = static_cast<std::uint8_t>(CellWidth(order.size()));
  toc_.module_id_width = static_cast<std::uint8_t>(CellWidth(rows_.empty() ? 0 : rows_.size() - 1));

  SectionWriter buckets(file(), checksums_);
  COPPICE_TRY(buckets.Begin());
  std::string cell;
  std::size_t end = 0;
  for (std::uint64_t bucket = 0; bucket >> bits == 0; ++bucket) {
    while (end < order.size() && BucketOf(order[end].first, bits) == bucket) ++end;
    cell.clear();
    AppendCell(cell, end, toc_.module_bucket_width);
    COPPICE_TRY(buckets.Append(cell));
  }
  toc_.sections[kModuleBuckets] = buckets.End();

  SectionWriter rows(file(), checksums_);
  COPPICE_TRY(rows.Begin());
  for (const auto& [hash, row] : order) {
    cell.clear();
    AppendCell(cell, hash & 0xff, 1);
    AppendCell(cell, row, toc_.module_id_width);
    COPPICE_TRY(rows.Append(cell));
  }
  toc_.sections[kModuleOrder] = rows.End();
  return {};
}

Result<void> PackWriter::Impl::WriteNames() {
  auto names = names_.Merge();
  if (!names) return names.error();
  SectionWriter writer(file(), checksums_);
  COPPICE_TRY(writer.Begin());
  std::string entry;
  std::string scratch;
  while (true) {
    const auto more = (*names)->Next();
    if (!more) return more.error();
    if (!*more) break;
    COPPICE_TRY(GoOn());
    entry.clear();
    AppendNameEntry(entry, (*names)->name(), (*names)->codes(), scratch);
    COPPICE_TRY(writer.Append(entry));
    ++toc_.name_count;
    toc_.posting_count += (*names)->codes().size();
  }
  toc_.sections[kNames] = writer.End();
  return {};
}

// The number of buckets follows from that of names, which is known only now: the dictionary is read
// back, rather than kept.
Result<void> PackWriter::Impl::WriteNameBuckets() {
  const Extent names = toc_.sections[kNames];
  const unsigned bits = BucketBits(toc_.name_count, kNameBucketFill);
  toc_.name_bucket_bits = static_cast<std::uint8_t>(bits);
  toc_.name_bucket_width = static_cast<std::uint8_t>(CellWidth(names.size));
  SectionWriter writer(file(), checksums_);
  COPPICE_TRY(writer.Begin());
  COPPICE_TRY(file().Flush());
  NameRun run(file(), names.offset, names.offset + names.size);
  std::uint64_t bucket = 0;
  std::uint64_t end = 0;  // of the entries so far
  std::string cell;
  const auto close_buckets = [&](std::uint64_t next) -> Result<void> {
    for (; bucket < next; ++bucket) {
      cell.clear();
      AppendCell(cell, end, toc_.name_bucket_width);
      COPPICE_TRY(writer.Append(cell));
    }
    return {};
  };
  while (true) {
    const auto more = run.Next();
    if (!more) return more.error();
    if (!*more) break;
    COPPICE_TRY(GoOn());
    COPPICE_TRY(close_buckets(BucketOf(run.hash(), bits)));
    end = run.position() - names.offset;
  }
  COPPICE_TRY(close_buckets(std::uint64_t{1} << bits));
  toc_.sections[kNameBuckets] = writer.End();
  return {};
}

Result<void> PackWriter::Impl::WriteTocAndHeader() {
  COPPICE_TRY(file().AppendPadding(kSectionAlignment));
  toc_.producer = producer_;
  toc_.roots.assign(roots_.begin(), roots_.end());
  toc_.block_checksums = std::as_bytes(std::span(checksums_));
  const std::string contents = EncodeToc(toc_);
  header_.toc_offset = file().size();
  header_.toc_bytes = contents.size();
  header_.toc_hash = HashContent(contents);
  header_.file_bytes = header_.toc_offset + header_.toc_bytes;
  COPPICE_TRY(file().Append(contents));
  return file().OverwriteAt(0, EncodeHeader(header_));
}

Result<PackInfo> PackWriter::Impl::Finish() {
  toc_.sections[kSummaries] = {kHeaderBytes, file().size() - kHeaderBytes};
  for (const auto write : {&Impl::WriteDocs, &Impl::WriteModules, &Impl::WriteModuleLookup,
                           &Impl::WriteNames, &Impl::WriteNameBuckets, &Impl::WriteTocAndHeader}) {
    COPPICE_TRY(GoOn());
    COPPICE_TRY((this->*write)());
  }
  COPPICE_TRY(GoOn());
  const PackInfo info = MakePackInfo(header_, toc_);
  COPPICE_TRY(target_.Commit());
  return info;
}

Result<PackWriter> PackWriter::Create(const std::string& path, const PackOptions& options) {
  auto target = ReplacementFile::Create(path, kMagic);
  if (!target) return target.error();
  std::optional<DocsWriter> docs;
  if (options.docs) {
    auto created = DocsWriter::Create(target->path());
    if (!created) return created.error();
    docs.emplace(std::move(*created));
  }
  auto impl = std::make_unique<Impl>(std::move(*target), std::move(docs), options);
  COPPICE_TRY(impl->Start());
  return PackWriter(std::move(impl));
}

PackWriter::PackWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PackWriter::PackWriter(PackWriter&&) noexcept = default;
PackWriter& PackWriter::operator=(PackWriter&&) noexcept = default;
PackWriter::~PackWriter() = default;

Result<void> PackWriter::Add(const ModuleRecord& module, std::span<const std::byte> summary,
                             std::span<const std::string_view> docs,
                             std::span<const NameMention> names) {
  if (impl_->failure()) return *impl_->failure();
  return impl_->Keep(impl_->Add(module, summary, docs, names));
}

Result<void> PackWriter::AddFrom(const std::shared_ptr<const Pack>& older, ModuleId id,
                                 const ModuleRecord& module) {
  if (impl_->failure()) return *impl_->failure();
  return impl_->Keep(impl_->AddFrom(older, id, module));
}

Result<void> PackWriter::AddCopy(std::string_view root, std::string_view path, ModuleId original) {
  if (impl_->failure()) return *impl_->failure();
  return impl_->Keep(impl_->AddCopy(root, path, original));
}

std::uint32_t PackWriter::module_count() const { return impl_->module_count(); }

Result<PackInfo> PackWriter::Finish() {
  if (impl_->failure()) return *impl_->failure();
  auto info = impl_->Keep(impl_->Finish());
  if (info) impl_->Close();
  return info;
}

}  // namespace coppice
