// From trees of Python files to one pack: finds the files, parses what changed, and replaces the
// pack by one that is byte for byte what building it from nothing would have given.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "store/discovery.h"
#include "store/file_system.h"
#include "summaries/error.h"

namespace coppice {

struct IndexOptions {
  static constexpr std::uint64_t kDefaultMaxFileBytes = std::uint64_t{16} << 20;
  static constexpr std::size_t kDefaultScratchBytes = std::size_t{64} << 20;

  std::vector<Root> roots;
  std::string pack_path;
  DiscoveryOptions discovery;
  // Threads that read and parse; 0 means one for every processor this process may run on.
  unsigned jobs = 0;
  // Parse every file, whatever an existing pack says.
  bool fresh = false;
  bool docstrings = true;
  // Larger files are skipped with a warning.
  std::uint64_t max_file_bytes = kDefaultMaxFileBytes;
  // What all parses together may expect to need for a moment. A file that alone needs more is
  // parsed while no other is.
  std::size_t scratch_bytes = kDefaultScratchBytes;
  // Set from anywhere, a signal handler included, to stop the run (ErrorCode::kCancelled) with the
  // old pack as it was. Must outlive the run.
  const std::atomic<bool>* interrupted = nullptr;
};

enum class IndexWarningKind : std::uint8_t {
  kProblem,  // a file or directory that could not be indexed, or not wholly
  kOverlap,  // a root within a root: its files belong to the inner one
};

struct IndexWarning {
  IndexWarningKind kind = IndexWarningKind::kProblem;
  std::string path;    // directory of the root and path below it, raw bytes
  std::string reason;  // for people, without the path
};

struct IndexReport {
  std::uint64_t modules = 0;            // in the pack
  std::uint64_t parsed = 0;             // in this run
  std::uint64_t reused = 0;             // taken over from the old pack: modules - parsed
  std::uint64_t source_bytes = 0;       // of all modules
  std::uint64_t parsed_bytes = 0;       // of the files parsed in this run
  std::uint64_t lines = 0;              // of all modules
  std::uint64_t files_with_errors = 0;  // modules with syntax errors
  std::uint64_t undecodable = 0;        // modules whose files decode only in part
  std::uint64_t skipped = 0;            // found, but not in the pack: each has its warning
  double seconds = 0;                   // wall clock, waiting for another run left out
  std::uint64_t ast_bytes = 0;          // of the trees of the files parsed in this run, text apart
  std::uint64_t ast_nodes = 0;          // of the same trees
  std::uint64_t summary_bytes = 0;      // of all summaries in the pack
  std::uint64_t docs_bytes = 0;         // of the pack's compressed docstrings
  std::uint64_t pack_bytes = 0;         // of the whole file
  std::uint64_t peak_rss_bytes = 0;     // ru_maxrss of the process
  bool pack_written = false;            // false: the pack on disk was up to date
  std::vector<IndexWarning> warnings;   // by discovery's order; those of directories first
};

struct IndexProgress {
  std::uint64_t files_done = 0;
  std::uint64_t files_total = 0;
  std::uint64_t bytes_done = 0;  // of the files that have to be read
  std::uint64_t bytes_total = 0;
};

// Told of a run while it goes on: one call at a time, but from any of the run's threads. A slow
// sink slows the run.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  // Another run holds the pack; this one goes on when that has ended.
  virtual void OnWaiting(const std::string& lock_path);
  virtual void OnWarning(const IndexWarning& warning);
  virtual void OnProgress(const IndexProgress& progress);
};

// Builds the pack at options.pack_path, or brings the one that is there up to date.
//
// Beside the pack stand `PACK.coppice-state`, from which the next run knows unchanged files without
// reading them, and, during the run, `PACK.coppice-lock`: a second run on the same pack waits for
// the first. A file of either name that is not ours is never touched: a foreign lock ends the run
// (kInvalidArgument), a foreign state is reported and left.
//
// Only the pack's final renaming changes what readers see: however the run ends, a pack that was
// there before stays whole. Trouble with single files is reported in warnings and never ends the
// run. A damaged old pack is reported and built afresh; a file that is no pack is never
// overwritten.
//
// Memory: the files in flight (at most two a job), tree-sitter's trees within
// options.scratch_bytes, and about 250 bytes for each file found.
//
// `progress` may be null. Error: no such root, a target that is no pack or cannot be written, no
// memory (kUnavailable), or interrupted.
Result<IndexReport> BuildIndex(const IndexOptions& options, const FileSystem& files,
                               ProgressSink* progress = nullptr);

}  // namespace coppice
