#include "store/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include "summaries/system_error.h"

namespace coppice {
namespace {

// A blocking flock could not be told to stop by a flag.
constexpr std::chrono::milliseconds kPollInterval{50};

ErrorCode CodeOf(int error_number) {
  const bool refused = error_number == EACCES || error_number == EROFS || error_number == EPERM;
  return refused ? ErrorCode::kUnavailable : ErrorCode::kIo;
}

// Opens the lock file, made if need be. That of another user may be readable only, which is enough
// for flock(2). -1 and errno if it cannot be opened.
int OpenLock(const std::string& path) {
  // Readable and writable by whoever may write the pack: the umask decides.
  constexpr int kFlags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | kFlags, 0666);
  if (descriptor >= 0 || errno != EACCES) return descriptor;
  const int readable = open(path.c_str(), O_RDONLY | kFlags);
  if (readable < 0 && errno == ENOENT) errno = EACCES;  // it was the directory that refused
  return readable;
}

// Whether the file that the descriptor has open is still the one at the path: the last holder may
// have removed it between our opening and our locking.
bool StillThere(int descriptor, const std::string& path) {
  struct stat open_file {};
  struct stat named_file {};
  return fstat(descriptor, &open_file) == 0 && stat(path.c_str(), &named_file) == 0 &&
         open_file.st_ino == named_file.st_ino && open_file.st_dev == named_file.st_dev;
}

// Lock files are empty: what is not is somebody's, whatever its name.
bool IsLockFile(int descriptor) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0;
}

}  // namespace

Result<LockFile> LockFile::Acquire(const std::string& path, const std::function<void()>& on_wait,
                                   const std::atomic<bool>* interrupted) {
  bool told = false;
  for (;;) {
    const int descriptor = OpenLock(path);
    if (descriptor < 0) {
      const int error_number = errno;
      Error error = SystemError(CodeOf(error_number), path, "open the lock file", error_number);
      if (error.code == ErrorCode::kUnavailable && access(path.c_str(), F_OK) == 0) {
        error.code = ErrorCode::kIo;  // a lock that is there must not be passed by
      }
      return error;
    }
    if (!IsLockFile(descriptor)) {
      close(descriptor);
      return Error{ErrorCode::kInvalidArgument,
                   path +
                       ": is there and is no lock file: remove it, or name another file for "
                       "the pack"};
    }
    LockFile lock(path, descriptor);
    while (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno != EWOULDBLOCK) {
        const int error_number = errno;
        lock.path_.clear();  // not ours to remove
        return SystemError(CodeOf(error_number), path, "lock", error_number);
      }
      if (!told && on_wait) on_wait();
      told = true;
      if (interrupted != nullptr && interrupted->load(std::memory_order_relaxed)) {
        lock.path_.clear();
        return Error{ErrorCode::kCancelled, path + ": interrupted while waiting for the lock"};
      }
      std::this_thread::sleep_for(kPollInterval);
    }
    if (StillThere(descriptor, path)) return lock;
    lock.path_.clear();
  }
}

LockFile::LockFile(LockFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), descriptor_(std::exchange(other.descriptor_, -1)) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

LockFile::~LockFile() {
  if (descriptor_ < 0) return;
  // Removed while it is still locked: whoever waits for it sees that it is gone and makes another.
  if (!path_.empty()) unlink(path_.c_str());
  close(descriptor_);
}

}  // namespace coppice
