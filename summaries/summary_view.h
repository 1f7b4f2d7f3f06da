// Reading a module's summary in place. docs/summary.md has the format and what is recorded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "summaries/cells.h"
#include "summaries/error.h"
#include "summaries/summary_names.h"
#include "summaries/symbol_details.h"

namespace coppice {

class Symbol;

// Rows [first, last) of a table.
struct RowRange {
  uint32_t first = 0;
  uint32_t last = 0;

  uint32_t size() const { return last - first; }
  bool empty() const { return first == last; }
};

// One of the conditions around a binding.
struct Guard {
  GuardKind kind;
  uint32_t branch;        // which way of the statement: docs/summary.md
  std::string_view test;  // text of the condition, empty where there is none
};

struct Import {
  std::string_view module;               // dotted, without the leading dots; may be empty
  std::optional<std::string_view> name;  // what `from` takes, "*" for all; none for plain `import`
  std::string_view binds;                // the local name, "*" for a star import
  bool alias;                            // `as` was written
  ImportScope scope;
  uint32_t level;                 // leading dots
  uint32_t line;                  // from 1
  uint32_t order;                 // rank among the bindings of its scope
  std::optional<uint32_t> guard;  // innermost, for SummaryView::guards
  std::optional<uint32_t> owner;  // the class in whose body it stands: a symbol's row
};

// An entry of `__all__`.
struct Export {
  std::string_view text;
  bool from_module;  // not a name, but all that the module `text` exports (dots as written)
};

// A view of one module's summary: nothing is copied or decoded ahead, whatever it returns points
// into the message and is valid while those bytes live. Copyable, cheap to make; safe to use from
// several threads.
//
// Symbols are rows. Those of the module come first, then those of each class that has any, in the
// order of the classes' rows; in one scope they are sorted by name (bytes), those of one name by
// position. A row means something only within this version of this summary.
class SummaryView {
 public:
  // Whether `message` is a sound summary: every index, offset, width and count in range, UTF-8
  // text. If so, nothing that a view of it does can throw or read out of bounds. Linear time.
  // kDamaged or kUnsupportedVersion otherwise. `message` must be 8-byte aligned.
  static Result<void> Verify(std::span<const std::byte> message);

  // Precondition: Verify accepted these bytes.
  explicit SummaryView(std::span<const std::byte> verified);

  uint32_t symbol_count() const;
  uint32_t import_count() const;
  uint32_t export_count() const;

  // Distinct strings, by number: names and texts.
  uint32_t string_count() const;
  std::string_view text(uint32_t string) const;

  bool has_doc() const;       // the module has a docstring
  bool has_all() const;       // `__all__` is bound
  bool all_complete() const;  // all bindings of `__all__` could be followed

  // Docstrings that belong to this summary: the module's and its symbols', in that order.
  uint32_t doc_count() const;

  // Precondition for all rows: less than the count.
  Symbol symbol(uint32_t row) const&;
  Symbol symbol(uint32_t row) && = delete;
  Import import(uint32_t row) const;             // in the order of the text
  ImportScope import_scope(uint32_t row) const;  // of that import
  Export exported(uint32_t row) const;           // in the order of `__all__`

  // Rows of the module's own symbols.
  RowRange ModuleSymbols() const;
  // Rows of the members of the class in that row: empty if it has none. Logarithmic time.
  RowRange Members(uint32_t class_row) const;
  // The symbols of that name in a scope, by position. Logarithmic time.
  RowRange FindSymbols(RowRange scope, std::string_view name) const;
  RowRange FindSymbols(std::string_view module_name) const {
    return FindSymbols(ModuleSymbols(), module_name);
  }

  // All symbols' rows in the order of the text.
  std::vector<uint32_t> RowsByPosition() const;

  // The chain that ends in `innermost`, outermost first; at most 64.
  std::vector<Guard> guards(std::optional<uint32_t> innermost) const;
  // Guards are shared by what stands under them: rows of a table of their own, parents first.
  uint32_t guard_count() const;
  Guard guard(uint32_t row) const;
  std::optional<uint32_t> OuterGuard(uint32_t row) const;  // none: it is the outermost

  // Hash of what other modules can observe of a symbol: name, kind, flags, guards and details;
  // neither position, order and docstring nor anything of its members.
  uint64_t SymbolHash(uint32_t row) const;
  // Hash of what other modules can observe at all: every symbol under its key, imports outside
  // functions, `__all__`. Linear time but for the imports, which are sorted and bisected.
  uint64_t InterfaceHash() const;

 private:
  friend class Symbol;
  template <class Item>
  friend class DetailList;
  friend class SummaryHasher;

  template <Column column>
  uint32_t Get(uint32_t row) const {
    return cells_.Get<column>(row);
  }
  std::string_view string(uint32_t index) const { return cells_.String(index); }
  std::string_view SymbolName(uint32_t row) const;
  uint32_t WideColumn(uint32_t row, uint32_t narrow) const;
  uint32_t Lines(uint32_t row) const;
  std::optional<uint32_t> Owner(uint32_t row) const;

  Cells cells_;
  uint32_t flags_ = 0;
};

// A symbol of a summary: a handle, valid while its SummaryView lives.
class Symbol {
 public:
  uint32_t row() const { return row_; }
  std::string_view name() const;  // simple name, mangled
  SymbolKind kind() const;
  SymbolFlags flags() const;
  bool has_doc() const;
  uint32_t line() const;          // of the name, from 1
  uint32_t column() const;        // of the name, in bytes of UTF-8 from 0
  uint32_t utf16_column() const;  // the same in UTF-16 units. Logarithmic time in rare modules
  uint32_t end_line() const;
  uint32_t order() const;                 // rank among the bindings of its scope
  std::optional<uint32_t> guard() const;  // innermost, for SummaryView::guards
  std::optional<uint32_t> owner() const;  // row of its class; none at module level. Log. time
  SymbolDetails details() const;
  // The texts among them that are expressions, as numbers: for what is kept for each text.
  void texts(std::vector<SymbolText>& texts) const;
  // Names of its classes and its own, with dots. Allocates.
  std::string qualname() const;

 private:
  friend class SummaryView;
  Symbol(const SummaryView* view, uint32_t row) : view_(view), row_(row) {}

  const SummaryView* view_;
  uint32_t row_;
};

}  // namespace coppice
