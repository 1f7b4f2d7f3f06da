#include "summaries/docs_reader.h"

#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "summaries/hash.h"
#include "summaries/pack_tables.h"
#include "summaries/try.h"
#include "summaries/wire_bytes.h"

namespace coppice {
namespace {

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

}  // namespace

struct DocsReader::State {
  explicit State(const Pack& read_from) : pack(read_from), tables(TablesOf(read_from)) {}

  // The block that holds byte `offset` of the raw stream, which must lie within it.
  Result<DocsBlock> FindBlock(std::uint64_t offset) const;
  Result<void> Load(const DocsBlock& block);

  const Pack& pack;
  const PackTables& tables;
  std::unique_ptr<ZSTD_DCtx, FreeContext> context;
  std::uint64_t raw_begin = 0;  // of what `text` holds of the raw stream
  std::string text;
  std::string joined;  // a module's part, where it spreads over several blocks
};

Result<DocsBlock> DocsReader::State::FindBlock(std::uint64_t offset) const {
  std::uint64_t first = 0;
  std::uint64_t last = tables.docs_block_count();
  while (first < last) {
    const std::uint64_t middle = first + (last - first) / 2;
    auto block = tables.GetDocsBlock(middle);
    if (!block) return block;
    if (offset < block->raw_begin) {
      last = middle;
    } else if (offset >= block->raw_end) {
      first = middle + 1;
    } else {
      return block;
    }
  }
  return tables.Damaged("the table of docstring blocks");
}

Result<void> DocsReader::State::Load(const DocsBlock& block) {
  if (Hash64(block.compressed) != block.checksum) return tables.Damaged("a block of docstrings");
  if (!context) context.reset(ZSTD_createDCtx());
  if (!context) return Error{ErrorCode::kIo, tables.label + ": no memory to decompress with"};
  text.resize(static_cast<std::size_t>(block.raw_end - block.raw_begin));
  const std::size_t size = ZSTD_decompressDCtx(context.get(), text.data(), text.size(),
                                               block.compressed.data(), block.compressed.size());
  if (ZSTD_isError(size) != 0 || size != text.size()) {
    text.clear();
    return tables.Damaged("a block of docstrings");
  }
  raw_begin = block.raw_begin;
  return {};
}

DocsReader::DocsReader(const Pack& pack) : state_(std::make_unique<State>(pack)) {}
DocsReader::DocsReader(DocsReader&&) noexcept = default;
DocsReader& DocsReader::operator=(DocsReader&&) noexcept = default;
DocsReader::~DocsReader() = default;

Result<std::string_view> DocsReader::ReadRaw(ModuleId id) {
  State& state = *state_;
  const auto index = static_cast<std::uint32_t>(id);
  if (index >= state.tables.toc.module_count) {
    return Error{ErrorCode::kInvalidArgument,
                 state.tables.label + ": has no module " + std::to_string(index)};
  }
  if (!state.tables.info.has_docs) {
    return Error{ErrorCode::kUnavailable, state.tables.label + ": was written without docstrings"};
  }
  const auto row = state.tables.Row(index);
  if (!row) return row.error();
  state.joined.clear();
  const std::uint64_t end = row->docs_begin + row->docs_size;
  for (std::uint64_t at = row->docs_begin; at < end;) {
    if (at < state.raw_begin || at >= state.raw_begin + state.text.size()) {
      const auto block = state.FindBlock(at);
      if (!block) return block.error();
      COPPICE_TRY(state.Load(*block));
    }
    const auto part = std::string_view(state.text)
                          .substr(static_cast<std::size_t>(at - state.raw_begin),
                                  static_cast<std::size_t>(end - at));
    if (part.size() == row->docs_size) return part;
    state.joined += part;
    at += part.size();
  }
  return std::string_view(state.joined);
}

Result<ModuleDocs> DocsReader::Read(ModuleId id) {
  const auto raw = ReadRaw(id);
  if (!raw) return raw.error();
  std::string text;
  std::vector<std::uint32_t> ends;
  const auto* at = reinterpret_cast<const std::uint8_t*>(raw->data());
  const auto* const end = at + raw->size();
  while (at != end) {
    std::uint64_t size = 0;
    if (!ReadVarint(at, end, size) || size > static_cast<std::uint64_t>(end - at) ||
        text.size() + size > UINT32_MAX) {
      return state_->tables.DamagedModule(static_cast<std::uint32_t>(id), "the docstrings");
    }
    text.append(reinterpret_cast<const char*>(at), static_cast<std::size_t>(size));
    ends.push_back(static_cast<std::uint32_t>(text.size()));
    at += size;
  }
  return ModuleDocs(std::move(text), std::move(ends));
}

}  // namespace coppice
