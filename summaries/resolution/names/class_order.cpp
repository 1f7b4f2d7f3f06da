#include "summaries/resolution/names/class_order.h"

#include <cstddef>
#include <cstdint>

#include <boost/unordered/unordered_flat_map.hpp>

namespace coppice {
namespace {

struct Uses {
  uint32_t in_tails = 0;  // lists that hold it behind their heads
  bool taken = false;
};

}  // namespace

bool MergeOrders(std::span<const std::span<const Definition>> orders,
                 std::vector<Definition>& merged) {
  boost::unordered_flat_map<Definition, Uses> uses;
  for (const Definition& definition : merged) uses[definition].taken = true;
  for (const auto& order : orders) {
    for (size_t i = 1; i < order.size(); ++i) ++uses[order[i]].in_tails;
  }
  std::vector<size_t> heads(orders.size());
  const auto skip_taken = [&](size_t i) {
    while (heads[i] < orders[i].size() && uses[orders[i][heads[i]]].taken) {
      if (++heads[i] < orders[i].size()) --uses[orders[i][heads[i]]].in_tails;
    }
  };
  bool consistent = true;
  for (;;) {
    // All first: what is a head in one list is in no tail of it.
    for (size_t i = 0; i < orders.size(); ++i) skip_taken(i);
    const Definition* next = nullptr;
    const Definition* first = nullptr;
    for (size_t i = 0; i < orders.size() && next == nullptr; ++i) {
      if (heads[i] == orders[i].size()) continue;
      const Definition* const head = &orders[i][heads[i]];
      if (first == nullptr) first = head;
      if (uses[*head].in_tails == 0) next = head;
    }
    if (first == nullptr) return consistent;
    if (next == nullptr) {
      consistent = false;
      next = first;
    }
    merged.push_back(*next);
    uses[*next].taken = true;
  }
}

}  // namespace coppice
