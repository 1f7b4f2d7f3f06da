#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "summaries/docs_reader.h"
#include "summaries/module_name.h"
#include "summaries/name_entries.h"
#include "summaries/pack.h"
#include "summaries/pack_tables.h"
#include "summaries/try.h"
#include "summaries/wire_bytes.h"

namespace coppice {
namespace {

using namespace pack_format;

// Everything that opening a pack leaves for later, and what only holds between tables.
class Verifier {
 public:
  explicit Verifier(const Pack& pack) : pack_(pack), tables_(TablesOf(pack)) {}

  Result<void> Run() {
    COPPICE_TRY(CheckBytes());
    COPPICE_TRY(CheckModules());
    COPPICE_TRY(CheckModuleLookup());
    COPPICE_TRY(CheckNames());
    return CheckDocs();
  }

  Result<void> RunChecksums() {
    COPPICE_TRY(CheckBytes());
    const Extent summaries = tables_.toc.sections[kSummaries];
    const std::byte* const first = tables_.SectionBytes(kSummaries).data();
    std::uint64_t released = 0;
    for (std::uint32_t id = 0; id < pack_.module_count(); ++id) {
      const auto bytes = pack_.summary_bytes(ModuleId{id});
      if (!bytes) return bytes.error();
      const auto end = static_cast<std::uint64_t>(bytes->data() + bytes->size() - first);
      if (end - released < kReleasedBytes) continue;
      tables_.file.Release(summaries.offset + released, summaries.offset + end);
      released = end;
    }
    for (std::uint64_t index = 0; index < tables_.docs_block_count(); ++index) {
      const auto block = tables_.GetDocsBlock(index);
      if (!block) return block.error();
      if (Hash64(block->compressed) != block->checksum) {
        return tables_.Damaged("a block of docstrings");
      }
    }
    const Extent docs = tables_.toc.sections[kDocs];
    tables_.file.Release(docs.offset, docs.offset + docs.size);
    return {};
  }

 private:
  static constexpr std::uint64_t kReleasedBytes = std::uint64_t{4} << 20;

  // Blocks against their checksums, and that what lies between sections is zero.
  Result<void> CheckBytes() {
    for (std::uint32_t section = 0; section < kSectionCount; ++section) {
      const Extent extent = tables_.toc.sections[section];
      const std::uint64_t next = section + 1 < kSectionCount
                                     ? tables_.toc.sections[section + 1].offset
                                     : tables_.header.toc_offset;
      const std::uint64_t end = extent.offset + extent.size;
      for (const std::byte padding : tables_.file.bytes().subspan(end, next - end)) {
        if (padding != std::byte{0}) return tables_.Damaged("padding");
      }
      if (!HasBlockChecksums(section)) continue;
      for (std::uint64_t at = 0; at < extent.size; at += kBlockBytes) {
        const std::uint64_t size = std::min<std::uint64_t>(kBlockBytes, extent.size - at);
        if (tables_.sections[section].Get(at, size) == nullptr) {
          return tables_.Damaged("a block of section " + std::to_string(section));
        }
      }
    }
    return {};
  }

  Result<void> CheckModules() {
    ModuleRow last;
    std::uint64_t source_bytes = 0;
    std::uint64_t line_count = 0;
    for (std::uint32_t id = 0; id < pack_.module_count(); ++id) {
      const auto row = tables_.Row(id);
      if (!row) return row.error();
      const std::uint64_t root = row->cells[kRoot];
      const std::uint64_t last_root = last.cells[kRoot];
      const bool in_order = id == 0             ? root == 0
                            : root == last_root ? last.path < row->path
                                                : root == last_root + 1;
      if (!in_order) return tables_.Damaged("the order of the module table");
      if (row->importable() != !DottedName(row->path).empty()) {
        return tables_.DamagedModule(id, "the row");
      }
      importable_ += row->importable() ? 1 : 0;
      source_bytes += row->cells[kSourceBytes];
      line_count += row->cells[kLines];
      const auto summary = pack_.summary(ModuleId{id});
      if (!summary) return summary.error();
      if (summary->InterfaceHash() != row->cells[kInterface]) {
        return tables_.DamagedModule(id, "the interface hash");
      }
      last = *row;
    }
    const std::uint64_t roots = pack_.module_count() == 0 ? 0 : last.cells[kRoot] + 1;
    const auto size = [this](Section section) { return tables_.toc.sections[section].size; };
    if (roots != tables_.toc.roots.size() || last.cells[kPathEnd] != size(kPaths) ||
        last.cells[kSummaryEnd] * 8 != size(kSummaries) ||
        last.cells[kDocsEnd] != tables_.toc.docs_raw_bytes ||
        source_bytes != tables_.toc.source_bytes || line_count != tables_.toc.line_count ||
        importable_ != tables_.toc.importable_count) {
      return tables_.Damaged("the sums of the module table");
    }
    return {};
  }

  // Every importable module stands once in the lookup, in order, in the bucket of its name. As many
  // stand there as there are, so that strictly ascending ones are all.
  Result<void> CheckModuleLookup() {
    const auto& toc = tables_.toc;
    std::uint64_t next = 0;
    std::tuple<std::uint64_t, std::string, std::uint32_t> last;
    for (std::uint64_t bucket = 0; bucket >> toc.module_bucket_bits == 0; ++bucket) {
      const auto range = tables_.ModuleBucket(bucket);
      if (!range) return range.error();
      if (range->first != next) return tables_.Damaged("the lookup of modules by name");
      for (; next < range->last; ++next) {
        const std::uint64_t stride = ModuleOrderBytes(toc);
        const std::byte* const cell = tables_.sections[kModuleOrder].Get(next * stride, stride);
        if (cell == nullptr) return tables_.Damaged("the lookup of modules by name");
        const auto id = static_cast<std::uint32_t>(LoadCell(cell + 1, toc.module_id_width));
        if (id >= toc.module_count) return tables_.Damaged("the lookup of modules by name");
        const auto row = tables_.Row(id);
        if (!row) return row.error();
        std::string name = DottedName(row->path);
        const std::uint64_t hash = Hash64(name);
        std::tuple entry(hash, std::move(name), id);
        if (!row->importable() || cell[0] != static_cast<std::byte>(hash) ||
            BucketOf(hash, toc.module_bucket_bits) != bucket || (next != 0 && last >= entry)) {
          return tables_.DamagedModule(id, "the lookup by name");
        }
        last = std::move(entry);
      }
    }
    if (next != toc.importable_count) return tables_.Damaged("the lookup of modules by name");
    return {};
  }

  Result<void> CheckNames() {
    const auto& toc = tables_.toc;
    NameWalker walker(tables_);
    std::uint64_t names = 0;
    std::uint64_t postings = 0;
    std::uint64_t last_hash = 0;
    std::string last_name;
    while (true) {
      const auto more = walker.Next();
      if (!more) return more.error();
      if (!*more) break;
      const NameEntry& entry = walker.entry();
      const std::uint64_t hash = Hash64(entry.name);
      const bool in_order = names == 0 || std::pair(last_hash, std::string_view(last_name)) <
                                              std::pair(hash, entry.name);
      if (!in_order || BucketOf(hash, toc.name_bucket_bits) != walker.bucket() ||
          !CountPostings(entry, postings)) {
        return tables_.Damaged("an entry of the name dictionary");
      }
      last_hash = hash;
      last_name = entry.name;
      ++names;
    }
    std::uint64_t end = 0;
    for (std::uint64_t bucket = 0; bucket >> toc.name_bucket_bits == 0; ++bucket) {
      const auto range = tables_.NameBucket(bucket);
      if (!range) return range.error();
      if (range->end_offset - static_cast<std::uint64_t>(range->end - range->begin) != end) {
        return tables_.Damaged("the buckets of the name dictionary");
      }
      end = range->end_offset;
    }
    if (names != toc.name_count || postings != toc.posting_count ||
        end != toc.sections[kNames].size) {
      return tables_.Damaged("the sums of the name dictionary");
    }
    return {};
  }

  // Adds the postings of an entry to `count`. False if they are none, or more than postings.
  bool CountPostings(const NameEntry& entry, std::uint64_t& count) const {
    std::uint64_t first_free = 0;
    for (const std::uint8_t* at = entry.postings_begin; at != entry.postings_end; ++count) {
      std::uint64_t code = 0;
      if (!ReadVarint(at, entry.postings_end, code)) return false;
      if (code / 2 >= pack_.module_count() || first_free + code / 2 >= pack_.module_count()) {
        return false;
      }
      first_free += code / 2 + 1;
    }
    return entry.postings_begin != entry.postings_end;
  }

  Result<void> CheckDocs() {
    if (!pack_.info().has_docs) return {};
    // Every block begins where the one before it ends: left to see is where the last one does.
    std::uint64_t raw_end = 0;
    std::uint64_t end = 0;
    for (std::uint64_t index = 0; index < tables_.docs_block_count(); ++index) {
      const auto block = tables_.GetDocsBlock(index);
      if (!block) return block.error();
      raw_end = block->raw_end;
      end += block->compressed.size();
    }
    if (raw_end != tables_.toc.docs_raw_bytes || end != tables_.toc.sections[kDocs].size) {
      return tables_.Damaged("the table of docstring blocks");
    }
    // Between them the modules read all of every block.
    DocsReader reader(pack_);
    for (std::uint32_t id = 0; id < pack_.module_count(); ++id) {
      const auto docs = reader.Read(ModuleId{id});
      if (!docs) return docs.error();
      const auto summary = pack_.summary(ModuleId{id});
      if (!summary) return summary.error();
      if (docs->size() != summary->doc_count()) {
        return tables_.DamagedModule(id, "the number of docstrings");
      }
    }
    return {};
  }

  const Pack& pack_;
  const PackTables& tables_;
  std::uint64_t importable_ = 0;
};

}  // namespace

Result<void> Pack::Verify() const { return Verifier(*this).Run(); }
Result<void> Pack::VerifyChecksums() const { return Verifier(*this).RunChecksums(); }

}  // namespace coppice
