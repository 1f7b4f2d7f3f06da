// Standard output and standard error of the command.

#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>

#include "clients/cli/command.h"
#include "summaries/error.h"

namespace coppice::cli {

// Standard output through a buffer, with every write checked: a disk that is full or a reader that
// has gone is noticed. After the first failure nothing more is written.
class Output {
 public:
  using Ch = char;  // as rapidjson's streams name it

  Output() { buffer_.reserve(kBufferBytes + kBufferBytes / 4); }

  void Put(char character) {
    buffer_.push_back(character);
    if (buffer_.size() >= kBufferBytes) Write();
  }
  void Append(std::string_view text) {
    buffer_.append(text);
    if (buffer_.size() >= kBufferBytes) Write();
  }
  template <class... Arguments>
  void Print(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(buffer_), format, std::forward<Arguments>(arguments)...);
    if (buffer_.size() >= kBufferBytes) Write();
  }
  void Flush() {}  // rapidjson calls it after every value

  bool failed() const { return error_number_ != 0; }
  // Writes what is left. Returns `code`, or what the failure to write calls for, and says so.
  int Finish(int code = kDone);

 private:
  static constexpr std::size_t kBufferBytes = std::size_t{64} << 10;
  void Write();

  std::string buffer_;
  int error_number_ = 0;
};

// To standard error. That it cannot be written changes nothing else.
void WriteError(std::string_view text);
// One line there each, coloured where that is a terminal.
void PrintError(std::string_view message);
void PrintWarning(std::string_view message);
void PrintNote(std::string_view message);

// Says why what the call asks for did not work out. Returns kFailed.
int Fail(const Error& error);
// Says why the arguments are wrong, and how the call is written: the usage, the first paragraph of
// a `help`. Returns kWrongCall.
int Misuse(std::string_view help, std::string_view message);

// A terminal that understands escape sequences: TERM is set, and not to "dumb".
bool IsCapableTerminal(int descriptor);
// That, and NO_COLOR is not set.
bool MayColour(int descriptor);

// Text from disk for a terminal: control characters and bytes that are no UTF-8 as \xNN.
std::string Printable(std::string_view bytes);

// "1,234,567"
std::string Grouped(std::uint64_t number);
// "12.3 MB": powers of 1,000.
std::string Megabytes(double bytes);

}  // namespace coppice::cli
