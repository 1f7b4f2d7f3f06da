#include "store/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "summaries/system_error.h"

namespace coppice {
namespace {

FileErrorCode CodeOf(int error) {
  switch (error) {
    case ENOENT:
      return FileErrorCode::kNotFound;
    case EACCES:
    case EPERM:
      return FileErrorCode::kPermissionDenied;
    case ENOTDIR:
      return FileErrorCode::kNotDirectory;
    default:
      return FileErrorCode::kOther;
  }
}

FileError ErrorOf(const std::string& path, int error) {
  return {CodeOf(error), path, SystemReason(error)};
}

// A path with a NUL would silently name another file.
bool HoldsNul(const std::string& path) { return path.find('\0') != path.npos; }

FileError NulError(const std::string& path) {
  return {FileErrorCode::kNotFound, path, "a NUL in the name"};
}

FileKind KindOfMode(mode_t mode) {
  if (S_ISREG(mode)) return FileKind::kRegular;
  if (S_ISDIR(mode)) return FileKind::kDirectory;
  if (S_ISLNK(mode)) return FileKind::kSymlink;
  return FileKind::kOther;
}

FileKind KindOfEntry(unsigned char type) {
  switch (type) {
    case DT_UNKNOWN:
      return FileKind::kUnknown;
    case DT_REG:
      return FileKind::kRegular;
    case DT_DIR:
      return FileKind::kDirectory;
    case DT_LNK:
      return FileKind::kSymlink;
    default:
      return FileKind::kOther;
  }
}

std::int64_t Nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

FileStat Converted(const struct stat& from) {
  FileStat to;
  to.size = static_cast<std::uint64_t>(from.st_size);
  to.mtime_ns = Nanoseconds(from.st_mtim);
  to.ctime_ns = Nanoseconds(from.st_ctim);
  to.inode = from.st_ino;
  to.device = from.st_dev;
  to.kind = KindOfMode(from.st_mode);
  return to;
}

// `flags` as of fstatat(2).
FileResult<FileStat> StatAt(int directory, const std::string& path, int flags) {
  if (HoldsNul(path)) return NulError(path);
  struct stat result;
  if (fstatat(directory, path.c_str(), &result, flags) != 0) return ErrorOf(path, errno);
  return Converted(result);
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return number_; }

 private:
  int number_;
};

// Replaces `contents` by what the file holds, which should be `expected` bytes; of one that holds
// more, by at most one byte more than that.
FileResult<void> ReadExpected(int file, const std::string& path, std::size_t expected,
                              std::string& contents) {
  contents.resize(expected + 1);
  std::size_t done = 0;
  for (;;) {
    const ssize_t count =
        pread(file, contents.data() + done, contents.size() - done, static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrorOf(path, errno);
    done += static_cast<std::size_t>(count);
    if (count == 0 || done >= expected) break;
  }
  contents.resize(done);
  return {};
}

// As FileSystem::ReadFile, from a directory as openat(2) takes it.
FileResult<FileStat> ReadFileAt(int directory, const std::string& path, std::uint64_t max_bytes,
                                std::string& contents) {
  if (HoldsNul(path)) return NulError(path);
  // O_NONBLOCK: to open a FIFO for reading would wait for a writer.
  const Descriptor file(
      openat(directory, path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (file.get() < 0) return ErrorOf(path, errno);
  constexpr int kAttempts = 4;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    struct stat before;
    struct stat after;
    if (fstat(file.get(), &before) != 0) return ErrorOf(path, errno);
    if (!S_ISREG(before.st_mode)) {
      return FileError{FileErrorCode::kNotRegular, path, "not a regular file"};
    }
    const FileStat stat = Converted(before);
    if (stat.size > max_bytes) {
      return FileError{FileErrorCode::kTooLarge, path,
                       std::to_string(stat.size) + " bytes, more than the limit of " +
                           std::to_string(max_bytes)};
    }
    const auto read = ReadExpected(file.get(), path, static_cast<std::size_t>(stat.size), contents);
    if (!read) return read.error();
    if (fstat(file.get(), &after) != 0) return ErrorOf(path, errno);
    if (contents.size() == stat.size && Converted(after) == stat) return stat;
  }
  return FileError{FileErrorCode::kChanging, path, "it changes while it is being read"};
}

class PosixDirectory final : public Directory {
 public:
  PosixDirectory(std::string path, DIR* stream) : path_(std::move(path)), stream_(stream) {}
  ~PosixDirectory() override { closedir(stream_); }
  PosixDirectory(const PosixDirectory&) = delete;
  PosixDirectory& operator=(const PosixDirectory&) = delete;

  FileResult<std::vector<DirectoryEntry>> List() override {
    std::vector<DirectoryEntry> entries;
    while (true) {
      errno = 0;
      const dirent* entry = readdir(stream_);
      if (entry == nullptr) break;
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      entries.push_back({std::string(name), KindOfEntry(entry->d_type)});
    }
    if (errno != 0) return ErrorOf(path_, errno);
    return entries;
  }

  FileResult<FileStat> Stat(const std::string& name) const override {
    return StatAt(dirfd(stream_), name, 0);
  }
  FileResult<FileStat> StatNoFollow(const std::string& name) const override {
    return StatAt(dirfd(stream_), name, AT_SYMLINK_NOFOLLOW);
  }
  FileResult<FileStat> Stat() const override {
    struct stat result;
    if (fstat(dirfd(stream_), &result) != 0) return ErrorOf(path_, errno);
    return Converted(result);
  }
  FileResult<FileStat> ReadFile(const std::string& path, std::uint64_t max_bytes,
                                std::string& contents) const override {
    return ReadFileAt(dirfd(stream_), path, max_bytes, contents);
  }

 private:
  std::string path_;
  DIR* stream_;
};

}  // namespace

bool IsFile(const FileSystem& files, const std::string& path) {
  const auto stat = files.Stat(path);
  return stat && stat->kind == FileKind::kRegular;
}

bool IsDirectory(const FileSystem& files, const std::string& path) {
  const auto stat = files.Stat(path);
  return stat && stat->kind == FileKind::kDirectory;
}

FileResult<std::unique_ptr<Directory>> PosixFileSystem::OpenDirectory(
    const std::string& path) const {
  if (HoldsNul(path)) return NulError(path);
  DIR* stream = opendir(path.c_str());  // close-on-exec
  if (stream == nullptr) return ErrorOf(path, errno);
  return std::unique_ptr<Directory>(std::make_unique<PosixDirectory>(path, stream));
}

FileResult<FileStat> PosixFileSystem::Stat(const std::string& path) const {
  return StatAt(AT_FDCWD, path, 0);
}

FileResult<std::string> PosixFileSystem::CanonicalPath(const std::string& path) const {
  if (HoldsNul(path)) return NulError(path);
  const std::unique_ptr<char, decltype(&std::free)> resolved(realpath(path.c_str(), nullptr),
                                                             &std::free);
  if (!resolved) return ErrorOf(path, errno);
  return std::string(resolved.get());
}

FileResult<FileStat> PosixFileSystem::ReadFile(const std::string& path, std::uint64_t max_bytes,
                                               std::string& contents) const {
  return ReadFileAt(AT_FDCWD, path, max_bytes, contents);
}

}  // namespace coppice
