#include "store/index_run.h"

#include <algorithm>
#include <exception>
#include <new>
#include <thread>
#include <utility>
#include <vector>

namespace coppice {
namespace {

// Results that wait for their turn: enough that one large file does not stop the others.
constexpr std::size_t kWindowBytes = std::size_t{8} << 20;
constexpr std::size_t kWindowFiles = 4096;

}  // namespace

IndexRun::IndexRun(const IndexOptions& options, const FileSystem& files, const Discovery& discovery,
                   const IndexPlan& plan, PackUpdate& update, SidecarWriter& sidecar,
                   IndexReport& report, ProgressSink* progress)
    : options_(options),
      files_(files),
      discovery_(discovery),
      plan_(plan),
      update_(update),
      sidecar_(sidecar),
      report_(report),
      progress_(progress),
      scratch_(options.scratch_bytes) {
  done_.files_total = discovery.files.size();
  done_.bytes_total = plan.read_bytes;
}

Result<void> IndexRun::Run(unsigned jobs) {
  // A thread costs a parser with its tables and buffers: none without work for it.
  const auto useful =
      static_cast<unsigned>(std::clamp<std::uint64_t>(plan_.read_count, 1, std::max(jobs, 1U)));
  {
    std::vector<std::jthread> threads;
    threads.reserve(useful - 1);
    try {
      for (unsigned i = 1; i < useful; ++i) threads.emplace_back([this] { WorkOrFail(); });
    } catch (const std::exception&) {
      // No more threads to be had: those that there are do it all.
    }
    WorkOrFail();
  }
  if (error_) return *error_;
  return {};
}

void IndexRun::WorkOrFail() {
  try {
    Work();
  } catch (const std::bad_alloc&) {
    const std::lock_guard lock(mutex_);
    // Short enough for a string without memory of its own: there may still be none.
    Fail(Error{ErrorCode::kUnavailable, "out of memory"});
  } catch (const std::exception& error) {
    const std::lock_guard lock(mutex_);
    Fail(Error{ErrorCode::kUnavailable, error.what()});
  }
}

void IndexRun::Work() {
  // Made only once there is something to build: most runs find nothing new.
  std::optional<ModuleBuilder> builder;
  std::unique_lock lock(mutex_);
  while (const std::optional<std::size_t> file = TakeFile(lock)) {
    lock.unlock();
    if (!builder) builder.emplace(files_, pool_, scratch_, written_contents_, options_.interrupted);
    const DiscoveredFile& found = discovery_.files[*file];
    const BuiltModule& module = builder->Build(discovery_.roots[found.root].directory, found.path,
                                               options_.max_file_bytes, plan_.known);
    lock.lock();
    // A parse that was cancelled says nothing about its file.
    if (Interrupted()) return FailInterrupted();
    Deliver(lock, *file, module);
  }
  // Files at the end that need no building.
  if (!writing_ && !error_) Drain(lock);
}

std::optional<std::size_t> IndexRun::TakeFile(std::unique_lock<std::mutex>& lock) {
  for (;;) {
    if (error_) return std::nullopt;
    if (Interrupted()) {
      FailInterrupted();
      return std::nullopt;
    }
    while (taken_ < plan_.files.size() && plan_.files[taken_].action != FileAction::kRead &&
           waiting_.size() < kWindowFiles) {
      waiting_.emplace_back(nullptr);
      ++taken_;
    }
    const bool room = waiting_bytes_ < kWindowBytes && waiting_.size() < kWindowFiles;
    if (taken_ < plan_.files.size() && room) {
      waiting_.emplace_back(std::nullopt);
      return taken_++;
    }
    const bool next_is_done = !waiting_.empty() && waiting_.front().has_value();
    if (next_is_done && !writing_) {
      Drain(lock);
    } else if (taken_ == plan_.files.size()) {
      return std::nullopt;
    } else {
      changed_.wait(lock);
    }
  }
}

void IndexRun::Deliver(std::unique_lock<std::mutex>& lock, std::size_t file,
                       const BuiltModule& module) {
  if (!writing_) Drain(lock);
  if (error_) return;
  if (!writing_ && written_ == file) {
    writing_ = true;
    lock.unlock();
    Result<void> result = Write(file, module);
    lock.lock();
    writing_ = false;
    waiting_.pop_front();
    ++written_;
    if (!result) return Fail(std::move(result).error());
    changed_.notify_all();
  } else {
    lock.unlock();
    auto kept = std::make_unique<KeptModule>(module);
    lock.lock();
    waiting_bytes_ += kept->byte_size();
    waiting_[file - written_] = std::move(kept);
  }
  if (!writing_) Drain(lock);
}

void IndexRun::Drain(std::unique_lock<std::mutex>& lock) {
  while (!error_ && !waiting_.empty() && waiting_.front().has_value()) {
    const std::unique_ptr<KeptModule> kept = std::move(*waiting_.front());
    const std::size_t file = written_;
    writing_ = true;
    lock.unlock();
    Result<void> result = kept ? Write(file, kept->module()) : WritePlanned(file);
    lock.lock();
    writing_ = false;
    waiting_.pop_front();
    ++written_;
    if (kept) waiting_bytes_ -= kept->byte_size();
    if (!result) return Fail(std::move(result).error());
    changed_.notify_all();
  }
}

Result<void> IndexRun::Write(std::size_t file, const BuiltModule& module) {
  const DiscoveredFile& found = discovery_.files[file];
  if (!module.warning.empty()) Warn(file, module.warning);
  Result<void> result;
  switch (module.outcome) {
    case ModuleOutcome::kSkipped:
      ++report_.skipped;
      break;
    case ModuleOutcome::kKnown:
      ++report_.reused;
      result = update_.Reuse(discovery_.roots[found.root].name, found.path, module.same);
      break;
    case ModuleOutcome::kCopy:
      CountBuilt(module, false);
      result = update_.AddCopy(discovery_.roots[found.root].name, found.path, module.same,
                               module.syntax);
      break;
    case ModuleOutcome::kBuilt: {
      const auto id = update_.Add(discovery_.roots[found.root].name, found.path, module);
      if (!id) return id.error();
      // What is said of a file has to be said of its like, too. Where two of the same content were
      // parsed side by side, the numbers are those of a run without that chance.
      const bool counts_as_parsed =
          !module.warning.empty() ||
          written_contents_.Add(module.content_hash,
                                {*id, module.syntax, module.ast_nodes, module.ast_bytes});
      CountBuilt(module, counts_as_parsed);
      break;
    }
  }
  RecordSidecar(
      file, &module,
      module.outcome == ModuleOutcome::kSkipped ? SidecarState::kSkipped : SidecarState::kIndexed);
  report_.read_bytes += module.source_bytes;
  done_.bytes_done += found.stat.size;
  ++done_.files_done;
  if (progress_ != nullptr) progress_->OnProgress(done_);
  return result;
}

void IndexRun::CountBuilt(const BuiltModule& module, bool counts_as_parsed) {
  ++(counts_as_parsed ? report_.parsed : report_.reused);
  report_.ast_bytes += module.ast_bytes;
  report_.ast_nodes += module.ast_nodes;
}

Result<void> IndexRun::WritePlanned(std::size_t file) {
  ++done_.files_done;
  if (plan_.files[file].action == FileAction::kSkip) {
    ++report_.skipped;
    Warn(file, "skipped: it is larger than the limit of " +
                   std::to_string(options_.max_file_bytes) + " bytes");
    RecordSidecar(file, nullptr, SidecarState::kSkipped);
    return {};
  }
  ++report_.reused;
  RecordSidecar(file, nullptr, SidecarState::kIndexed);
  const DiscoveredFile& found = discovery_.files[file];
  return update_.Reuse(discovery_.roots[found.root].name, found.path, plan_.files[file].old);
}

void IndexRun::RecordSidecar(std::size_t file, const BuiltModule* module, SidecarState state) {
  const DiscoveredFile& found = discovery_.files[file];
  SidecarFile entry;
  entry.root = found.root;
  entry.path = found.path;
  entry.stat = module != nullptr && module->stat ? *module->stat : found.stat;
  entry.state = state;
  entry.trusted = module == nullptr || (module->stat.has_value() && !module->racy);
  sidecar_.Add(entry);
}

void IndexRun::Warn(std::size_t file, const std::string& reason) {
  report_.warnings.push_back({IndexWarningKind::kProblem, FullPath(file), reason});
  if (progress_ != nullptr) progress_->OnWarning(report_.warnings.back());
}

void IndexRun::Fail(Error error) {
  if (!error_) error_ = std::move(error);
  changed_.notify_all();
}

void IndexRun::FailInterrupted() {
  Fail(Error{ErrorCode::kCancelled, options_.pack_path + ": interrupted; it is as it was"});
}

std::string IndexRun::FullPath(std::size_t file) const {
  const DiscoveredFile& found = discovery_.files[file];
  const std::string& directory = discovery_.roots[found.root].directory;
  return directory.ends_with('/') ? directory + found.path : directory + '/' + found.path;
}

bool IndexRun::Interrupted() const {
  return options_.interrupted != nullptr && options_.interrupted->load(std::memory_order_relaxed);
}

}  // namespace coppice
