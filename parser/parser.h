// Text in, frozen syntax tree out: tree-sitter parses into scratch memory, its tree is lowered into
// the compact form and dropped.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "arena/memory_pool.h"
#include "parser/parse_error.h"
#include "parser/syntax_tree.h"

namespace coppice {

enum class TextStorage : uint8_t {
  kCopy,    // the tree's arena holds a copy of the text
  kBorrow,  // the caller keeps the text alive and unchanged as long as the tree
};

struct ParseOptions {
  TextStorage text = TextStorage::kCopy;
  // The parse is cancelled (kScratchExceeded) soon after tree-sitter's own tree outgrows this.
  size_t max_scratch_bytes = size_t{4} << 30;
  // If given, looked at every millisecond or so; the parse ends with kCancelled soon after somebody
  // sets it. Must live as long as the parse.
  const std::atomic<bool>* cancelled = nullptr;
};

// What the last parse needed beside the tree that it returned.
struct ParseStatistics {
  size_t peak_scratch_bytes = 0;  // tree-sitter's tree and tables at their largest
  // Characters passed, again and again where scanners look ahead, and 16 for each of the parser's
  // operations: the same on every machine. About 5 ns each.
  uint64_t work = 0;
};

// Makes syntax trees, one after another. Move-only; one thread at a time, one Parser per thread.
// Memory for tree-sitter's tree is taken from scratch memory of its own, reused from parse to
// parse; between parses at most kKeptScratchBytes of it stay resident.
class Parser {
 public:
  // The longest text: positions are 32 bits, and the format keeps some room.
  static constexpr size_t kMaxTextBytes = size_t{1} << 31;
  // Resident scratch that is kept between parses, so that the next one finds its pages warm.
  static constexpr size_t kKeptScratchBytes = size_t{16} << 20;
  // What a parse should reserve before it starts, per byte of text: nine files in ten need less,
  // rare ones twice as much (ParseOptions::max_scratch_bytes bounds them). Measured: docs/ast.md.
  static constexpr size_t kScratchBytesPerTextByte = 48;

  // Trees are charged to `pool`, which must outlive them and the parser.
  explicit Parser(MemoryPool& pool);
  Parser(Parser&&) noexcept;
  Parser& operator=(Parser&&) noexcept;
  ~Parser();

  // `text` is UTF-8 as DecodeSource makes it: where a comment ends at a lone carriage return, the
  // grammar would not see it. Malformed sequences become unexpected
  // characters. Syntax errors are nodes of the tree, never a failure. Time and memory are linear in
  // the text: where tree-sitter would take quadratic time, be it to recover from errors
  // (kScratchExceeded) or to look ahead (kTooComplex), the parse is ended, after the same work on
  // every machine. No recursion, whatever the nesting.
  ParseResult<SyntaxTree> Parse(std::string_view text, const ParseOptions& options = {});

  const ParseStatistics& statistics() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coppice
