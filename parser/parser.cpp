#include "parser/parser.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <string>

#include "parser/lowering.h"
#include "parser/tree_sitter_core.h"

namespace coppice {
namespace {

// Addresses, not memory: reserved once a parser.
constexpr size_t kReservedScratchBytes = size_t{8} << 30;

// tree-sitter's error recovery copies the children of an error again and again, which makes some
// texts quadratic: two seconds for 100 KB. What it copies it allocates, in large blocks; ordinary
// files allocate up to 3 bytes in such blocks for each of theirs, contrived ones without errors 21.
// The limit is one of work, the same on every machine: about two seconds.
constexpr uint64_t kMaxRecoveryBytes = uint64_t{2} << 30;
constexpr uint64_t kMaxRecoveryBytesPerTextByte = 64;

// The grammar's scanner looks past all line continuations that follow, and past all comments at the
// beginning of a block, again for each of them: a long run takes quadratic time. This limit, too,
// is the same on every machine.
constexpr uint64_t kMaxWork = uint64_t{256} << 20;
constexpr uint64_t kMaxWorkPerTextByte = 100;

// Gives the scratch back at the end of a parse, however it ends.
class ScratchUse {
 public:
  ScratchUse(coppice_scratch& scratch, size_t max_bytes, uint64_t max_large_bytes)
      : scratch_(scratch) {
    scratch_.limit = scratch_.base + std::min(max_bytes, scratch_.capacity);
    scratch_.large_bytes_limit = max_large_bytes;
  }
  ~ScratchUse() { coppice_scratch_reset(&scratch_, Parser::kKeptScratchBytes); }
  ScratchUse(const ScratchUse&) = delete;
  ScratchUse& operator=(const ScratchUse&) = delete;

  size_t bytes() const { return static_cast<size_t>(scratch_.top - scratch_.base); }
  bool worked_too_much() const { return scratch_.large_bytes > scratch_.large_bytes_limit; }
  size_t limit_bytes() const { return static_cast<size_t>(scratch_.limit - scratch_.base); }

 private:
  coppice_scratch& scratch_;
};

int IsSet(const void* flag) {
  return static_cast<const std::atomic<bool>*>(flag)->load(std::memory_order_relaxed) ? 1 : 0;
}

}  // namespace

struct Parser::Impl {
  explicit Impl(MemoryPool& memory_pool) : pool(&memory_pool) {}
  ~Impl() { coppice_scratch_destroy(&scratch); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  ParseResult<SyntaxTree> Parse(std::string_view text, const ParseOptions& options);

  MemoryPool* pool;
  coppice_scratch scratch{};
  Lowering lowering;
  ParseStatistics statistics;
};

Parser::Parser(MemoryPool& pool) : impl_(std::make_unique<Impl>(pool)) {}
Parser::Parser(Parser&&) noexcept = default;
Parser& Parser::operator=(Parser&&) noexcept = default;
Parser::~Parser() = default;

ParseResult<SyntaxTree> Parser::Parse(std::string_view text, const ParseOptions& options) {
  try {
    return impl_->Parse(text, options);
  } catch (const std::bad_alloc&) {
    return ParseError{ParseErrorCode::kOutOfMemory, "no memory left for the syntax tree"};
  }
}

const ParseStatistics& Parser::statistics() const { return impl_->statistics; }

ParseResult<SyntaxTree> Parser::Impl::Parse(std::string_view text, const ParseOptions& options) {
  statistics = {};
  if (text.size() > kMaxTextBytes) {
    return ParseError{ParseErrorCode::kTooLarge, "longer than 2 GiB"};
  }
  if (scratch.base == nullptr && coppice_scratch_init(&scratch, kReservedScratchBytes) != 0) {
    return ParseError{ParseErrorCode::kOutOfMemory, "no address space left to parse in"};
  }

  LoweredTree lowered;
  {
    const ScratchUse use(scratch, options.max_scratch_bytes,
                         kMaxRecoveryBytes + kMaxRecoveryBytesPerTextByte * text.size());
    coppice_parse_watch watch{};
    watch.max_work = kMaxWork + kMaxWorkPerTextByte * text.size();
    if (options.cancelled != nullptr) watch.cancelled = IsSet;
    watch.context = options.cancelled;
    const void* root = coppice_tree_sitter_parse(&scratch, &watch, text.data(),
                                                 static_cast<uint32_t>(text.size()));
    statistics.peak_scratch_bytes = use.bytes();
    statistics.work = watch.work;
    switch (watch.end) {
      case kParseDone:
        break;
      case kParseCancelled:
        return ParseError{ParseErrorCode::kCancelled, "cancelled"};
      case kParseWorkExceeded:
        return ParseError{ParseErrorCode::kTooComplex,
                          "parsing it takes too much time: more than " +
                              std::to_string(watch.max_work / 1'000'000) + " million steps"};
      case kParseScratchExhausted:
        if (use.worked_too_much()) {
          return ParseError{ParseErrorCode::kScratchExceeded,
                            "too many syntax errors to recover from"};
        }
        return ParseError{
            ParseErrorCode::kScratchExceeded,
            "needs more than " + std::to_string(use.limit_bytes() >> 20) + " MiB to parse"};
    }
    lowered = lowering.Lower(root);
  }

  const bool copy = options.text == TextStorage::kCopy;
  size_t bytes = Arena::SizeAfter<uint8_t>(0, lowered.size);
  if (copy) bytes = Arena::SizeAfter<char>(bytes, text.size());
  Arena arena(*pool, bytes);
  if (!arena) throw std::bad_alloc();

  auto view = std::make_unique<TreeView>();
  auto* records = arena.Allocate<uint8_t>(lowered.size);
  std::memcpy(records, lowered.records, lowered.size);
  view->records = records;
  view->records_size = lowered.size;
  view->node_count = lowered.node_count;
  view->has_errors = lowered.has_errors;
  view->text = text.data();
  view->text_size = static_cast<uint32_t>(text.size());
  if (copy && !text.empty()) {
    auto* copied = arena.Allocate<char>(text.size());
    std::memcpy(copied, text.data(), text.size());
    view->text = copied;
  }
  return SyntaxTree(std::move(arena), std::move(view));
}

}  // namespace coppice
