// What the walk over a syntax tree collects, before it is laid out as a message.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string_view>
#include <vector>

#include "summaries/columns.h"
#include "summaries/string_table.h"
#include "summaries/summary_names.h"
#include "summaries/symbol_details.h"

namespace coppice {

inline constexpr uint32_t kNoRow = UINT32_MAX;

// A number of a detail record: `number`, with a string's index above its low `shift` bits if there
// is one. Indices are known only when the message is laid out.
struct DraftNumber {
  uint32_t number;
  uint32_t string;  // draft's id, or kNoRow
  uint32_t shift;
};

struct DraftSymbol {
  uint32_t owner;  // draft's id of the class, or kNoRow
  uint32_t name;   // string
  SymbolKind kind;
  bool has_doc;
  SymbolFlags flags;
  uint32_t offset;         // of the name's token
  uint32_t end_offset;     // of the last byte's end, or the name's offset
  uint32_t guard;          // + 1
  uint32_t details_begin;  // in SummaryDraft::details
  uint32_t details_end;    // equal: no record
  uint32_t doc;            // if has_doc
};

struct DraftImport {
  uint32_t module;  // string
  uint32_t name;    // string, or kNoRow
  uint32_t binds;   // string, or kNoRow for what is bound without `as`
  bool alias;
  ImportScope kind;
  uint32_t level;
  uint32_t offset;
  uint32_t guard;  // + 1
  uint32_t scope;  // number of the scope whose bindings it is counted among
  uint32_t owner;  // draft's id of the class in whose body it stands, or kNoRow
};

struct DraftGuard {
  uint32_t parent;  // + 1
  uint32_t kind;
  uint32_t test;  // string
  uint32_t branch;

  friend bool operator==(const DraftGuard&, const DraftGuard&) = default;
};

struct DraftExport {
  uint32_t text;  // string
  bool from_module;

  friend bool operator==(const DraftExport&, const DraftExport&) = default;
};

// More rows than any real file has; the message's offsets and counts have room for them.
inline constexpr size_t kMaxDraftRows = size_t{1} << 22;
inline constexpr size_t kMaxDraftTextBytes = size_t{1} << 28;

class SummaryDraft {
 public:
  void Clear();

  // `text` must live until Clear.
  uint32_t String(std::string_view text);
  // A copy is kept.
  uint32_t StringCopy(std::string_view text);
  // Chains of equal guards are one.
  uint32_t Guard(const DraftGuard& guard);

  uint32_t AddSymbol(const DraftSymbol& symbol);
  void AddImport(const DraftImport& import);
  bool full() const { return full_; }
  // Counted among the scopes that number their bindings. The module is 0.
  uint32_t AddScope() { return ++scopes; }

  StringTable strings;
  TextArena arena;
  std::vector<DraftSymbol> symbols;
  std::vector<DraftImport> imports;
  std::vector<DraftGuard> guards;
  std::vector<DraftExport> exports;
  std::vector<DraftNumber> details;
  // Number of each class's own scope, by symbol; kNoRow for other symbols.
  std::vector<uint32_t> class_scopes;
  uint32_t scopes = 0;
  bool has_doc = false;
  bool has_all = false;
  bool all_complete = true;

 private:
  struct GuardHash {
    size_t operator()(const DraftGuard& guard) const noexcept;
  };

  boost::unordered_flat_map<DraftGuard, uint32_t, GuardHash> guard_ids_;
  size_t text_bytes_ = 0;
  bool full_ = false;
};

}  // namespace coppice
