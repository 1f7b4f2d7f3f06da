#include "store/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "summaries/system_error.h"

extern char** environ;

namespace coppice {
namespace {

class Pipe {
 public:
  Pipe() { opened_ = pipe2(ends_.data(), O_CLOEXEC) == 0; }
  ~Pipe() {
    CloseReading();
    CloseWriting();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  explicit operator bool() const { return opened_; }
  int reading() const { return ends_[0]; }
  int writing() const { return ends_[1]; }
  void CloseReading() { Close(ends_[0]); }
  void CloseWriting() { Close(ends_[1]); }

 private:
  static void Close(int& descriptor) {
    if (descriptor >= 0) close(std::exchange(descriptor, -1));
  }

  std::array<int, 2> ends_ = {-1, -1};
  bool opened_;
};

class SpawnSettings {
 public:
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

// Returns 0 or an errno.
int Spawn(const std::vector<std::string>& arguments, const Pipe& output, const Pipe& errors,
          pid_t* process) {
  SpawnSettings settings;
  posix_spawn_file_actions_addopen(&settings.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&settings.actions, output.writing(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&settings.actions, errors.writing(), STDERR_FILENO);
  // A group of its own, so that what it starts is killed with it.
  posix_spawnattr_setpgroup(&settings.attributes, 0);
  posix_spawnattr_setflags(&settings.attributes, POSIX_SPAWN_SETPGROUP);
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  return posix_spawn(process, argv[0], &settings.actions, &settings.attributes, argv.data(),
                     environ);
}

// Appends what `stream` has to give, and closes it at its end.
void ReadSome(Pipe& stream, std::string& text) {
  std::array<char, 4096> buffer;
  const ssize_t count = read(stream.reading(), buffer.data(), buffer.size());
  if (count > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
  } else if (count == 0 || errno != EINTR) {
    stream.CloseReading();
  }
}

// Reads both streams to their ends.
Result<void> Collect(Pipe& output, Pipe& errors, std::chrono::milliseconds timeout,
                     std::size_t max_output, ProgramOutput& result) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (output.reading() >= 0 || errors.reading() >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return Error{ErrorCode::kCancelled, "no answer in time"};
    std::array<pollfd, 2> streams = {pollfd{output.reading(), POLLIN, 0},
                                     pollfd{errors.reading(), POLLIN, 0}};
    constexpr std::chrono::milliseconds::rep kLongestWait = 60'000;
    const int ready = poll(streams.data(), streams.size(),
                           static_cast<int>(std::min(left.count(), kLongestWait)));
    if (ready < 0 && errno != EINTR) return Error{ErrorCode::kIo, SystemReason(errno)};
    if (ready <= 0) continue;
    if (streams[0].revents != 0) ReadSome(output, result.output);
    if (streams[1].revents != 0) ReadSome(errors, result.errors);
    if (result.output.size() > max_output || result.errors.size() > max_output) {
      return Error{ErrorCode::kTooLarge, "it prints without end"};
    }
  }
  return {};
}

}  // namespace

Result<ProgramOutput> RunProgram(const std::vector<std::string>& arguments,
                                 std::chrono::milliseconds timeout, std::size_t max_output) {
  Pipe output;
  Pipe errors;
  if (!output || !errors) return ReadError(arguments[0], "run", errno);
  pid_t process = 0;
  if (const int error = Spawn(arguments, output, errors, &process)) {
    return ReadError(arguments[0], "run", error);
  }
  output.CloseWriting();
  errors.CloseWriting();
  ProgramOutput result;
  const auto collected = Collect(output, errors, timeout, max_output, result);
  // Also after success: it may have closed its streams and gone on, and nobody waits for that.
  kill(-process, SIGKILL);
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  if (!collected) {
    return Error{collected.error().code, arguments[0] + ": " + collected.error().message};
  }
  result.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return result;
}

}  // namespace coppice
