#include "store/sidecar.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

#include "summaries/output_file.h"
#include "summaries/system_error.h"
#include "summaries/try.h"
#include "summaries/wire_bytes.h"

namespace coppice {
namespace {

// The file: magic, version, then a body of the pack's identity, the root names and the entries,
// then the XXH3-64 of the body. An entry: root, length of the prefix that its path shares with the
// one before, rest of the path, state and trust, stat. Numbers are varints or cells of 8 bytes.
constexpr std::string_view kMagic = "coppice state 1\n";
constexpr std::string_view kMagicStart = "coppice state ";  // of every version
constexpr std::size_t kChecksumBytes = 8;
constexpr std::uint8_t kSkippedBit = 1;
constexpr std::uint8_t kUntrustedBit = 2;

void PutString(std::string& out, std::string_view value) {
  AppendVarint(out, value.size());
  out.append(value);
}

// Reads what the functions above wrote out of bytes that may be anything: once something did not
// fit, every further read gives zero.
class Input {
 public:
  explicit Input(std::string_view bytes)
      : at_(reinterpret_cast<const std::uint8_t*>(bytes.data())), end_(at_ + bytes.size()) {}

  bool ok() const { return ok_; }
  // Bytes that are left.
  std::size_t size() const { return static_cast<std::size_t>(end_ - at_); }

  std::uint8_t Byte() { return at_ == end_ ? Fail() : *at_++; }
  std::uint64_t Number() {
    std::uint64_t value = 0;
    return ReadVarint(at_, end_, value) ? value : Fail();
  }
  std::uint64_t Word() {
    const std::string_view bytes = Bytes(8);
    return ok_ ? LoadCell(std::as_bytes(std::span(bytes)).data(), 8) : 0;
  }
  std::string_view Bytes(std::uint64_t count) {
    if (count > size()) {
      Fail();
      return {};
    }
    const auto* const begin = reinterpret_cast<const char*>(at_);
    at_ += count;
    return {begin, static_cast<std::size_t>(count)};
  }
  std::string_view String() { return Bytes(Number()); }

 private:
  std::uint8_t Fail() {
    ok_ = false;
    at_ = end_;
    return 0;
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
  bool ok_ = true;
};

Result<std::string> ReadWhole(const std::string& path, std::uint64_t max_bytes) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return ReadError(path, "open", errno);
  std::string bytes;
  struct stat status {};
  int error_number = 0;
  if (fstat(descriptor, &status) != 0) {
    error_number = errno;
  } else if (!S_ISREG(status.st_mode)) {
    error_number = EINVAL;
  } else if (static_cast<std::uint64_t>(status.st_size) > max_bytes) {
    error_number = EFBIG;
  } else {
    bytes.resize(static_cast<std::size_t>(status.st_size));
    std::size_t filled = 0;
    while (filled < bytes.size()) {
      const ssize_t count = read(descriptor, bytes.data() + filled, bytes.size() - filled);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) error_number = errno;
      if (count <= 0) break;
      filled += static_cast<std::size_t>(count);
    }
    bytes.resize(filled);
  }
  close(descriptor);
  if (error_number != 0) return ReadError(path, "read", error_number);
  return bytes;
}

}  // namespace

Result<void> CheckSidecarReplaceable(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
  if (descriptor < 0 && errno == ENOENT) return {};
  bool replaceable = false;
  if (descriptor >= 0) {
    struct stat status {};
    char start[kMagicStart.size()] = {};
    ssize_t count = -1;
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) {
      count = pread(descriptor, start, sizeof start, 0);
    }
    replaceable = count == 0 || std::string_view(start, sizeof start) == kMagicStart;
    close(descriptor);
  }
  if (replaceable) return {};
  return Error{ErrorCode::kInvalidArgument,
               path + ": is there and is not the state of a pack, so it is not replaced"};
}

bool IsRacy(const FileStat& stat, std::int64_t now_ns) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  // The kernel's clock for files ticks at 100 to 1,000 Hz.
  constexpr std::int64_t kTick = 20'000'000;
  const std::int64_t grain = stat.ctime_ns % kSecond == 0 ? 2 * kSecond : kTick;
  return stat.ctime_ns >= now_ns - grain;
}

SidecarWriter::SidecarWriter(std::vector<std::string> root_names)
    : root_names_(std::move(root_names)) {}

void SidecarWriter::Add(const SidecarFile& file) {
  const auto [own, previous] = std::mismatch(file.path.begin(), file.path.end(),
                                             previous_path_.begin(), previous_path_.end());
  const auto shared = static_cast<std::size_t>(own - file.path.begin());
  AppendVarint(entries_, file.root);
  AppendVarint(entries_, shared);
  PutString(entries_, file.path.substr(shared));
  const int flags =
      (file.state == SidecarState::kSkipped ? kSkippedBit : 0) | (file.trusted ? 0 : kUntrustedBit);
  entries_.push_back(static_cast<char>(flags));
  AppendVarint(entries_, file.stat.size);
  AppendCell(entries_, static_cast<std::uint64_t>(file.stat.mtime_ns), 8);
  AppendCell(entries_, static_cast<std::uint64_t>(file.stat.ctime_ns), 8);
  AppendVarint(entries_, file.stat.inode);
  AppendVarint(entries_, file.stat.device);
  previous_path_.assign(file.path);
  ++count_;
}

Result<void> SidecarWriter::Write(const std::string& path, const Hash128& pack) const {
  std::string bytes(kMagic);
  AppendCell(bytes, pack.low, 8);
  AppendCell(bytes, pack.high, 8);
  AppendVarint(bytes, root_names_.size());
  for (const std::string& name : root_names_) PutString(bytes, name);
  AppendVarint(bytes, count_);
  bytes += entries_;
  AppendCell(bytes, Hash64(std::string_view(bytes).substr(kMagic.size())), 8);
  COPPICE_TRY(CheckSidecarReplaceable(path));
  Result<ReplacementFile> file = ReplacementFile::Create(path, kMagic);
  if (!file) return file.error();
  COPPICE_TRY(file->file().Append(bytes));
  // A sidecar that a crash tore fails its checksum, and the files are read instead.
  return file->Commit(ReplacementFile::Durability::kUnsynced);
}

Result<SidecarReader> SidecarReader::Open(const std::string& path, std::uint64_t max_files) {
  // Roots' names, paths and numbers are far shorter than that a file.
  constexpr std::uint64_t kMaxBytesPerFile = 16384;
  Result<std::string> read = ReadWhole(path, (max_files + 1) * kMaxBytesPerFile);
  if (!read) return read.error();
  SidecarReader reader;
  reader.bytes_ = std::move(*read);
  const std::string_view all = reader.bytes_;
  const auto damaged = [&path](const char* reason) {
    return Error{ErrorCode::kDamaged, path + ": " + reason};
  };
  if (!all.starts_with(kMagic)) return damaged("not the state of a pack");
  if (all.size() < kMagic.size() + kChecksumBytes) return damaged("cut short");
  const std::string_view body = all.substr(0, all.size() - kChecksumBytes);
  if (Input(all.substr(body.size())).Word() != Hash64(body.substr(kMagic.size()))) {
    return damaged("its checksum does not match");
  }

  Input input(body.substr(kMagic.size()));
  reader.pack_.low = input.Word();
  reader.pack_.high = input.Word();
  for (std::uint64_t left = input.Number(); left != 0 && input.ok(); --left) {
    reader.root_names_.emplace_back(input.String());
  }
  reader.left_ = input.Number();
  if (!input.ok()) return damaged("cut short");
  reader.end_ = body.size();
  reader.at_ = reader.end_ - input.size();
  return reader;
}

bool SidecarReader::Next(SidecarFile& file) {
  if (left_ == 0) return false;
  --left_;
  Input input(std::string_view(bytes_).substr(at_, end_ - at_));
  const std::uint64_t root = input.Number();
  const std::uint64_t shared = input.Number();
  const std::string_view rest = input.String();
  const std::uint8_t flags = input.Byte();
  file.stat = FileStat{};
  file.stat.size = input.Number();
  file.stat.mtime_ns = static_cast<std::int64_t>(input.Word());
  file.stat.ctime_ns = static_cast<std::int64_t>(input.Word());
  file.stat.inode = input.Number();
  file.stat.device = input.Number();
  at_ = end_ - input.size();
  if (!input.ok() || root >= root_names_.size() || shared > path_.size()) {
    left_ = 0;
    return false;
  }
  path_.resize(static_cast<std::size_t>(shared));
  path_ += rest;
  file.root = static_cast<std::uint32_t>(root);
  file.path = path_;
  file.state = (flags & kSkippedBit) != 0 ? SidecarState::kSkipped : SidecarState::kIndexed;
  file.trusted = (flags & kUntrustedBit) == 0;
  return true;
}

}  // namespace coppice
