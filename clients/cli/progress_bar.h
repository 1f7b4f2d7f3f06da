// What the index command shows on standard error while it works.

#pragma once

#include <chrono>
#include <string>

#include "store/indexer.h"

namespace coppice::cli {

enum class Verbosity : std::uint8_t { kQuiet, kNormal };

// Prints warnings as they come and, on a capable terminal, a bar with rate and time left. Called by
// one thread at a time, as IndexRun promises.
class ProgressBar final : public ProgressSink {
 public:
  // `overlaps`: report roots within roots too. An interpreter's own are so by nature.
  enum class Overlaps : std::uint8_t { kExpected, kReported };
  ProgressBar(Verbosity verbosity, Overlaps overlaps);
  ~ProgressBar() override;

  void OnWaiting(const std::string& lock_path) override;
  void OnWarning(const IndexWarning& warning) override;
  void OnProgress(const IndexProgress& progress) override;

 private:
  using Clock = std::chrono::steady_clock;

  void Erase();

  const Verbosity verbosity_;
  const Overlaps overlaps_;
  const bool shown_;  // the bar, if there is time for one
  bool drawn_ = false;
  Clock::time_point start_;
  Clock::time_point last_draw_;
};

}  // namespace coppice::cli
