// Collecting and compressing docstrings while a pack is written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "summaries/error.h"
#include "summaries/output_file.h"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace coppice {

// Cuts the stream of all docstrings into blocks that are compressed each by itself, and keeps those
// in an unnamed temporary file. Memory: one block, another where some are read back, and 24 bytes
// for each that is done.
class DocsWriter {
 public:
  // For the pack at `path`, beside which the temporary file is.
  static Result<DocsWriter> Create(const std::string& path);
  DocsWriter(DocsWriter&&) noexcept;
  DocsWriter& operator=(DocsWriter&&) = delete;
  ~DocsWriter();

  // A module's docstrings, or the same as DocsReader::ReadRaw gives them.
  Result<void> Add(std::span<const std::string_view> docs);
  Result<void> AddRaw(std::string_view raw);
  // What was added so far from `begin` to `end` of the stream. Costs the decompression of a block
  // unless it is in the one that was read last or in the open one.
  Result<std::string> ReadBack(std::uint64_t begin, std::uint64_t end);
  // Length of the stream so far.
  std::uint64_t raw_size() const { return raw_done_ + block_.size(); }

  Result<void> Finish();
  // After Finish: all compressed blocks, and their rows as the pack holds them.
  OutputFile& compressed() { return file_; }
  const std::string& block_rows() const { return rows_; }

 private:
  struct FreeContext {
    void operator()(ZSTD_CCtx_s* context) const;
    void operator()(ZSTD_DCtx_s* context) const;
  };
  DocsWriter(OutputFile file, std::unique_ptr<ZSTD_CCtx_s, FreeContext> context);
  Result<void> CloseBlock();
  // Decompresses the closed block that holds byte `offset` of the stream.
  Result<void> Load(std::uint64_t offset);

  OutputFile file_;
  std::unique_ptr<ZSTD_CCtx_s, FreeContext> context_;
  std::string block_;       // raw bytes of the open block
  std::string compressed_;  // scratch
  std::string raw_;         // scratch
  std::uint64_t raw_done_ = 0;
  std::string rows_;
  std::unique_ptr<ZSTD_DCtx_s, FreeContext> read_context_;
  std::string loaded_;              // raw bytes of the closed block that was read last
  std::uint64_t loaded_begin_ = 0;  // where they are in the stream
};

}  // namespace coppice
