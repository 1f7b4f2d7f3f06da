// Syntax trees as text: for people, for tests, and for other programs.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "parser/syntax_tree.h"

namespace coppice {

enum class DumpFormat : uint8_t {
  // tree-sitter's S-expression, byte for byte what ts_node_string returns.
  kSExpression,
  // One node a line, indented: "field: kind [line:column - line:column]", leaves with their text.
  kTree,
  // One object: {"kind", "field", "start", "end", "line", "column", "missing", "children"}.
  kJson,
};

// Takes the output piece by piece, in order. Pieces are a few kilobytes; nothing is kept of them.
using DumpSink = std::function<void(std::string_view)>;

// Time linear in the output (indentation of kTree is capped), memory linear in the depth; no
// recursion.
void Dump(const SyntaxTree& tree, DumpFormat format, const DumpSink& sink);
std::string DumpToString(const SyntaxTree& tree, DumpFormat format);

}  // namespace coppice
