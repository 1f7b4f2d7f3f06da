#include "summaries/name_merge.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>

#include "summaries/hash.h"
#include "summaries/pack_tables.h"
#include "summaries/try.h"

namespace coppice {
namespace {

constexpr std::size_t kRunBufferBytes = std::size_t{16} << 10;
constexpr std::size_t kMaxRuns = 64;  // times the buffer: 1 MiB
// Of an older pack's dictionary, kept in memory behind what is being read.
constexpr std::uint64_t kReleaseBytes = std::uint64_t{1} << 20;

// The modules here that are known by what is said of a module elsewhere.
class ModuleMap {
 public:
  using Pair = std::pair<std::uint32_t, std::uint32_t>;  // there, here

  // Every module there is below `modules`.
  ModuleMap(std::vector<Pair> pairs, std::size_t modules)
      : pairs_(std::move(pairs)), first_(modules + 1) {
    std::sort(pairs_.begin(), pairs_.end());
    for (const Pair& pair : pairs_) ++first_[pair.first + 1];
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
  }

  // Ascending.
  std::span<const Pair> Of(std::uint32_t module) const {
    if (module + std::size_t{1} >= first_.size()) return {};
    return std::span(pairs_).subspan(first_[module], first_[module + 1] - first_[module]);
  }

 private:
  std::vector<Pair> pairs_;
  std::vector<std::uint32_t> first_;  // by module there: its first in pairs_
};

// What an older pack's dictionary says of modules that were taken over.
class OlderNames final : public NameSource {
 public:
  // `modules`: pairs of (id in the pack, id here).
  OlderNames(std::shared_ptr<const Pack> pack, std::vector<ModuleMap::Pair> modules)
      : pack_(std::move(pack)),
        walker_(TablesOf(*pack_)),
        modules_(std::move(modules), pack_->module_count()) {}

  Result<bool> Next() override {
    do {
      auto more = walker_.Next();
      if (!more || !*more) return more;
      Release();
      const std::uint64_t last_hash = hash_;
      const std::string_view last_name = name_;
      name_ = walker_.entry().name;
      hash_ = Hash64(name_);
      if (started_ && std::tie(hash_, name_) <= std::tie(last_hash, last_name)) {
        return TablesOf(*pack_).Damaged("the order of the name dictionary");
      }
      started_ = true;
      codes_.clear();
      for (const NamePosting& posting : walker_.postings()) {
        for (const auto& [old_id, id] : modules_.Of(static_cast<std::uint32_t>(posting.module))) {
          codes_.push_back(MakePostingCode(id, posting.defined));
        }
      }
    } while (codes_.empty());
    if (!std::is_sorted(codes_.begin(), codes_.end())) std::sort(codes_.begin(), codes_.end());
    return true;
  }

 private:
  void Release() {
    const std::uint64_t position = walker_.position();
    if (position < released_ + 2 * kReleaseBytes) return;
    const std::uint64_t offset = TablesOf(*pack_).toc.sections[pack_format::kNames].offset;
    TablesOf(*pack_).file.Release(offset + released_, offset + position - kReleaseBytes);
    released_ = position - kReleaseBytes;
  }

  std::shared_ptr<const Pack> pack_;
  NameWalker walker_;
  ModuleMap modules_;
  std::uint64_t released_ = 0;
  bool started_ = false;
};

class MergedNames final : public NameSource {
 public:
  explicit MergedNames(std::vector<std::unique_ptr<NameSource>> sources)
      : sources_(std::move(sources)) {
    for (const auto& source : sources_) current_.push_back(source.get());
  }

  Result<bool> Next() override {
    for (NameSource* const source : current_) {
      auto more = source->Next();
      if (!more) return more;
      if (!*more) continue;
      heap_.push_back(source);
      std::push_heap(heap_.begin(), heap_.end(), After);
    }
    current_.clear();
    if (heap_.empty()) return false;
    Take();
    hash_ = current_[0]->hash();
    name_ = current_[0]->name();
    codes_.assign(current_[0]->codes().begin(), current_[0]->codes().end());
    while (!heap_.empty() && heap_[0]->hash() == hash_ && heap_[0]->name() == name_) {
      const auto more = heap_[0]->codes();
      codes_.insert(codes_.end(), more.begin(), more.end());
      Take();
    }
    if (current_.size() > 1) Unite();
    return true;
  }

 private:
  static bool After(const NameSource* a, const NameSource* b) {
    return a->hash() != b->hash() ? a->hash() > b->hash() : a->name() > b->name();
  }
  void Take() {
    std::pop_heap(heap_.begin(), heap_.end(), After);
    current_.push_back(heap_.back());
    heap_.pop_back();
  }
  // Sorts and leaves one code of each module: the one that defines the name, if there is one.
  void Unite() {
    std::sort(codes_.begin(), codes_.end());
    std::size_t kept = 0;
    for (const PostingCode code : codes_) {
      if (kept != 0 && codes_[kept - 1] / 2 == code / 2) --kept;
      codes_[kept++] = code;
    }
    codes_.resize(kept);
  }

  std::vector<std::unique_ptr<NameSource>> sources_;
  std::vector<NameSource*> heap_;
  std::vector<NameSource*> current_;  // whose name is the one that this one stands at
};

// Names of originals are also those of their copies.
class CopiedNames final : public NameSource {
 public:
  // `copies`: pairs of (original, copy). Originals are below `modules`.
  CopiedNames(std::unique_ptr<NameSource> source, std::vector<ModuleMap::Pair> copies,
              std::size_t modules)
      : source_(std::move(source)), copies_(std::move(copies), modules) {}

  Result<bool> Next() override {
    auto more = source_->Next();
    if (!more || !*more) return more;
    hash_ = source_->hash();
    name_ = source_->name();
    codes_.assign(source_->codes().begin(), source_->codes().end());
    for (const PostingCode code : source_->codes()) {
      for (const auto& [original, copy] : copies_.Of(static_cast<std::uint32_t>(code / 2))) {
        codes_.push_back(MakePostingCode(copy, code % 2 != 0));
      }
    }
    if (codes_.size() != source_->codes().size()) std::sort(codes_.begin(), codes_.end());
    return true;
  }

 private:
  std::unique_ptr<NameSource> source_;
  ModuleMap copies_;
};

}  // namespace

Result<void> NameCollector::Add(std::uint32_t module, std::span<const NameMention> names) {
  for (const NameMention& mention : names) {
    const std::size_t size = text_.size() + records_.size() * sizeof(Record);
    if (size + mention.name.size() >= run_bytes_) COPPICE_TRY(Spill());
    if (mention.name.size() > std::numeric_limits<std::uint32_t>::max()) {
      return Error{ErrorCode::kTooLarge, path_ + ": a name is longer than 4 GiB"};
    }
    records_.push_back({Hash64(mention.name), static_cast<std::uint32_t>(text_.size()),
                        static_cast<std::uint32_t>(mention.name.size()),
                        MakePostingCode(module, mention.defined)});
    text_ += mention.name;
  }
  return {};
}

void NameCollector::AddFrom(const std::shared_ptr<const Pack>& older, std::uint32_t old_id,
                            std::uint32_t module) {
  const auto found = std::find_if(older_.begin(), older_.end(),
                                  [&](const Older& known) { return known.pack == older; });
  Older& entry = found != older_.end() ? *found : older_.emplace_back(Older{older, {}});
  entry.modules.emplace_back(old_id, module);
}

void NameCollector::AddCopy(std::uint32_t original, std::uint32_t copy) {
  const auto itself = std::lower_bound(
      copies_.begin(), copies_.end(), original,
      [](const auto& entry, std::uint32_t module) { return entry.second < module; });
  const bool is_copy = itself != copies_.end() && itself->second == original;
  copies_.emplace_back(is_copy ? itself->first : original, copy);
}

// By hash, name and code. Names are not compared but where hashes are the same for more than one.
void NameCollector::SortRecords() {
  std::sort(records_.begin(), records_.end(), [](const Record& a, const Record& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.code < b.code;
  });
  for (auto first = records_.begin(); first != records_.end();) {
    const auto last = std::find_if(first, records_.end(),
                                   [&](const Record& other) { return other.hash != first->hash; });
    const auto differs = [&](const Record& other) { return NameOf(other) != NameOf(*first); };
    if (std::any_of(first, last, differs)) {
      std::stable_sort(first, last,
                       [this](const Record& a, const Record& b) { return NameOf(a) < NameOf(b); });
    }
    first = last;
  }
}

Result<void> NameCollector::Spill() {
  if (records_.empty()) return {};
  if (runs_.size() == kMaxRuns) COPPICE_TRY(Compact());
  SortRecords();
  if (!runs_file_) {
    auto file = OutputFile::CreateUnnamed(path_);
    if (!file) return file.error();
    runs_file_ = std::make_unique<OutputFile>(std::move(*file));
  }
  const std::uint64_t begin = runs_file_->size();
  std::vector<PostingCode> codes;
  std::string entry;
  std::string scratch;
  for (std::size_t index = 0; index < records_.size();) {
    const Record& first = records_[index];
    codes.clear();
    for (; index < records_.size() && records_[index].hash == first.hash &&
           NameOf(records_[index]) == NameOf(first);
         ++index) {
      const PostingCode code = records_[index].code;
      if (!codes.empty() && codes.back() / 2 == code / 2) codes.pop_back();
      codes.push_back(code);
    }
    entry.clear();
    AppendNameEntry(entry, NameOf(first), codes, scratch);
    COPPICE_TRY(runs_file_->Append(entry));
  }
  runs_.push_back({begin, runs_file_->size()});
  records_.clear();
  text_.clear();
  return {};
}

Result<std::vector<std::unique_ptr<NameSource>>> NameCollector::OpenRuns() {
  std::vector<std::unique_ptr<NameSource>> sources;
  if (runs_file_) COPPICE_TRY(runs_file_->Flush());
  for (const Run& run : runs_) {
    sources.push_back(std::make_unique<NameRun>(*runs_file_, run.begin, run.end));
  }
  return sources;
}

Result<void> NameCollector::Compact() {
  auto sources = OpenRuns();
  if (!sources) return sources.error();
  MergedNames merged(std::move(*sources));
  auto file = OutputFile::CreateUnnamed(path_);
  if (!file) return file.error();
  std::string entry;
  std::string scratch;
  while (true) {
    const auto more = merged.Next();
    if (!more) return more.error();
    if (!*more) break;
    entry.clear();
    AppendNameEntry(entry, merged.name(), merged.codes(), scratch);
    COPPICE_TRY(file->Append(entry));
  }
  runs_ = {{0, file->size()}};
  *runs_file_ = std::move(*file);
  return {};
}

Result<std::unique_ptr<NameSource>> NameCollector::Merge() {
  COPPICE_TRY(Spill());
  records_ = {};
  text_ = {};
  auto sources = OpenRuns();
  if (!sources) return sources.error();
  for (Older& older : older_) {
    sources->push_back(
        std::make_unique<OlderNames>(std::move(older.pack), std::move(older.modules)));
  }
  older_.clear();
  std::unique_ptr<NameSource> all = std::make_unique<MergedNames>(std::move(*sources));
  if (!copies_.empty()) {
    // Each copy comes after its original.
    const std::size_t last = copies_.back().second;
    all = std::make_unique<CopiedNames>(std::move(all), std::move(copies_), last);
  }
  return all;
}

Result<void> NameRun::Refill() {
  buffer_.erase(0, used_);
  used_ = 0;
  const std::size_t kept = buffer_.size();
  // Twice as much as did not suffice, so that any entry fits in the end.
  const std::size_t wanted = std::max(kRunBufferBytes, kept * 2);
  buffer_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(wanted, kept + (end_ - next_))));
  COPPICE_TRY(file_.ReadAt(next_, std::as_writable_bytes(std::span(buffer_)).subspan(kept)));
  next_ += buffer_.size() - kept;
  return {};
}

Result<bool> NameRun::Next() {
  NameEntry entry;
  while (true) {
    if (used_ == buffer_.size() && next_ == end_) return false;
    const auto* const begin = reinterpret_cast<const std::uint8_t*>(buffer_.data()) + used_;
    const auto* at = begin;
    const auto* const end = reinterpret_cast<const std::uint8_t*>(buffer_.data()) + buffer_.size();
    if (ReadNameEntry(at, end, entry)) {
      used_ += static_cast<std::size_t>(at - begin);
      break;
    }
    if (next_ == end_) return file_.IoError("read back what was written", EIO);
    COPPICE_TRY(Refill());
  }
  name_ = entry.name;
  hash_ = Hash64(name_);
  codes_.clear();
  // A temporary run knows no number of modules.
  const NamePostings postings(entry.postings_begin, entry.postings_end,
                              std::numeric_limits<std::uint32_t>::max());
  for (const NamePosting& posting : postings) {
    codes_.push_back(MakePostingCode(static_cast<std::uint32_t>(posting.module), posting.defined));
  }
  return true;
}

}  // namespace coppice
