// The one way in which the library reaches source files.
//
// An editor overlays unsaved text here and a test injures it here; everybody else uses
// PosixFileSystem. Writing packs is not part of it.

#pragma once

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace coppice {

enum class FileErrorCode : std::uint8_t {
  kNotFound,
  kPermissionDenied,
  kNotRegular,  // a FIFO, device or socket, or a directory, where a file was asked for
  kNotDirectory,
  kTooLarge,  // over the limit that the caller gave
  kChanging,  // written to for as long as it was being read
  kOther,
};

struct FileError {
  FileErrorCode code;
  std::string path;    // as the caller gave it: raw bytes
  std::string reason;  // the system's text for errno, or ours; no path in it
};

// What result::value() calls when there is no value, found by argument-dependent look-up.
[[noreturn]] inline void throw_exception_from_error(const FileError& error,
                                                    const boost::source_location&) {
  throw std::runtime_error(error.path + ": " + error.reason);
}

template <class T>
using FileResult = boost::system::result<T, FileError>;

enum class FileKind : std::uint8_t { kUnknown, kRegular, kDirectory, kSymlink, kOther };

// What tells one version of a file from another. Two files are the same if device and inode are.
struct FileStat {
  std::uint64_t size = 0;     // bytes
  std::int64_t mtime_ns = 0;  // nanoseconds since the epoch
  std::int64_t ctime_ns = 0;  // nanoseconds since the epoch
  std::uint64_t inode = 0;
  std::uint64_t device = 0;
  FileKind kind = FileKind::kUnknown;

  friend bool operator==(const FileStat&, const FileStat&) = default;
};

struct DirectoryEntry {
  std::string name;  // raw bytes, never "." or ".."
  FileKind kind;     // of the entry itself, not of what a link points to; may be kUnknown
};

// An open directory: what is asked about what lies in it costs no walk from the file system's root.
// Its const functions are thread-safe. Holds a file descriptor for as long as it lives.
class Directory {
 public:
  virtual ~Directory() = default;
  // All entries, in the order in which the system gives them. Called at most once.
  virtual FileResult<std::vector<DirectoryEntry>> List() = 0;
  // Of what `name` leads to in the end: links are followed.
  virtual FileResult<FileStat> Stat(const std::string& name) const = 0;
  // Of the entry itself: a link is kSymlink.
  virtual FileResult<FileStat> StatNoFollow(const std::string& name) const = 0;
  // Of the directory itself.
  virtual FileResult<FileStat> Stat() const = 0;
  // As FileSystem::ReadFile, of a path that starts here, as the one in an error does.
  virtual FileResult<FileStat> ReadFile(const std::string& path, std::uint64_t max_bytes,
                                        std::string& contents) const = 0;
};

// Thread-safe. Relative paths start at the working directory.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual FileResult<std::unique_ptr<Directory>> OpenDirectory(const std::string& path) const = 0;
  // Follows links.
  virtual FileResult<FileStat> Stat(const std::string& path) const = 0;
  // Absolute, without links, "." or "..". The file must exist.
  virtual FileResult<std::string> CanonicalPath(const std::string& path) const = 0;
  // Replaces what `contents` held by the whole file, of at most `max_bytes`. The result is the
  // stat that held before the read and still after it, so that contents and stat belong together;
  // a file that does not keep still for a few attempts is kChanging. Never blocks on a FIFO.
  virtual FileResult<FileStat> ReadFile(const std::string& path, std::uint64_t max_bytes,
                                        std::string& contents) const = 0;
};

// Whether the path leads to a regular file, or to a directory. False also where that cannot be
// told.
bool IsFile(const FileSystem& files, const std::string& path);
bool IsDirectory(const FileSystem& files, const std::string& path);

// Reads with read(2), never maps: a mapped file that another process truncates kills its reader.
class PosixFileSystem final : public FileSystem {
 public:
  FileResult<std::unique_ptr<Directory>> OpenDirectory(const std::string& path) const override;
  FileResult<FileStat> Stat(const std::string& path) const override;
  FileResult<std::string> CanonicalPath(const std::string& path) const override;
  FileResult<FileStat> ReadFile(const std::string& path, std::uint64_t max_bytes,
                                std::string& contents) const override;
};

}  // namespace coppice
