#include "clients/cli/console.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "parser/source.h"

namespace coppice::cli {
namespace {

void PrintLine(const char* colour, std::string_view label, std::string_view message) {
  const bool coloured = MayColour(STDERR_FILENO);
  WriteError(fmt::format("coppice: {}{}{}{}\n", coloured ? colour : "", label,
                         coloured ? "\x1b[0m" : "", message));
}

}  // namespace

void Output::Write() {
  std::string_view rest = buffer_;
  while (!rest.empty() && error_number_ == 0) {
    const ssize_t written = write(STDOUT_FILENO, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      error_number_ = errno;
    }
  }
  buffer_.clear();
}

int Output::Finish(int code) {
  Write();
  if (error_number_ == 0) return code;
  // Whoever closed the pipe knows.
  if (error_number_ == EPIPE) return 128 + SIGPIPE;
  PrintError("cannot write to standard output: " + std::generic_category().message(error_number_));
  return kFailed;
}

void WriteError(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

void PrintError(std::string_view message) { PrintLine("\x1b[31m", "error: ", message); }
void PrintWarning(std::string_view message) { PrintLine("\x1b[33m", "warning: ", message); }
void PrintNote(std::string_view message) { WriteError(fmt::format("coppice: {}\n", message)); }

int Fail(const Error& error) {
  PrintError(Printable(error.message));
  return kFailed;
}

int Misuse(std::string_view help, std::string_view message) {
  PrintError(message);
  WriteError(fmt::format("{}\nWith --help: all options, and examples\n",
                         help.substr(0, help.find("\n\n"))));
  return kWrongCall;
}

bool IsCapableTerminal(int descriptor) {
  const char* term = std::getenv("TERM");
  if (term == nullptr || std::string_view(term) == "dumb") return false;
  return isatty(descriptor) == 1;
}

bool MayColour(int descriptor) {
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;  // as no-color.org has it
  return IsCapableTerminal(descriptor);
}

std::string Printable(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    const std::size_t valid = ValidUtf8Prefix(bytes);
    for (const char character : bytes.substr(0, valid)) {
      const auto code = static_cast<unsigned char>(character);
      if (code < 0x20 || code == 0x7f) {
        out += fmt::format("\\x{:02x}", code);
      } else {
        out += character;
      }
    }
    bytes.remove_prefix(valid);
    if (bytes.empty()) break;
    out += fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes.front()));
    bytes.remove_prefix(1);
  }
  return out;
}

std::string Grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string Megabytes(double bytes) {
  if (bytes < 1e5) return fmt::format("{:.1f} kB", bytes / 1e3);
  return fmt::format("{:.1f} MB", bytes / 1e6);
}

}  // namespace coppice::cli
