// From a draft to the message.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "summaries/summary_draft.h"

namespace coppice {

// Where lines begin, as CPython counts them, for looking up offsets that mostly ascend.
class LineTable {
 public:
  void Reset(std::string_view text);
  // Lines of the text. One that is empty, behind the last line end, is none.
  uint32_t size() const;
  // From 1. Constant time for offsets near the last one asked for, else logarithmic.
  uint32_t LineOf(uint32_t offset);
  uint32_t LineStart(uint32_t line) const { return starts_[line - 1]; }

 private:
  std::vector<uint32_t> starts_;
  size_t end_ = 0;  // of the text
  size_t last_ = 0;
};

// Lays drafts out, one after another, reusing its memory.
class SummaryWriter {
 public:
  // `text` is what the draft's offsets point into. The result is valid until the next call; empty
  // if the draft is more than a message holds, half a gigabyte.
  std::span<const uint64_t> Write(const SummaryDraft& draft, std::string_view text);

  // Lines of the text of the last call.
  uint32_t lines() const { return lines_.size(); }

  // Draft's ids of the symbols in row order, of the last call.
  std::span<const uint32_t> rows() const { return rows_; }

 private:
  struct Place {
    uint32_t scope;
    uint32_t offset;
    uint32_t item;  // symbol's id, or number of symbols plus import's row
  };

  struct SortedSymbol {
    uint32_t scope;  // owner + 1
    uint32_t id;
    uint64_t first_bytes;  // of the name: they decide most comparisons without looking at texts
  };

  void OrderRows(const SummaryDraft& draft);
  void RankBindings(const SummaryDraft& draft);
  void MeasureColumns(std::string_view text);
  uint32_t StringIndex(uint32_t id);
  uint32_t DetailOffset(const SummaryDraft& draft, const DraftSymbol& symbol);
  void FillColumns(const SummaryDraft& draft);
  void FillSymbols(const SummaryDraft& draft);
  void Pack(const SummaryDraft& draft);

  std::vector<uint32_t>& column(Column column) { return columns_[static_cast<size_t>(column)]; }

  LineTable lines_;
  std::vector<uint32_t> rows_;    // draft's ids in row order
  std::vector<uint32_t> row_of_;  // and back
  std::vector<SortedSymbol> sorted_;
  std::vector<Place> places_;
  std::vector<uint32_t> ranks_;         // symbols' and imports' order
  std::vector<uint32_t> wide_columns_;  // theirs, in UTF-16 code units
  std::vector<uint32_t> counters_;      // by scope
  std::vector<uint32_t> string_index_;  // by draft's id; kNoRow until it is used
  std::vector<uint32_t> strings_;       // draft's ids in the order of the message
  size_t text_bytes_ = 0;
  std::string details_;
  std::string record_;
  boost::unordered_flat_map<uint64_t, uint32_t> detail_offsets_;  // by hash of the record
  boost::unordered_flat_map<uint32_t, uint32_t> traits_;
  std::vector<uint32_t> columns_[kColumnCount];
  std::vector<uint64_t> words_;  // scratch of the message's builder
  std::vector<uint64_t> message_;
};

}  // namespace coppice
