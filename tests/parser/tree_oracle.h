// Compares compact trees with a plainly built tree-sitter's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "arena/memory_pool.h"
#include "parser/parser.h"

struct TSParser;

namespace coppice::test {

// Parses each text with both and compares everything that a compact tree promises.
class TreeOracle {
 public:
  TreeOracle();
  ~TreeOracle();
  TreeOracle(const TreeOracle&) = delete;
  TreeOracle& operator=(const TreeOracle&) = delete;

  // Empty if the trees agree: the S-expression byte for byte (unless the tree is deeper than
  // tree-sitter's recursive printer can go), and a walk of the kept nodes with their kinds, fields,
  // ranges and marks. Else where they differ first.
  std::string Difference(std::string_view text);

  uint64_t nodes_compared() const { return nodes_compared_; }
  uint64_t expressions_compared() const { return expressions_compared_; }

 private:
  std::string WalkDifference(const SyntaxTree& tree, const void* plain_tree, uint32_t* depth);

  MemoryPool pool_;
  Parser parser_;
  TSParser* plain_;
  uint64_t nodes_compared_ = 0;
  uint64_t expressions_compared_ = 0;
};

}  // namespace coppice::test
