// Texts of expressions as a summary keeps them: docs/summary.md, "Texts".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parser/syntax_tree.h"

namespace coppice {

// Where a text is cut, in bytes; what is longer ends in an ellipsis.
inline constexpr size_t kMaxValueBytes = 64;
inline constexpr size_t kMaxExpressionBytes = 256;

// Collapses white space and comments outside string literals. Reuses its memory.
class ExpressionText {
 public:
  // The text of [begin, end), which covers whole children of `parent`, or whole descendants of one
  // of them: as in `source` where it needs no change, else valid until the next call. Linear in
  // `limit` and in the white space and comments that are left out.
  std::string_view Collapse(std::string_view source, const Node& parent, uint32_t begin,
                            uint32_t end, size_t limit);

 private:
  void AppendLiteral(std::string_view literal);

  std::string out_;
  std::vector<Node> ancestors_;
};

}  // namespace coppice
