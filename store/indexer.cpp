#include "store/indexer.h"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "store/index_plan.h"
#include "store/index_run.h"
#include "store/lock_file.h"
#include "store/pack_update.h"
#include "store/sidecar.h"
#include "summaries/pack.h"
#include "summaries/pack_format.h"
#include "summaries/pack_writer.h"
#include "summaries/try.h"

namespace coppice {
namespace {

using Clock = std::chrono::steady_clock;

// The message without the path that it begins with, to stand after that path.
std::string Reason(const Error& error, const std::string& path) {
  const std::string prefix = path + ": ";
  return error.message.substr(error.message.starts_with(prefix) ? prefix.size() : 0);
}

// What may be taken over from what is at the path of the pack.
struct OldPack {
  std::shared_ptr<const Pack> pack;  // null: nothing
  std::string warning;               // why not, if somebody should know
};

// Said before the lock beside the pack is tried for, so that the message names what the user named.
Result<void> CheckDirectory(const std::string& path) {
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  if (directory.empty()) return {};
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(directory, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    return Error{ErrorCode::kIo, path + ": cannot be made: the directory " + directory.string() +
                                     " does not exist"};
  }
  if (!error && !std::filesystem::is_directory(status)) {
    return Error{ErrorCode::kIo,
                 path + ": cannot be made: " + directory.string() + " is not a directory"};
  }
  return {};
}

// What is at the pack's path may be replaced if it is a pack, whole or not, or nothing yet: an
// empty file is what mktemp makes.
Result<bool> HasOldPack(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) return false;
  if (error) return Error{ErrorCode::kIo, path + ": " + error.message()};
  if (!std::filesystem::is_regular_file(status)) {
    return Error{ErrorCode::kInvalidArgument,
                 path + ": is there and is no file: name another one for the pack"};
  }
  std::array<char, pack_format::kMagic.size()> start{};
  std::ifstream file(path, std::ios::binary);
  file.read(start.data(), start.size());
  if (file.bad() || !file.is_open()) {
    return Error{ErrorCode::kIo, path + ": cannot be read, so it is not replaced"};
  }
  const auto count = static_cast<std::size_t>(file.gcount());
  if (count == 0) return false;
  if (!pack_format::StartsWithMagic(std::as_bytes(std::span(start).first(count)))) {
    return Error{ErrorCode::kInvalidArgument,
                 path +
                     ": is there and is no pack, so it is not replaced: remove it, or name "
                     "another file for the pack"};
  }
  return true;
}

OldPack OpenOldPack(const std::string& path, const IndexOptions& options) {
  Result<std::shared_ptr<const Pack>> opened = Pack::Open(path);
  if (!opened) {
    if (opened.error().code == ErrorCode::kUnsupportedVersion) return {};
    return {nullptr, Reason(opened.error(), path)};
  }
  const PackInfo& info = (*opened)->info();
  // What another version made of a file need not be what this one would make of it.
  if (info.producer != PackProducer()) return {};
  if (options.docstrings && !info.has_docs) return {};
  // What a sidecar vouches for is not looked at again: damage would stay for as long as the files.
  if (const Result<void> intact = (*opened)->VerifyChecksums(); !intact) {
    return {nullptr, Reason(intact.error(), path)};
  }
  return {std::move(*opened), {}};
}

// Of this program alone: ru_maxrss is no less than what the process that started it had.
std::uint64_t PeakResidentBytes() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    constexpr std::string_view kKey = "VmHWM:";
    if (line.starts_with(kKey)) return std::strtoull(&line[kKey.size()], nullptr, 10) * 1024;
  }
  struct rusage usage {};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;  // Linux counts in KiB
}

// One run, from before the lock to after the sidecar.
class Indexer {
 public:
  Indexer(const IndexOptions& options, const FileSystem& files, ProgressSink* progress)
      : options_(options), files_(files), progress_(progress), path_(options.pack_path) {
    // Two names for one pack share a lock and a sidecar.
    std::error_code error;
    std::filesystem::path canonical = std::filesystem::canonical(path_, error);
    if (!error) path_ = std::move(canonical).string();
  }

  Result<IndexReport> Run() {
    if (path_.empty()) return Error{ErrorCode::kInvalidArgument, "no path for the pack"};
    COPPICE_TRY(CheckDirectory(path_));
    // Again below, when nobody else can change it any more.
    if (const Result<bool> replaceable = HasOldPack(path_); !replaceable) {
      return replaceable.error();
    }
    COPPICE_TRY(Lock());
    const Clock::time_point start = Clock::now();
    const Result<bool> has_old = HasOldPack(path_);
    if (!has_old) return has_old.error();
    COPPICE_TRY(Find());

    OldPack old;
    if (*has_old && !options_.fresh) old = OpenOldPack(path_, options_);
    if (!old.warning.empty()) WarnOfDamage(old.warning);
    Result<void> built = Build(old.pack);
    if (!built && built.error().code == ErrorCode::kDamaged && old.pack != nullptr) {
      WarnOfDamage(Reason(built.error(), path_));
      old.pack = nullptr;
      built = Build(nullptr);
    }
    if (!built) return NotWritten(std::move(built).error());

    report_.warnings.insert(report_.warnings.begin(),
                            std::make_move_iterator(early_warnings_.begin()),
                            std::make_move_iterator(early_warnings_.end()));
    report_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    report_.peak_rss_bytes = PeakResidentBytes();
    return std::move(report_);
  }

 private:
  Result<void> Lock() {
    const std::string lock_path = path_ + ".coppice-lock";
    Result<LockFile> lock = LockFile::Acquire(
        lock_path,
        [&] {
          if (progress_ != nullptr) progress_->OnWaiting(lock_path);
        },
        options_.interrupted);
    if (lock) {
      lock_.emplace(std::move(*lock));
    } else if (lock.error().code != ErrorCode::kUnavailable) {
      return lock.error();
    }
    // Where nobody can make a lock nobody can make a pack either; whether the one that is there is
    // up to date can be said all the same.
    return {};
  }

  Result<void> Find() {
    Result<Discovery> discovery = Discover(files_, options_.roots, options_.discovery);
    if (!discovery) return discovery.error();
    discovery_ = std::move(*discovery);
    for (const DiscoveryWarning& found : discovery_.warnings) {
      if (found.kind == DiscoveryWarningKind::kUnreadable ||
          found.kind == DiscoveryWarningKind::kNotRegular) {
        ++skipped_by_discovery_;
      }
      const std::string& directory = discovery_.roots[found.root].directory;
      Warn({found.kind == DiscoveryWarningKind::kOverlap ? IndexWarningKind::kOverlap
                                                         : IndexWarningKind::kProblem,
            found.path.empty() ? directory : directory + '/' + found.path, found.reason});
    }
    return {};
  }

  Result<void> Build(const std::shared_ptr<const Pack>& old) {
    report_ = IndexReport{};
    report_.skipped = skipped_by_discovery_;
    const std::string sidecar_path = path_ + ".coppice-state";
    const Result<IndexPlan> plan =
        PlanIndex(discovery_, old.get(), sidecar_path, options_.max_file_bytes);
    if (!plan) return plan.error();

    PackOptions pack_options;
    pack_options.docs = options_.docstrings;
    pack_options.interrupted = options_.interrupted;
    PackUpdate update(path_, pack_options, old);
    std::vector<std::string> root_names;
    for (const Root& root : discovery_.roots) root_names.push_back(root.name);
    SidecarWriter sidecar(std::move(root_names));
    COPPICE_TRY(IndexRun(options_, files_, discovery_, *plan, update, sidecar, report_, progress_)
                    .Run(Jobs()));

    const Result<PackInfo> info = update.Finish();
    if (!info) return info.error();
    report_.identity = info->identity;
    for (std::size_t root = 0; root < discovery_.roots.size(); ++root) {
      report_.extras[discovery_.roots[root].name] = discovery_.extras[root];
    }
    report_.modules = info->module_count;
    report_.source_bytes = info->source_bytes;
    report_.lines = info->line_count;
    report_.files_with_errors = update.modules_with_errors();
    report_.undecodable = update.modules_undecodable();
    report_.summary_bytes = info->summary_bytes;
    report_.docs_bytes = info->docs_bytes;
    report_.pack_bytes = info->pack_bytes;
    report_.pack_written = update.writes();

    // After the pack: a run that ends between the two leaves a sidecar that speaks of no pack.
    if (update.writes() || plan->read_count != 0) {
      const Result<void> written = sidecar.Write(sidecar_path, info->identity);
      // The pack is good without; the next run has to read all files.
      const bool foreign = !written && written.error().code == ErrorCode::kInvalidArgument;
      if (foreign || (!written && update.writes())) {
        Warn({IndexWarningKind::kProblem, sidecar_path, Reason(written.error(), sidecar_path)});
      }
    }
    return {};
  }

  // Errors of temporary files name those: who reads them knows the pack.
  Error NotWritten(Error error) const {
    if (error.code == ErrorCode::kIo || error.code == ErrorCode::kTooLarge ||
        error.code == ErrorCode::kUnavailable) {
      error.message = path_ + ": was not written: " + Reason(error, path_);
    }
    return error;
  }

  unsigned Jobs() const {
    return options_.jobs != 0 ? options_.jobs : std::max(std::thread::hardware_concurrency(), 1U);
  }

  void WarnOfDamage(const std::string& reason) {
    Warn({IndexWarningKind::kProblem, path_, reason + "; it is built anew"});
  }

  void Warn(IndexWarning warning) {
    if (progress_ != nullptr) progress_->OnWarning(warning);
    early_warnings_.push_back(std::move(warning));
  }

  const IndexOptions& options_;
  const FileSystem& files_;
  ProgressSink* const progress_;
  std::string path_;
  std::optional<LockFile> lock_;
  Discovery discovery_;
  std::uint64_t skipped_by_discovery_ = 0;
  std::vector<IndexWarning> early_warnings_;
  IndexReport report_;
};

}  // namespace

void ProgressSink::OnWaiting(const std::string&) {}
void ProgressSink::OnWarning(const IndexWarning&) {}
void ProgressSink::OnProgress(const IndexProgress&) {}

Result<IndexReport> BuildIndex(const IndexOptions& options, const FileSystem& files,
                               ProgressSink* progress) {
  try {
    return Indexer(options, files, progress).Run();
  } catch (const std::bad_alloc&) {
    // What the run held is free again: enough for a message.
    return Error{ErrorCode::kUnavailable, options.pack_path + ": was not written: out of memory"};
  }
}

}  // namespace coppice
