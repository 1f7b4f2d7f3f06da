// Which anonymous tokens a tree keeps although the grammar gives them no field.
#pragma once

#include <cstdint>

#include "parser/node_kind.h"

namespace coppice {

// Those that change what their parent means where its named children do not tell: everything else
// (brackets, most commas, keywords that the parent's kind implies) can be dropped. `parent` is the
// nearest kept node around the token.
constexpr bool ChangesMeaning(NodeKind token, NodeKind parent) {
  switch (token) {
    case NodeKind::kTokenAsync:
    case NodeKind::kTokenAnd:
    case NodeKind::kTokenOr:
    case NodeKind::kTokenUnderscore:  // a wildcard pattern
      return true;
    case NodeKind::kTokenFrom:
      return parent == NodeKind::kYield;
    case NodeKind::kTokenStar:  // except*; *rest against **rest
    case NodeKind::kTokenStarStar:
      return parent == NodeKind::kExceptClause || parent == NodeKind::kSplatType ||
             parent == NodeKind::kSplatPattern;
    case NodeKind::kTokenMinus:  // the signs of literal patterns
    case NodeKind::kTokenPlus:
      return parent == NodeKind::kCasePattern || parent == NodeKind::kComplexPattern ||
             parent == NodeKind::kKeywordPattern || parent == NodeKind::kUnionPattern ||
             parent == NodeKind::kDictPattern;
    case NodeKind::kTokenColon:  // which bounds of a slice are left out
      return parent == NodeKind::kSlice;
    case NodeKind::kTokenEqual:  // f"{x=}"
      return parent == NodeKind::kInterpolation;
    case NodeKind::kTokenComma:  // a trailing one makes a tuple
      return parent == NodeKind::kSubscript || parent == NodeKind::kCaseClause ||
             parent == NodeKind::kExpressionStatement;
    default:
      return false;
  }
}

}  // namespace coppice
