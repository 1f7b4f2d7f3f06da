#include "summaries/file_bytes.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "summaries/system_error.h"

namespace coppice {
namespace {

class Descriptor {
 public:
  explicit Descriptor(const std::string& path)
      : descriptor_(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

Result<std::size_t> RegularFileSize(const Descriptor& file, const std::string& path) {
  if (file.get() < 0) return ReadError(path, "open", errno);
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return ReadError(path, "open", errno);
  if (!S_ISREG(status.st_mode)) {
    return Error{ErrorCode::kInvalidArgument, path + ": is not a regular file"};
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > static_cast<std::uint64_t>(std::numeric_limits<std::ptrdiff_t>::max())) {
    return Error{ErrorCode::kTooLarge, path + ": is larger than this machine can address"};
  }
  return static_cast<std::size_t>(size);
}

}  // namespace

Result<FileBytes> FileBytes::Map(const std::string& path) {
  const Descriptor file(path);
  const auto size = RegularFileSize(file, path);
  if (!size) return size.error();
  FileBytes result;
  if (*size == 0) return result;  // what cannot be mapped
  void* const address = mmap(nullptr, *size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (address == MAP_FAILED) return ReadError(path, "map", errno);
  result.bytes_ = {static_cast<const std::byte*>(address), *size};
  return result;
}

Result<FileBytes> FileBytes::Read(const std::string& path) {
  const Descriptor file(path);
  const auto size = RegularFileSize(file, path);
  if (!size) return size.error();
  FileBytes result = Allocate(*size);
  for (std::size_t done = 0; done < *size;) {
    const ssize_t count =
        pread(file.get(), result.storage() + done, *size - done, static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ReadError(path, "read", errno);
    if (count == 0) {
      return Error{ErrorCode::kDamaged, path + ": was cut short while it was being read"};
    }
    done += static_cast<std::size_t>(count);
  }
  return result;
}

FileBytes FileBytes::Copy(std::span<const std::byte> bytes) {
  FileBytes result = Allocate(bytes.size());
  std::copy(bytes.begin(), bytes.end(), result.storage());
  return result;
}

FileBytes FileBytes::Allocate(std::size_t size) {
  FileBytes result;
  if (size == 0) return result;
  result.storage_ = std::make_unique_for_overwrite<std::uint64_t[]>(size / 8 + 1);
  result.bytes_ = {result.storage(), size};
  return result;
}

FileBytes::FileBytes(FileBytes&& other) noexcept
    : storage_(std::move(other.storage_)), bytes_(std::exchange(other.bytes_, {})) {}

FileBytes::~FileBytes() {
  if (!storage_ && !bytes_.empty()) {
    munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
  }
}

void FileBytes::Release(std::uint64_t begin, std::uint64_t end) const {
  if (storage_ || bytes_.empty()) return;
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  begin = (begin + page - 1) / page * page;
  end = end / page * page;
  if (begin >= end || end > bytes_.size()) return;
  madvise(const_cast<std::byte*>(bytes_.data()) + begin, static_cast<std::size_t>(end - begin),
          MADV_DONTNEED);
}

}  // namespace coppice
