// Collecting all names of a pack that is being written: an external sort.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "summaries/error.h"
#include "summaries/name_entries.h"
#include "summaries/name_mention.h"
#include "summaries/output_file.h"
#include "summaries/pack.h"

namespace coppice {

// Names with their postings, in ascending order of (Hash64(name), name), each once.
class NameSource {
 public:
  virtual ~NameSource() = default;
  // Goes to the next name; at first, to the first. False at the end.
  virtual Result<bool> Next() = 0;

  // Valid until Next.
  std::uint64_t hash() const { return hash_; }
  std::string_view name() const { return name_; }
  std::span<const PostingCode> codes() const { return codes_; }  // ascending by module

 protected:
  std::uint64_t hash_ = 0;
  std::string_view name_;
  std::vector<PostingCode> codes_;
};

// Takes names module by module and gives them back merged. Mentions are sorted in memory until
// `run_bytes` of them are there, and then kept as a sorted run in an unnamed temporary file. The
// dictionary of an older pack is one more sorted run.
class NameCollector {
 public:
  // Offsets within a run have 32 bits.
  static constexpr std::size_t kMaxRunBytes = std::size_t{1} << 30;

  // For the pack at `path`, beside which the temporary file is.
  NameCollector(std::string path, std::size_t run_bytes)
      : path_(std::move(path)), run_bytes_(std::min(run_bytes, kMaxRunBytes)) {}

  Result<void> Add(std::uint32_t module, std::span<const NameMention> names);
  // What `older` knows of module `old_id` is also true of `module`.
  void AddFrom(const std::shared_ptr<const Pack>& older, std::uint32_t old_id,
               std::uint32_t module);

  // What is known of module `original`, itself a copy or not, is also true of `copy`, a later one.
  // In ascending order of copies.
  void AddCopy(std::uint32_t original, std::uint32_t copy);

  // All that was added. Once; the collector must outlive the result.
  Result<std::unique_ptr<NameSource>> Merge();

 private:
  struct Record {
    std::uint64_t hash;
    std::uint32_t offset;  // in text_
    std::uint32_t size;
    PostingCode code;
  };
  struct Run {
    std::uint64_t begin;  // in runs_file_
    std::uint64_t end;
  };
  struct Older {
    std::shared_ptr<const Pack> pack;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> modules;  // id in the pack, id here
  };

  std::string_view NameOf(const Record& record) const {
    return std::string_view(text_).substr(record.offset, record.size);
  }
  void SortRecords();
  Result<void> Spill();
  // Makes one run of all.
  Result<void> Compact();
  Result<std::vector<std::unique_ptr<NameSource>>> OpenRuns();

  std::string path_;
  std::size_t run_bytes_;
  std::vector<Record> records_;
  std::string text_;
  std::unique_ptr<OutputFile> runs_file_;  // null until something is spilled
  std::vector<Run> runs_;
  std::vector<Older> older_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> copies_;
};

// The entries in [begin, end) of a file, as AppendNameEntry wrote them. The file must outlive it.
class NameRun final : public NameSource {
 public:
  NameRun(const OutputFile& file, std::uint64_t begin, std::uint64_t end)
      : file_(file), next_(begin), end_(end) {}

  Result<bool> Next() override;
  // In the file: where the entry ends.
  std::uint64_t position() const { return next_ - (buffer_.size() - used_); }

 private:
  Result<void> Refill();

  const OutputFile& file_;
  std::uint64_t next_;  // to be read into the buffer
  std::uint64_t end_;
  std::string buffer_;
  std::size_t used_ = 0;
};

}  // namespace coppice
