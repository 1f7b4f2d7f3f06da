#include <algorithm>
#include <tuple>

#include "summaries/name_entries.h"
#include "summaries/pack.h"
#include "summaries/pack_tables.h"

namespace coppice {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

void LowerAscii(std::string_view text, std::string& out) {
  out.resize(text.size());
  std::transform(text.begin(), text.end(), out.begin(), Lower);
}

enum class Rank : std::uint8_t { kEqual, kPrefix, kWithin };

struct Candidate {
  Rank rank;
  NameMatch match;

  auto key() const { return std::tuple(rank, match.name.size(), match.name); }
  friend bool operator<(const Candidate& a, const Candidate& b) { return a.key() < b.key(); }
};

}  // namespace

Result<std::vector<NameMatch>> Pack::SearchNames(std::string_view text, std::size_t limit,
                                                 CaseMatch match) const {
  std::string wanted(text);
  if (match == CaseMatch::kIgnoreAscii) LowerAscii(text, wanted);
  std::string folded;
  std::vector<Candidate> best;  // a heap with the worst at its top, once it is full
  NameWalker walker(*tables_);
  while (true) {
    const auto more = walker.Next();
    if (!more) return more.error();
    if (!*more || limit == 0) break;
    std::string_view name = walker.entry().name;
    if (name.size() < wanted.size()) continue;
    if (match == CaseMatch::kIgnoreAscii) {
      LowerAscii(name, folded);
      name = folded;
    }
    const std::size_t at = name.find(wanted);
    if (at == std::string_view::npos) continue;
    const Rank rank = at != 0                        ? Rank::kWithin
                      : name.size() == wanted.size() ? Rank::kEqual
                                                     : Rank::kPrefix;
    const Candidate candidate{rank, {walker.entry().name, walker.postings()}};
    if (best.size() == limit) {
      if (!(candidate < best.front())) continue;
      std::pop_heap(best.begin(), best.end());
      best.pop_back();
    }
    best.push_back(candidate);
    std::push_heap(best.begin(), best.end());
  }
  std::sort_heap(best.begin(), best.end());
  std::vector<NameMatch> matches;
  matches.reserve(best.size());
  for (const Candidate& candidate : best) matches.push_back(candidate.match);
  return matches;
}

}  // namespace coppice
