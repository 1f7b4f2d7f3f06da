#include "summaries/docs_writer.h"

#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

#include "summaries/hash.h"
#include "summaries/pack_format.h"
#include "summaries/try.h"
#include "summaries/wire_bytes.h"

namespace coppice {
namespace {

// A block is closed behind the module with which it reaches this size; longer docstrings are cut
// where the block is full. docs/pack.md has what other sizes and levels give.
constexpr std::size_t kBlockGoal = std::size_t{224} << 10;
constexpr int kCompressionLevel = 2;

}  // namespace

void DocsWriter::FreeContext::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }
void DocsWriter::FreeContext::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

DocsWriter::DocsWriter(OutputFile file, std::unique_ptr<ZSTD_CCtx_s, FreeContext> context)
    : file_(std::move(file)), context_(std::move(context)) {}
DocsWriter::DocsWriter(DocsWriter&&) noexcept = default;
DocsWriter::~DocsWriter() = default;

Result<DocsWriter> DocsWriter::Create(const std::string& path) {
  auto file = OutputFile::CreateUnnamed(path);
  if (!file) return file.error();
  std::unique_ptr<ZSTD_CCtx_s, FreeContext> context(ZSTD_createCCtx());
  if (!context || ZSTD_isError(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel,
                                                      kCompressionLevel)) != 0) {
    return Error{ErrorCode::kIo, path + ": no memory to compress docstrings with"};
  }
  return DocsWriter(std::move(*file), std::move(context));
}

Result<void> DocsWriter::Add(std::span<const std::string_view> docs) {
  raw_.clear();
  for (const std::string_view doc : docs) {
    AppendVarint(raw_, doc.size());
    raw_ += doc;
  }
  return AddRaw(raw_);
}

Result<void> DocsWriter::AddRaw(std::string_view raw) {
  while (!raw.empty()) {
    const std::string_view part = raw.substr(0, pack_format::kMaxDocsBlockBytes - block_.size());
    block_ += part;
    raw.remove_prefix(part.size());
    if (block_.size() == pack_format::kMaxDocsBlockBytes) COPPICE_TRY(CloseBlock());
  }
  if (block_.size() >= kBlockGoal) COPPICE_TRY(CloseBlock());
  return {};
}

Result<void> DocsWriter::CloseBlock() {
  if (block_.empty()) return {};
  compressed_.resize(ZSTD_compressBound(block_.size()));
  const std::size_t size = ZSTD_compress2(context_.get(), compressed_.data(), compressed_.size(),
                                          block_.data(), block_.size());
  if (ZSTD_isError(size) != 0) {
    return Error{ErrorCode::kIo,
                 file_.label() + ": cannot compress docstrings: " + ZSTD_getErrorName(size)};
  }
  const auto bytes = std::string_view(compressed_).substr(0, size);
  COPPICE_TRY(file_.Append(bytes));
  raw_done_ += block_.size();
  block_.clear();
  AppendCell(rows_, raw_done_, 8);
  AppendCell(rows_, file_.size(), 8);
  AppendCell(rows_, Hash64(bytes), 8);
  return {};
}

Result<std::string> DocsWriter::ReadBack(std::uint64_t begin, std::uint64_t end) {
  std::string raw;
  while (begin < std::min(end, raw_done_)) {
    if (begin < loaded_begin_ || begin >= loaded_begin_ + loaded_.size()) COPPICE_TRY(Load(begin));
    raw += std::string_view(loaded_).substr(begin - loaded_begin_, end - begin);
    begin = std::min(end, loaded_begin_ + loaded_.size());
  }
  if (begin < end) raw += std::string_view(block_).substr(begin - raw_done_, end - begin);
  return raw;
}

Result<void> DocsWriter::Load(std::uint64_t offset) {
  const auto* const rows = reinterpret_cast<const std::byte*>(rows_.data());
  const auto cell = [rows](std::size_t row, std::size_t column) {
    return LoadCell(rows + row * pack_format::kDocsBlockRowBytes + column * 8, 8);
  };
  std::size_t row = 0;
  for (std::size_t last = rows_.size() / pack_format::kDocsBlockRowBytes; row < last;) {
    const std::size_t middle = row + (last - row) / 2;
    if (offset < cell(middle, 0)) {
      last = middle;
    } else {
      row = middle + 1;
    }
  }
  const std::uint64_t begin = row == 0 ? 0 : cell(row - 1, 0);
  const std::uint64_t file_begin = row == 0 ? 0 : cell(row - 1, 1);
  compressed_.resize(cell(row, 1) - file_begin);
  COPPICE_TRY(file_.Flush());
  COPPICE_TRY(file_.ReadAt(file_begin, std::as_writable_bytes(std::span(compressed_))));
  if (!read_context_) read_context_.reset(ZSTD_createDCtx());
  loaded_.resize(cell(row, 0) - begin);
  loaded_begin_ = begin;
  const std::size_t size =
      read_context_ == nullptr
          ? 0
          : ZSTD_decompressDCtx(read_context_.get(), loaded_.data(), loaded_.size(),
                                compressed_.data(), compressed_.size());
  if (size != loaded_.size()) return file_.IoError("read back docstrings of", EIO);
  return {};
}

Result<void> DocsWriter::Finish() { return CloseBlock(); }

}  // namespace coppice
