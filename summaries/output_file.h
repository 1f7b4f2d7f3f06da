// Files that a pack is written to: the one that replaces it at the end, and unnamed ones that only
// the process knows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "summaries/error.h"

namespace coppice {

// A file that is written front to back through a buffer and can be read back. Owns its descriptor.
// Move-only; used by one thread at a time. Errors are kIo, or kTooLarge, and name the file.
class OutputFile {
 public:
  // A file without a name beside `path`: it goes with the descriptor, however the process ends. On
  // file systems that know no such files it has a name for a moment; what a process leaves that is
  // killed just then, the next ReplacementFile for `path` removes.
  static Result<OutputFile> CreateUnnamed(const std::string& path);

  // Takes over an open descriptor of an empty file. `label` names it in messages.
  OutputFile(int descriptor, std::string label)
      : descriptor_(descriptor), label_(std::move(label)) {}
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;
  ~OutputFile();

  // Bytes appended so far.
  std::uint64_t size() const { return written_ + buffer_.size(); }
  int descriptor() const { return descriptor_; }
  const std::string& label() const { return label_; }

  Result<void> Append(std::string_view bytes);
  Result<void> Append(std::span<const std::byte> bytes);
  // All of `source`, from its start.
  Result<void> AppendFile(OutputFile& source);
  // Zeros up to a multiple of `alignment`.
  Result<void> AppendPadding(std::size_t alignment);
  Result<void> Flush();
  // Of what was flushed.
  Result<void> ReadAt(std::uint64_t offset, std::span<std::byte> bytes) const;
  Result<void> OverwriteAt(std::uint64_t offset, std::string_view bytes);

  Error IoError(std::string_view action, int error_number) const;

 private:
  Result<void> WriteAt(std::uint64_t offset, std::string_view bytes);

  int descriptor_ = -1;
  std::string label_;
  std::uint64_t written_ = 0;
  std::string buffer_;
};

// A file that takes the place of another in one step, or not at all.
//
// It is written beside its place as `.NAME.XXXXXXXX.tmp` and locked (flock) for as long as its
// writer lives, so that the next writer knows what a killed one has left and removes it.
class ReplacementFile {
 public:
  // `magic`: the first bytes of every such file. What looks like a leftover but starts otherwise is
  // left alone. Links at the end of `path` are followed, so that what they lead to is replaced.
  // kInvalidArgument: the path is there and no regular file.
  static Result<ReplacementFile> Create(const std::string& path, std::string_view magic);

  ReplacementFile(ReplacementFile&& other) noexcept;
  ReplacementFile& operator=(ReplacementFile&& other) = delete;
  // Removes the file unless it was committed.
  ~ReplacementFile();

  OutputFile& file() { return file_; }
  // The file that is replaced, links followed.
  const std::string& path() const { return file_.label(); }

  enum class Durability : std::uint8_t {
    kSynced,    // on disk, directory entry included, before Commit returns
    kUnsynced,  // for what may be lost in a power failure
  };
  // Makes the file read-only and renames it to its place.
  Result<void> Commit(Durability durability = Durability::kSynced);

 private:
  ReplacementFile(OutputFile file, std::string directory, std::string name, std::string temporary)
      : file_(std::move(file)),
        directory_(std::move(directory)),
        name_(std::move(name)),
        temporary_(std::move(temporary)) {}

  OutputFile file_;
  std::string directory_;  // "" is written "."
  std::string name_;       // within the directory
  std::string temporary_;  // within the directory; empty: nothing to remove
};

}  // namespace coppice
