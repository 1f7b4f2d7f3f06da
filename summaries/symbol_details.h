// What a summary says about a symbol beyond its name and place: decorators, bases, parameters,
// annotations, values. A record of LEB128 numbers that index strings, decoded while it is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

#include "summaries/summary_names.h"

namespace coppice {

class SummaryView;

// Reads the numbers of verified records: no bounds are checked.
class DetailReader {
 public:
  DetailReader() = default;
  explicit DetailReader(const std::byte* at) : at_(at) {}

  uint32_t Next() {
    uint32_t value = 0;
    for (uint32_t shift = 0;; shift += 7) {
      const uint32_t byte = static_cast<uint32_t>(*at_++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
  const std::byte* at() const { return at_; }

 private:
  const std::byte* at_ = nullptr;
};

struct Parameter {
  std::string_view name;  // without stars
  ParameterKind kind;
  std::optional<std::string_view> annotation;
  std::optional<std::string_view> default_value;
};

// A keyword argument of a class; `name` is "**" for an unpacked mapping.
struct Keyword {
  std::string_view name;
  std::string_view text;
};

// A run of items in a record, for range-for. Views the summary: valid while its SummaryView lives.
template <class Item>
class DetailList {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Item;
    using difference_type = std::ptrdiff_t;
    using pointer = const Item*;
    using reference = Item;

    Iterator(const SummaryView* view, DetailReader reader, uint32_t left)
        : view_(view), reader_(reader), left_(left) {
      Read();
    }
    const Item& operator*() const { return item_; }
    const Item* operator->() const { return &item_; }
    Iterator& operator++() {
      --left_;
      Read();
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.left_ == b.left_; }

   private:
    void Read();

    const SummaryView* view_;
    DetailReader reader_;
    uint32_t left_;
    Item item_{};
  };

  DetailList() = default;
  DetailList(const SummaryView* view, DetailReader reader, uint32_t size)
      : view_(view), reader_(reader), size_(size) {}

  uint32_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Iterator begin() const { return Iterator(view_, reader_, size_); }
  Iterator end() const { return Iterator(view_, reader_, 0); }

 private:
  const SummaryView* view_ = nullptr;
  DetailReader reader_;
  uint32_t size_ = 0;
};

template <>
void DetailList<std::string_view>::Iterator::Read();
template <>
void DetailList<Parameter>::Iterator::Read();
template <>
void DetailList<Keyword>::Iterator::Read();

enum class ValueForm : uint8_t {
  kAbsent,  // nothing was bound (`x: int`), or the symbol is of a kind that has no value
  kOpaque,  // something was bound that is not kept as text: unpacking, `for`, `with`, ...
  kText,
};

// What a text of a symbol says about it.
enum class TextRole : uint8_t {
  kDecorator,
  kTypeParameter,
  kBase,
  kKeyword,
  kAnnotation,  // of a parameter, a variable or an attribute
  kDefault,
  kReturns,
  kValue,
};

struct SymbolText {
  TextRole role;
  uint32_t string;  // index, for SummaryView::text
};

// What does not apply to the symbol's kind is empty.
struct SymbolDetails {
  DetailList<std::string_view> decorators;     // classes, functions: text after the `@`
  DetailList<std::string_view> type_params;    // classes, functions, type aliases
  DetailList<std::string_view> bases;          // classes: positional arguments, with their stars
  DetailList<Keyword> keywords;                // classes
  DetailList<Parameter> params;                // functions
  std::optional<std::string_view> returns;     // functions
  std::optional<std::string_view> annotation;  // variables, attributes
  ValueForm value_form = ValueForm::kAbsent;   // variables, attributes, type aliases
  std::string_view value;                      // if kText
};

}  // namespace coppice
