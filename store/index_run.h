// The threads of one indexing run: files are taken in order, built side by side, and put into the
// pack in order.

#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "arena/memory_pool.h"
#include "store/index_plan.h"
#include "store/indexer.h"
#include "store/memory_budget.h"
#include "store/module_builder.h"
#include "store/pack_update.h"
#include "store/sidecar.h"

namespace coppice {

// Used once. All references must outlive it.
//
// There is no writer thread: whichever thread finishes the file that is next in order writes it,
// straight from its builder's memory, and goes on with those that follow and are done already.
// Files that are done too early are copied, and no thread starts another file while such copies
// exceed a window.
class IndexRun {
 public:
  IndexRun(const IndexOptions& options, const FileSystem& files, const Discovery& discovery,
           const IndexPlan& plan, PackUpdate& update, SidecarWriter& sidecar, IndexReport& report,
           ProgressSink* progress);

  // Does all files of the plan; the calling thread is one of the `jobs`. Error: the pack could not
  // be written (nothing more is done then), or kCancelled.
  Result<void> Run(unsigned jobs);

 private:
  // A file that is done and waits for those before it. Null: it needs nothing but the plan.
  using Slot = std::optional<std::unique_ptr<KeptModule>>;

  // Whatever is thrown in Work (memory runs out) ends the run as an error.
  void WorkOrFail();
  void Work();
  // The next file that has to be built; none at the end or after an error.
  std::optional<std::size_t> TakeFile(std::unique_lock<std::mutex>& lock);
  void Deliver(std::unique_lock<std::mutex>& lock, std::size_t file, const BuiltModule& module);
  // Writes what is next in order and done, for as long as there is such. The lock is not held
  // while a file is written.
  void Drain(std::unique_lock<std::mutex>& lock);
  // Only one thread at a time is in these two.
  Result<void> Write(std::size_t file, const BuiltModule& module);
  Result<void> WritePlanned(std::size_t file);
  void CountBuilt(const BuiltModule& module, bool counts_as_parsed);
  void RecordSidecar(std::size_t file, const BuiltModule* module, SidecarState state);
  void Warn(std::size_t file, const std::string& reason);
  void Fail(Error error);
  void FailInterrupted();
  std::string FullPath(std::size_t file) const;
  bool Interrupted() const;

  const IndexOptions& options_;
  const FileSystem& files_;
  const Discovery& discovery_;
  const IndexPlan& plan_;
  PackUpdate& update_;
  SidecarWriter& sidecar_;
  IndexReport& report_;
  ProgressSink* const progress_;
  MemoryPool pool_;
  MemoryBudget scratch_;
  WrittenContents written_contents_;
  IndexProgress done_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::size_t taken_ = 0;     // files before it are taken or need no building
  std::size_t written_ = 0;   // files before it are in the pack or skipped
  bool writing_ = false;      // a thread is in Write or WritePlanned
  std::deque<Slot> waiting_;  // of the files from written_ to taken_
  std::size_t waiting_bytes_ = 0;
  std::optional<Error> error_;
};

}  // namespace coppice
