// Bytes that several threads may use together: whoever needs some waits until they are free.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

namespace coppice {

// First come, first served, so that a large request is not starved by small ones. A request for
// more than the whole budget is granted when nobody else holds anything. Thread-safe; must outlive
// its reservations. A thread that holds one must not ask for another: it could wait for itself.
class MemoryBudget {
 public:
  // Gives its bytes back when it goes. Move-only.
  class Reservation {
   public:
    Reservation() = default;
    Reservation(Reservation&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_) {}
    Reservation& operator=(Reservation&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Reservation() {
      if (budget_ != nullptr) budget_->Release(bytes_);
    }

   private:
    friend class MemoryBudget;
    Reservation(MemoryBudget* budget, std::size_t bytes) : budget_(budget), bytes_(bytes) {}

    MemoryBudget* budget_ = nullptr;
    std::size_t bytes_ = 0;
  };

  explicit MemoryBudget(std::size_t bytes) : bytes_(bytes) {}

  Reservation Reserve(std::size_t bytes) {
    std::unique_lock lock(mutex_);
    const std::uint64_t ticket = next_ticket_++;
    changed_.wait(lock, [&] {
      return ticket == served_ && (used_ == 0 || (used_ <= bytes_ && bytes <= bytes_ - used_));
    });
    ++served_;
    used_ += bytes;
    lock.unlock();
    changed_.notify_all();
    return Reservation(this, bytes);
  }

  // How many reservations were asked for so far, those that still wait included.
  std::uint64_t request_count() {
    const std::lock_guard lock(mutex_);
    return next_ticket_;
  }

 private:
  void Release(std::size_t bytes) {
    {
      const std::lock_guard lock(mutex_);
      used_ -= bytes;
    }
    changed_.notify_all();
  }

  const std::size_t bytes_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t used_ = 0;
  std::uint64_t next_ticket_ = 0;
  std::uint64_t served_ = 0;  // ticket whose turn it is
};

}  // namespace coppice
