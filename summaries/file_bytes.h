// The bytes of a whole file, mapped or copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "summaries/error.h"

namespace coppice {

// Owns a file's bytes, 8-byte aligned, unchanged while it lives (of a mapping: as long as nobody
// writes to the file). Move-only.
class FileBytes {
 public:
  // Errors: kNotFound; kInvalidArgument if it is no regular file; kIo.
  static Result<FileBytes> Map(const std::string& path);
  static Result<FileBytes> Read(const std::string& path);
  static FileBytes Copy(std::span<const std::byte> bytes);

  FileBytes(FileBytes&& other) noexcept;
  FileBytes& operator=(FileBytes&& other) = delete;
  ~FileBytes();

  std::span<const std::byte> bytes() const { return bytes_; }
  // Tells the system that a mapping's pages inside of [begin, end) need not stay in this process's
  // memory. They come back when they are read.
  void Release(std::uint64_t begin, std::uint64_t end) const;

 private:
  FileBytes() = default;
  static FileBytes Allocate(std::size_t size);
  std::byte* storage() { return reinterpret_cast<std::byte*>(storage_.get()); }

  std::unique_ptr<std::uint64_t[]> storage_;  // null: mapped, or empty
  std::span<const std::byte> bytes_;
};

}  // namespace coppice
