// One writer at a time for a pack: a lock file, held by flock(2).

#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "summaries/error.h"

namespace coppice {

// Holds the lock while it lives. Move-only. The kernel lets go of it when the process dies, however
// it dies; the file, which is removed with the lock otherwise, may then stay and harms nobody.
class LockFile {
 public:
  // Waits for as long as another holds the lock: `on_wait` is called once, before the waiting;
  // `interrupted`, if given, ends it with kCancelled. Error kUnavailable: the directory cannot be
  // written to, so that nobody could lock there; kInvalidArgument: what is at the path is no lock
  // file (those are empty), and stays; kIo: anything else.
  static Result<LockFile> Acquire(const std::string& path, const std::function<void()>& on_wait,
                                  const std::atomic<bool>* interrupted = nullptr);

  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&& other) noexcept;
  ~LockFile();

 private:
  LockFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::string path_;
  int descriptor_ = -1;
};

}  // namespace coppice
