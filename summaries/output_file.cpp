#include "summaries/output_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <random>
#include <utility>

#include "summaries/system_error.h"
#include "summaries/try.h"

namespace coppice {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 17;
constexpr int kMaxLinks = 40;  // as Linux allows in one path
constexpr std::size_t kRandomDigits = 8;
constexpr std::string_view kTemporarySuffix = ".tmp";
// Keeps ".NAME.XXXXXXXX.tmp" within what file systems allow a name (255 bytes).
constexpr std::size_t kMaxNamePart = 200;

std::string Join(const std::string& directory, const std::string& name) {
  return directory.ends_with('/') ? directory + name : directory + '/' + name;
}

struct Place {
  std::string directory;
  std::string name;
};

Place Split(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {".", path};
  return {path.substr(0, std::max<std::size_t>(slash, 1)), path.substr(slash + 1)};
}

// Where a file at `path` really is: links at the end of the path are followed, even if what they
// lead to is not there yet.
Result<Place> Resolve(std::string path) {
  for (int links = 0; links <= kMaxLinks; ++links) {
    const Place place = Split(path);
    if (place.name.empty() || place.name == "." || place.name == "..") {
      return Error{ErrorCode::kInvalidArgument, path + ": is a directory, not a file"};
    }
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0) {
      if (errno == ENOENT) return place;
      return SystemError(ErrorCode::kIo, path, "look at the file", errno);
    }
    if (S_ISREG(status.st_mode)) return place;
    if (S_ISDIR(status.st_mode)) {
      return Error{ErrorCode::kInvalidArgument, path + ": is a directory, not a file"};
    }
    if (!S_ISLNK(status.st_mode)) {
      return Error{ErrorCode::kInvalidArgument, path + ": is not a regular file"};
    }
    std::array<char, 4096> target{};
    const ssize_t length = readlink(path.c_str(), target.data(), target.size());
    if (length < 0) return SystemError(ErrorCode::kIo, path, "follow the link", errno);
    std::string next(target.data(), static_cast<std::size_t>(length));
    path = next.starts_with('/') ? std::move(next) : Join(place.directory, next);
  }
  return SystemError(ErrorCode::kIo, path, "follow the link", ELOOP);
}

std::string TemporaryPrefix(const std::string& name) {
  return '.' + name.substr(0, kMaxNamePart) + '.';
}

bool IsTemporaryName(std::string_view candidate, std::string_view prefix) {
  if (candidate.size() != prefix.size() + kRandomDigits + kTemporarySuffix.size()) return false;
  const std::string_view digits = candidate.substr(prefix.size(), kRandomDigits);
  return candidate.starts_with(prefix) && candidate.ends_with(kTemporarySuffix) &&
         digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Removes the file if it is a leftover: starts as our files do (or is empty), and nobody holds its
// lock. Failing to is no error: it is only litter.
void RemoveIfAbandoned(const std::string& path, std::string_view magic) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return;
  struct stat status {};
  std::string start(magic.size(), '\0');
  if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
      flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
    const ssize_t length = pread(descriptor, start.data(), start.size(), 0);
    if (length >= 0 &&
        magic.starts_with(std::string_view(start.data(), static_cast<std::size_t>(length)))) {
      unlink(path.c_str());
    }
  }
  close(descriptor);
}

void RemoveLeftovers(const Place& place, std::string_view magic) {
  const std::string prefix = TemporaryPrefix(place.name);
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(place.directory.c_str()), closedir);
  if (!directory) return;
  while (const dirent* entry = readdir(directory.get())) {
    if (IsTemporaryName(entry->d_name, prefix)) {
      RemoveIfAbandoned(Join(place.directory, entry->d_name), magic);
    }
  }
}

std::string RandomDigits() {
  std::random_device device;
  std::string digits;
  while (digits.size() < kRandomDigits) digits += "0123456789abcdef"[device() & 15];
  return digits;
}

struct NamedTemporary {
  int descriptor;
  std::string name;
};

// Opens a new file beside `place` and locks it.
Result<NamedTemporary> OpenTemporary(const Place& place) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    std::string name = TemporaryPrefix(place.name) + RandomDigits() + std::string(kTemporarySuffix);
    const std::string path = Join(place.directory, name);
    const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (descriptor < 0) {
      if (errno == EEXIST) continue;
      return SystemError(ErrorCode::kIo, Join(place.directory, place.name),
                         "create a file in its directory", errno);
    }
    // Between creation and lock another writer may have taken the file for a leftover. Where the
    // file system has no locks nobody removes anything.
    const bool taken = flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    struct stat status {};
    if (!taken && fstat(descriptor, &status) == 0 && status.st_nlink > 0) {
      return NamedTemporary{descriptor, std::move(name)};
    }
    close(descriptor);
  }
  return Error{ErrorCode::kBusy, Join(place.directory, place.name) +
                                     ": cannot create a temporary file: others keep removing it"};
}

}  // namespace

Result<OutputFile> OutputFile::CreateUnnamed(const std::string& path) {
  const Place place = Split(path);
#ifdef O_TMPFILE
  if (const int descriptor = open(place.directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
      descriptor >= 0) {
    return OutputFile(descriptor, place.directory);
  }
#endif
  const auto temporary = OpenTemporary(place);
  if (!temporary) return temporary.error();
  unlink(Join(place.directory, temporary->name).c_str());
  return OutputFile(temporary->descriptor, place.directory);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      label_(std::move(other.label_)),
      written_(other.written_),
      buffer_(std::move(other.buffer_)) {}

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  if (this != &other) {
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = std::exchange(other.descriptor_, -1);
    label_ = std::move(other.label_);
    written_ = other.written_;
    buffer_ = std::move(other.buffer_);
  }
  return *this;
}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

Error OutputFile::IoError(std::string_view action, int error_number) const {
  return SystemError(ErrorCode::kIo, label_, action, error_number);
}

Result<void> OutputFile::WriteAt(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count =
        pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return IoError("write", errno);
    if (count == 0) return IoError("write", ENOSPC);
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

Result<void> OutputFile::Append(std::string_view bytes) {
  if (buffer_.size() + bytes.size() > kBufferBytes) COPPICE_TRY(Flush());
  if (bytes.size() >= kBufferBytes) {
    COPPICE_TRY(WriteAt(written_, bytes));
    written_ += bytes.size();
  } else {
    buffer_ += bytes;
  }
  return {};
}

Result<void> OutputFile::Append(std::span<const std::byte> bytes) {
  return Append(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

Result<void> OutputFile::AppendFile(OutputFile& source) {
  COPPICE_TRY(source.Flush());
  std::string chunk;
  for (std::uint64_t offset = 0; offset < source.size(); offset += chunk.size()) {
    chunk.resize(std::min<std::uint64_t>(source.size() - offset, kBufferBytes));
    COPPICE_TRY(source.ReadAt(offset, std::as_writable_bytes(std::span(chunk))));
    COPPICE_TRY(Append(chunk));
  }
  return {};
}

Result<void> OutputFile::AppendPadding(std::size_t alignment) {
  const std::size_t excess = size() % alignment;
  return Append(std::string(excess == 0 ? 0 : alignment - excess, '\0'));
}

Result<void> OutputFile::Flush() {
  COPPICE_TRY(WriteAt(written_, buffer_));
  written_ += buffer_.size();
  buffer_.clear();
  return {};
}

Result<void> OutputFile::ReadAt(std::uint64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t count =
        pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return IoError("read back", errno);
    if (count == 0) return IoError("read back", EIO);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

Result<void> OutputFile::OverwriteAt(std::uint64_t offset, std::string_view bytes) {
  COPPICE_TRY(Flush());
  return WriteAt(offset, bytes);
}

Result<ReplacementFile> ReplacementFile::Create(const std::string& path, std::string_view magic) {
  auto place = Resolve(path);
  if (!place) return place.error();
  RemoveLeftovers(*place, magic);
  auto temporary = OpenTemporary(*place);
  if (!temporary) return temporary.error();
  return ReplacementFile(OutputFile(temporary->descriptor, Join(place->directory, place->name)),
                         place->directory, place->name, temporary->name);
}

ReplacementFile::ReplacementFile(ReplacementFile&& other) noexcept
    : file_(std::move(other.file_)),
      directory_(std::move(other.directory_)),
      name_(std::move(other.name_)),
      temporary_(std::exchange(other.temporary_, {})) {}

ReplacementFile::~ReplacementFile() {
  if (!temporary_.empty()) unlink(Join(directory_, temporary_).c_str());
}

Result<void> ReplacementFile::Commit(Durability durability) {
  COPPICE_TRY(file_.Flush());
  struct stat status {};
  // What the umask took away from group and others at creation stays away.
  if (fstat(file_.descriptor(), &status) != 0 ||
      fchmod(file_.descriptor(), status.st_mode & 0444) != 0) {
    return file_.IoError("make the file read-only", errno);
  }
  const bool synced = durability == Durability::kSynced;
  if (synced && fsync(file_.descriptor()) != 0) return file_.IoError("write", errno);
  if (rename(Join(directory_, temporary_).c_str(), Join(directory_, name_).c_str()) != 0) {
    return file_.IoError("replace the file", errno);
  }
  temporary_.clear();
  if (!synced) return {};
  // The file is in its place; whether the new name outlives a power failure is all that is left,
  // and some file systems cannot sync a directory at all.
  if (const int directory = open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
      directory >= 0) {
    fsync(directory);
    close(directory);
  }
  return {};
}

}  // namespace coppice
