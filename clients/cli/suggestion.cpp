#include "clients/cli/suggestion.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace coppice::cli {
namespace {

// Levenshtein's, by rows. Words of a command line: short.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, diagonal + 1, substituted});
    }
  }
  return row.back();
}

}  // namespace

std::string_view Nearest(std::string_view typed, const std::vector<std::string_view>& words) {
  std::string_view best;
  std::size_t best_distance = typed.size() / 3 + 2;
  for (const std::string_view word : words) {
    const std::size_t distance = EditDistance(typed.substr(0, 64), word);
    if (distance < best_distance) {
      best = word;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace coppice::cli
