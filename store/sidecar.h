// The file beside a pack (`PACK.coppice-state`) from which the next run knows what has not changed
// since.
//
// A pack holds no times, so that equal input gives equal bytes. What tells freshness, the stat of
// every file that went into it, stands here. Losing a sidecar costs time, never truth: what it does
// not vouch for is read and compared by content.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/file_system.h"
#include "summaries/error.h"
#include "summaries/hash.h"

namespace coppice {

enum class SidecarState : std::uint8_t {
  kIndexed,  // a module of the pack
  kSkipped,  // found, but not in the pack
};

struct SidecarFile {
  std::uint32_t root = 0;  // index in the sidecar's root names
  std::string_view path;   // relative to the root, raw bytes
  FileStat stat;           // kind is not kept
  SidecarState state = SidecarState::kIndexed;
  // False if the file may have changed after it was read without its stat showing it.
  bool trusted = true;
};

// Whether a file whose stat was taken at `now_ns` or later can still change within the same tick of
// its file system's clock, so that its stat would not show it (what git calls racy). Decided by the
// change time, which programs cannot set: file systems that keep whole seconds, or two as FAT does,
// are known by their round figures.
bool IsRacy(const FileStat& stat, std::int64_t now_ns);

// kInvalidArgument unless what is at the path may be replaced: a sidecar of any version, whole or
// not, an empty file or nothing. Anything else is somebody's.
Result<void> CheckSidecarReplaceable(const std::string& path);

// Collects files in discovery's order: by (root, path bytes). About 60 bytes a file.
class SidecarWriter {
 public:
  explicit SidecarWriter(std::vector<std::string> root_names);
  void Add(const SidecarFile& file);
  // Replaces the file at `path` by renaming a finished one over it, and removes unfinished ones
  // that killed runs left. kInvalidArgument: what is there is no sidecar, and stays.
  // `pack`: PackInfo::identity of the pack that it speaks of.
  Result<void> Write(const std::string& path, const Hash128& pack) const;

 private:
  std::vector<std::string> root_names_;
  std::string entries_;
  std::string previous_path_;
  std::uint64_t count_ = 0;
};

// Reads what a SidecarWriter wrote, entry by entry, in the same order. Whole and unchanged by its
// checksum, and every entry is checked to lie within the file all the same.
class SidecarReader {
 public:
  // Error: not there, not readable, damaged, of another version, or longer than one of `max_files`
  // files can be.
  static Result<SidecarReader> Open(const std::string& path, std::uint64_t max_files);

  // Identity of the pack that it speaks of; of any other it says nothing.
  const Hash128& pack() const { return pack_; }
  const std::vector<std::string>& root_names() const { return root_names_; }

  // False at the end. file.path is valid until the next call.
  bool Next(SidecarFile& file);

 private:
  std::string bytes_;
  std::size_t at_ = 0;   // of the next entry
  std::size_t end_ = 0;  // of the entries
  std::uint64_t left_ = 0;
  Hash128 pack_;
  std::vector<std::string> root_names_;
  std::string path_;
};

}  // namespace coppice
