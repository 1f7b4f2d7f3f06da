#include "summaries/summary_draft.h"

#include "summaries/hash.h"

namespace coppice {

size_t SummaryDraft::GuardHash::operator()(const DraftGuard& guard) const noexcept {
  static_assert(sizeof(DraftGuard) == 16);
  return Hash64(std::as_bytes(std::span(&guard, 1)));
}

void SummaryDraft::Clear() {
  strings.Clear();
  arena.Clear();
  symbols.clear();
  imports.clear();
  guards.clear();
  exports.clear();
  details.clear();
  class_scopes.clear();
  guard_ids_.clear();
  scopes = 0;
  has_doc = false;
  has_all = false;
  all_complete = true;
  text_bytes_ = 0;
  full_ = false;
}

uint32_t SummaryDraft::String(std::string_view text) {
  const auto [id, is_new] = strings.Insert(text);
  if (is_new) {
    text_bytes_ += text.size();
    full_ |= text_bytes_ > kMaxDraftTextBytes;
  }
  return id;
}

uint32_t SummaryDraft::StringCopy(std::string_view text) {
  const uint32_t known = strings.Find(text);
  return known != kNoRow ? known : String(arena.Keep(text));
}

uint32_t SummaryDraft::Guard(const DraftGuard& guard) {
  const auto [place, is_new] = guard_ids_.try_emplace(guard, static_cast<uint32_t>(guards.size()));
  if (is_new) {
    guards.push_back(guard);
    full_ |= guards.size() > kMaxDraftRows;
  }
  return place->second;
}

uint32_t SummaryDraft::AddSymbol(const DraftSymbol& symbol) {
  symbols.push_back(symbol);
  class_scopes.push_back(kNoRow);
  full_ |= symbols.size() > kMaxDraftRows || details.size() > 8 * kMaxDraftRows;
  return static_cast<uint32_t>(symbols.size() - 1);
}

void SummaryDraft::AddImport(const DraftImport& import) {
  imports.push_back(import);
  full_ |= imports.size() > kMaxDraftRows;
}

}  // namespace coppice
