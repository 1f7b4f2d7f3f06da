// The library and another tree-sitter in one program: each keeps to its own functions and its own
// memory.
#include <gtest/gtest.h>
#include <tree_sitter/api.h>

#include <cstdlib>
#include <string>

#include "parser/dump.h"
#include "parser/parser.h"

extern "C" const TSLanguage* tree_sitter_python();

namespace {

size_t allocations = 0;

void* CountedMalloc(size_t size) {
  ++allocations;
  return std::malloc(size);
}
void* CountedCalloc(size_t count, size_t size) {
  ++allocations;
  return std::calloc(count, size);
}
void* CountedRealloc(void* block, size_t size) {
  ++allocations;
  return std::realloc(block, size);
}

TEST(PrivateSymbols, AnEmbeddersTreeSitterIsAnother) {
  ts_set_allocator(CountedMalloc, CountedCalloc, CountedRealloc, std::free);
  coppice::MemoryPool pool;
  coppice::Parser parser(pool);
  const std::string text = "x = f(1)\n";
  const auto tree = parser.Parse(text);
  ASSERT_TRUE(tree);
  EXPECT_EQ(allocations, 0U) << "the library allocated through the embedder's hook";

  TSParser* plain = ts_parser_new();
  ASSERT_TRUE(ts_parser_set_language(plain, tree_sitter_python()));
  TSTree* plain_tree =
      ts_parser_parse_string(plain, nullptr, text.data(), static_cast<uint32_t>(text.size()));
  EXPECT_GT(allocations, 0U);
  char* expression = ts_node_string(ts_tree_root_node(plain_tree));
  EXPECT_EQ(coppice::DumpToString(*tree, coppice::DumpFormat::kSExpression), expression);
  std::free(expression);
  ts_tree_delete(plain_tree);
  ts_parser_delete(plain);
  ts_set_allocator(nullptr, nullptr, nullptr, nullptr);
}

}  // namespace
