#include "clients/cli/progress_bar.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "clients/cli/console.h"

namespace coppice::cli {
namespace {

constexpr std::chrono::milliseconds kRedrawInterval{100};

std::size_t TerminalWidth() {
  struct winsize size {};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

std::string Duration(double seconds) {
  const auto whole = std::llround(seconds);
  if (whole < 60) return fmt::format("{} s", whole);
  return fmt::format("{}:{:02} min", whole / 60, whole % 60);
}

}  // namespace

ProgressBar::ProgressBar(Verbosity verbosity, Overlaps overlaps)
    : verbosity_(verbosity),
      overlaps_(overlaps),
      shown_(verbosity == Verbosity::kNormal && IsCapableTerminal(STDERR_FILENO)),
      start_(Clock::now()),
      last_draw_(start_) {}

ProgressBar::~ProgressBar() { Erase(); }

void ProgressBar::OnWaiting(const std::string& lock_path) {
  if (verbosity_ == Verbosity::kQuiet) return;
  PrintNote("waiting for another run on this pack to end (" + Printable(lock_path) + ")");
}

void ProgressBar::OnWarning(const IndexWarning& warning) {
  if (verbosity_ == Verbosity::kQuiet) return;
  if (warning.kind == IndexWarningKind::kOverlap && overlaps_ == Overlaps::kExpected) return;
  Erase();
  PrintWarning(Printable(warning.path) + ": " + Printable(warning.reason));
}

void ProgressBar::OnProgress(const IndexProgress& progress) {
  if (!shown_) return;
  const Clock::time_point now = Clock::now();
  if (now - last_draw_ < kRedrawInterval) return;
  last_draw_ = now;

  const double seconds = std::chrono::duration<double>(now - start_).count();
  const auto done = static_cast<double>(progress.bytes_done);
  const auto total = static_cast<double>(std::max<std::uint64_t>(progress.bytes_total, 1));
  const double rate = done / seconds;
  const double share = std::min(done / total, 1.0);
  const std::string text = fmt::format(
      "{:3.0f}%  {}/{} files  {:.1f} MB/s  {} left", share * 100, Grouped(progress.files_done),
      Grouped(progress.files_total), rate / 1e6, rate > 0 ? Duration((total - done) / rate) : "?");

  const std::size_t columns = TerminalWidth() - 1;
  std::string line;
  if (columns > text.size() + 14) {
    const std::size_t width = std::min<std::size_t>(columns - text.size() - 4, 40);
    const auto filled = static_cast<std::size_t>(share * static_cast<double>(width));
    line = '[' + std::string(filled, '#') + std::string(width - filled, '.') + "] ";
  }
  line += text;
  WriteError("\r\x1b[K" + line.substr(0, columns));
  drawn_ = true;
}

void ProgressBar::Erase() {
  if (!drawn_) return;
  WriteError("\r\x1b[K");
  drawn_ = false;
}

}  // namespace coppice::cli
