#include "summaries/resolution/expressions/expression_parts.h"

namespace coppice {

bool IsCallWith(std::string_view text, std::string_view name) {
  std::string_view rest = text;
  for (;;) {
    const size_t end = rest.find_first_of("(,)");
    if (end == std::string_view::npos) return false;
    const std::string_view first = rest.substr(0, end);
    if (rest[end] != '(') return rest.size() != text.size() && first == name;
    if (!IsDottedName(first)) return false;
    rest.remove_prefix(end + 1);
  }
}

std::optional<std::string_view> StringContent(std::string_view literal) {
  bool raw = false;
  while (!literal.empty() && literal[0] != '"' && literal[0] != '\'') {
    raw |= literal[0] == 'r' || literal[0] == 'R';
    if (literal[0] == 'b' || literal[0] == 'B') return std::nullopt;
    literal.remove_prefix(1);
  }
  if (literal.size() < 2) return std::nullopt;
  const bool triple = literal.size() >= 6 && literal[1] == literal[0] && literal[2] == literal[0];
  const size_t quotes = triple ? 3 : 1;
  const std::string_view quote = literal.substr(0, quotes);
  if (!literal.ends_with(quote)) return std::nullopt;
  const std::string_view content = literal.substr(quotes, literal.size() - 2 * quotes);
  if (content.find(quote) != std::string_view::npos) return std::nullopt;
  if (!raw && content.find('\\') != std::string_view::npos) return std::nullopt;
  return content;
}

}  // namespace coppice
