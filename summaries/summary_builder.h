// From a syntax tree to the module's summary.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "parser/syntax_tree.h"
#include "summaries/name_mention.h"

namespace coppice {

struct BuiltSummary {
  std::span<const uint64_t> words;  // the message, as SummaryView reads it
  uint64_t interface_hash = 0;
  std::span<const std::string_view> docs;  // the module's, then those of symbols, in row order
  std::span<const NameMention> names;      // distinct, in no particular but determined order
  // As CPython counts them: "\n", "\r\n" and a lone "\r" end one, and what follows the last end is
  // one too if it is not empty.
  uint32_t lines = 0;
  // More than a summary holds: not all symbols are there, or, where a message would be over half a
  // gigabyte, nothing at all.
  bool truncated = false;
};

// Makes summaries, one after another, reusing its memory. Move-only; one thread at a time.
class SummaryBuilder {
 public:
  SummaryBuilder();
  SummaryBuilder(SummaryBuilder&&) noexcept;
  SummaryBuilder& operator=(SummaryBuilder&&) noexcept;
  ~SummaryBuilder();

  // Any tree is taken: what does not parse contributes what can be made of it. Depends on nothing
  // but the tree and its text. Linear time, no recursion on expressions. The result is valid until
  // the next Build and as long as the tree lives.
  const BuiltSummary& Build(const SyntaxTree& tree);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coppice
