// Calls every accessor of a summary, so that a sanitizer sees each of them at work.
#pragma once

#define XXH_INLINE_ALL  // header only: nothing to link
#include <xxhash.h>

#include <cstdint>
#include <string_view>

#include "summaries/summary_view.h"

namespace coppice {

// A hash over all that a summary answers: equal answers, equal hashes.
class Reading {
 public:
  void Take(std::string_view text) {
    hash_ = XXH3_64bits_withSeed(text.data(), text.size(), hash_);
  }
  void Take(uint64_t number) { hash_ = XXH3_64bits_withSeed(&number, sizeof number, hash_); }
  template <class Text>
  void TakeAll(const DetailList<Text>& list) {
    Take(list.size());
    for (const auto& item : list) TakeItem(item);
  }
  void TakeItem(std::string_view text) { Take(text); }
  void TakeItem(const Parameter& item) {
    Take(item.name);
    Take(static_cast<uint64_t>(item.kind));
    Take(item.annotation.value_or("none"));
    Take(item.default_value.value_or("none"));
  }
  void TakeItem(const Keyword& item) {
    Take(item.name);
    Take(item.text);
  }
  uint64_t hash() const { return hash_; }

 private:
  uint64_t hash_ = 0;
};

// Precondition: SummaryView::Verify accepted the message.
inline uint64_t ReadEverything(const SummaryView& summary) {
  Reading reading;
  const auto take_guards = [&](std::optional<uint32_t> innermost) {
    for (const Guard& guard : summary.guards(innermost)) {
      reading.Take(static_cast<uint64_t>(guard.kind));
      reading.Take(guard.branch);
      reading.Take(guard.test);
    }
  };
  reading.Take(summary.has_doc() + 2 * summary.has_all() + 4 * summary.all_complete());
  reading.Take(summary.doc_count());
  for (const uint32_t row : summary.RowsByPosition()) {
    const Symbol symbol = summary.symbol(row);
    reading.Take(symbol.name());
    reading.Take(symbol.qualname());
    reading.Take(KindName(symbol.kind()));
    symbol.flags().ForEach([&](SymbolFlag flag) { reading.Take(FlagName(flag)); });
    for (const uint64_t number :
         {uint64_t{symbol.has_doc()}, uint64_t{symbol.line()}, uint64_t{symbol.column()},
          uint64_t{symbol.utf16_column()}, uint64_t{symbol.end_line()}, uint64_t{symbol.order()},
          uint64_t{symbol.owner().value_or(~0U)}, summary.SymbolHash(row)}) {
      reading.Take(number);
    }
    take_guards(symbol.guard());
    const SymbolDetails details = symbol.details();
    reading.TakeAll(details.decorators);
    reading.TakeAll(details.type_params);
    reading.TakeAll(details.bases);
    reading.TakeAll(details.keywords);
    reading.TakeAll(details.params);
    reading.Take(details.returns.value_or("none"));
    reading.Take(details.annotation.value_or("none"));
    reading.Take(static_cast<uint64_t>(details.value_form));
    reading.Take(details.value);
    const RowRange members = summary.Members(row);
    reading.Take(members.first);
    reading.Take(members.last);
    const RowRange found = summary.FindSymbols(symbol.name());
    reading.Take(found.first);
    reading.Take(found.last);
  }
  for (uint32_t row = 0; row < summary.import_count(); ++row) {
    const Import import = summary.import(row);
    reading.Take(import.module);
    reading.Take(import.name.value_or("none"));
    reading.Take(import.binds);
    reading.Take(import.alias);
    reading.Take(static_cast<uint64_t>(import.scope));
    reading.Take(import.level);
    reading.Take(import.line);
    reading.Take(import.order);
    reading.Take(import.owner.value_or(~0U));
    take_guards(import.guard);
  }
  for (uint32_t row = 0; row < summary.export_count(); ++row) {
    reading.Take(summary.exported(row).text);
    reading.Take(summary.exported(row).from_module);
  }
  reading.Take(summary.InterfaceHash());
  return reading.hash();
}

}  // namespace coppice
