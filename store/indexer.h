// From trees of Python files to one pack: finds the files, parses what changed, and replaces the
// pack by one that is byte for byte what building it from nothing would have given.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "store/discovery.h"
#include "store/file_system.h"
#include "summaries/error.h"
#include "summaries/hash.h"
#include "summaries/resolution/imports/environment.h"

namespace coppice {

struct IndexOptions {
  static constexpr std::uint64_t kDefaultMaxFileBytes = std::uint64_t{16} << 20;
  static constexpr std::size_t kDefaultScratchBytes = std::size_t{64} << 20;

  std::vector<Root> roots;
  std::string pack_path;
  DiscoveryOptions discovery;
  // Threads that read and parse; 0 means one for every processor this process may run on.
  unsigned jobs = 0;
  // Read every file, whatever an existing pack says.
  bool fresh = false;
  bool docstrings = true;
  // Larger files are skipped with a warning.
  std::uint64_t max_file_bytes = kDefaultMaxFileBytes;
  // What all parses together may expect to need for a moment. A file that alone needs more is
  // parsed while no other is.
  std::size_t scratch_bytes = kDefaultScratchBytes;
  // Set from anywhere, a signal handler included, to stop the run (ErrorCode::kCancelled) with the
  // old pack as it was. Looked at between files, within a parse and throughout the final merge;
  // not while directories are listed and the old pack is checked before, nor while the new one is
  // synced at the end. Once that is in its place the run succeeds. Must outlive the run.
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
  std::uint64_t parsed = 0;             // in this run; decodable files of the same bytes count once
  std::uint64_t reused = 0;             // their content was known: modules - parsed
  std::uint64_t source_bytes = 0;       // of all modules
  std::uint64_t read_bytes = 0;         // of the files read in this run
  std::uint64_t lines = 0;              // of all modules
  std::uint64_t files_with_errors = 0;  // modules with syntax errors
  std::uint64_t undecodable = 0;        // modules whose files decode only in part
  std::uint64_t skipped = 0;            // found, but not in the pack: each has its warning
  double seconds = 0;                   // wall clock, waiting for another run left out
  std::uint64_t ast_bytes = 0;          // of all files whose bytes were parsed, text apart
  std::uint64_t ast_nodes = 0;          // of the same files
  std::uint64_t summary_bytes = 0;      // of all summaries in the pack
  std::uint64_t docs_bytes = 0;         // of the pack's compressed docstrings
  std::uint64_t pack_bytes = 0;         // of the whole file
  std::uint64_t peak_rss_bytes = 0;     // ru_maxrss of the process
  Hash128 identity;                     // of the pack
  std::map<std::string, RootExtras> extras;  // by name of the root
  bool pack_written = false;                 // false: the pack on disk was up to date
  std::vector<IndexWarning> warnings;        // by discovery's order; those of directories first
};

struct IndexProgress {
  std::uint64_t files_done = 0;
  std::uint64_t files_total = 0;
  std::uint64_t bytes_done = 0;  // of the files that have to be read
  std::uint64_t bytes_total = 0;
};

// Told of a run while it goes on. OnWaiting, and warnings of directories and of the pack, come from
// the thread that called BuildIndex; warnings of files and OnProgress from any of the run's
// threads. There is one call at a time, each sees what those before it did, and none comes after
// BuildIndex has returned. No lock is held meanwhile, but the pack is not written: a slow sink
// slows the run.
//
// A run that finds its old pack damaged on the way starts anew: numbers fall, and warnings of files
// may come again.
//
// A sink must not throw, nor index the same pack, which would wait for itself. It may interrupt the
// run. What it is given is valid during the call.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  // Another run holds the pack; this one goes on when that has ended. At most once.
  virtual void OnWaiting(const std::string& lock_path);
  // Each warning of the report when it arises, those of files in discovery's order.
  virtual void OnWarning(const IndexWarning& warning);
  // After each file that had to be read, in discovery's order.
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
// Memory: for each job the file that it is at (text, tree and summary); results that wait for files
// before them, for which no job takes another file beyond 8 MiB of them or 4,096 files;
// tree-sitter's trees within options.scratch_bytes; what PackWriter needs; and about 250 bytes for
// each file found.
//
// `progress` may be null. Error: no such root, a target that is no pack or cannot be written, no
// memory (kUnavailable), or interrupted.
Result<IndexReport> BuildIndex(const IndexOptions& options, const FileSystem& files,
                               ProgressSink* progress = nullptr);

}  // namespace coppice
