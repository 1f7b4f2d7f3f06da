// A part of a pack whose bytes are checked in blocks, each when it is first used, once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace coppice {

// A set of small numbers to which threads add at once. What was added stays.
class ConcurrentBits {
 public:
  ConcurrentBits() = default;
  explicit ConcurrentBits(std::uint64_t size)
      : words_(std::make_unique<std::atomic<std::uint64_t>[]>(size / 64 + 1)) {}

  // Whoever sees a bit sees nothing but immutable bytes because of it: no ordering is needed.
  bool Has(std::uint64_t bit) const {
    return (words_[bit / 64].load(std::memory_order_relaxed) >> bit % 64 & 1) != 0;
  }
  void Add(std::uint64_t bit) {
    words_[bit / 64].fetch_or(std::uint64_t{1} << bit % 64, std::memory_order_relaxed);
  }

 private:
  std::unique_ptr<std::atomic<std::uint64_t>[]> words_;
};

// Thread-safe. Does not own the bytes.
class CheckedSection {
 public:
  CheckedSection() = default;
  // `checksums`: one of 8 bytes for each block of pack_format::kBlockBytes.
  CheckedSection(std::span<const std::byte> bytes, const std::byte* checksums);

  std::uint64_t size() const { return bytes_.size(); }
  // The address of [offset, offset + size); null if that is not within the section, or if a block
  // that it touches is damaged.
  const std::byte* Get(std::uint64_t offset, std::uint64_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) return nullptr;
    if (size != 0) {
      const std::uint64_t last = (offset + size - 1) / kBlock;
      for (std::uint64_t block = offset / kBlock; block <= last; ++block) {
        if (!checked_.Has(block) && !Check(block)) return nullptr;
      }
    }
    return bytes_.data() + offset;
  }

 private:
  static constexpr std::uint64_t kBlock = 4096;
  bool Check(std::uint64_t block) const;

  std::span<const std::byte> bytes_;
  const std::byte* checksums_ = nullptr;
  mutable ConcurrentBits checked_;
};

}  // namespace coppice
