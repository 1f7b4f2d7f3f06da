#include "tests/parser/tree_oracle.h"

#include <tree_sitter/api.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <vector>

#include "parser/dump.h"

extern "C" const TSLanguage* tree_sitter_python();

namespace coppice::test {
namespace {

// ts_node_string recurses; at this depth it is still far from the end of a usual stack.
constexpr uint32_t kPrintableDepth = 2000;

// docs/ast.md's table of tokens kept without a field, by the grammar's names: written apart from
// the library's own, so that a slip in either shows.
bool KeptUnder(std::string_view token, std::string_view parent) {
  static const std::map<std::string_view, std::set<std::string_view>> kUnder = {
      {"from", {"yield"}},
      {"*", {"except_clause", "splat_type", "splat_pattern"}},
      {"**", {"except_clause", "splat_type", "splat_pattern"}},
      {"-",
       {"case_pattern", "complex_pattern", "keyword_pattern", "union_pattern", "dict_pattern"}},
      {"+",
       {"case_pattern", "complex_pattern", "keyword_pattern", "union_pattern", "dict_pattern"}},
      {":", {"slice"}},
      {"=", {"interpolation"}},
      {",", {"subscript", "case_clause", "expression_statement"}}};
  static const std::set<std::string_view> kAnywhere = {"async", "and", "or", "_"};
  if (kAnywhere.contains(token)) return true;
  const auto under = kUnder.find(token);
  return under != kUnder.end() && under->second.contains(parent);
}

std::string Describe(std::string_view kind, std::string_view field, uint32_t start, uint32_t end,
                     bool named, bool missing, bool extra, uint32_t depth) {
  std::string text = std::to_string(depth) + " ";
  if (!field.empty()) text += std::string(field) + ": ";
  text += named ? std::string(kind) : "\"" + std::string(kind) + "\"";
  text += " " + std::to_string(start) + "-" + std::to_string(end);
  if (missing) text += " missing";
  if (extra) text += " extra";
  return text;
}

}  // namespace

TreeOracle::TreeOracle() : parser_(pool_), plain_(ts_parser_new()) {
  ts_parser_set_language(plain_, tree_sitter_python());
}

TreeOracle::~TreeOracle() { ts_parser_delete(plain_); }

std::string TreeOracle::WalkDifference(const SyntaxTree& tree, const void* plain_tree,
                                       uint32_t* depth) {
  const auto* ts_tree = static_cast<const TSTree*>(plain_tree);
  TSTreeCursor plain = ts_tree_cursor_new(ts_tree_root_node(ts_tree));
  PreorderCursor compact = tree.Preorder();
  // Tokens that error recovery made up without text: only the S-expression shows those.
  const auto skip_hidden = [&] {
    while (compact && !IsVisible(compact.node().kind())) compact.Next();
  };

  std::string difference;
  uint64_t nodes = 0;
  std::vector<const char*> kept;  // kinds of the kept ancestors
  std::vector<bool> is_kept;      // of all ancestors
  for (bool more = true; more && difference.empty();) {
    const TSNode node = ts_tree_cursor_current_node(&plain);
    const char* kind = ts_node_type(node);
    const char* field = ts_tree_cursor_current_field_name(&plain);
    const bool missing = ts_node_is_missing(node);
    const bool keep = ts_node_is_named(node) || field != nullptr || missing ||
                      (!kept.empty() && KeptUnder(kind, kept.back()));
    if (keep) {
      ++nodes;
      skip_hidden();
      // An unexpected character is an ERROR to the cursor.
      const std::string expected =
          Describe(kind, field ? field : "", ts_node_start_byte(node), ts_node_end_byte(node),
                   ts_node_is_named(node), missing, ts_node_is_extra(node),
                   static_cast<uint32_t>(kept.size()));
      std::string actual = "end of the tree";
      if (compact) {
        const Node& n = compact.node();
        actual = Describe(n.is_error() ? "ERROR" : NodeKindName(n.kind()), FieldName(n.field()),
                          n.start(), n.end(), n.is_named(), n.is_missing(), n.is_extra(),
                          compact.depth());
        compact.Next();
      }
      if (expected != actual)
        difference.append("expected ").append(expected).append(", got ").append(actual);
    }
    if (ts_tree_cursor_goto_first_child(&plain)) {
      is_kept.push_back(keep);
      if (keep) kept.push_back(kind);
      *depth = std::max(*depth, static_cast<uint32_t>(is_kept.size()));
      continue;
    }
    while (!ts_tree_cursor_goto_next_sibling(&plain)) {
      more = ts_tree_cursor_goto_parent(&plain);
      if (!more) break;
      if (is_kept.back()) kept.pop_back();
      is_kept.pop_back();
    }
  }
  ts_tree_cursor_delete(&plain);
  skip_hidden();
  if (difference.empty() && compact) difference = "more nodes than tree-sitter has";
  nodes_compared_ += nodes;
  return difference;
}

std::string TreeOracle::Difference(std::string_view text) {
  const auto parsed =
      parser_.Parse(text, {.text = TextStorage::kBorrow, .max_scratch_bytes = size_t{2} << 30});
  if (!parsed) return "no tree: " + parsed.error().reason;
  const SyntaxTree& tree = *parsed;
  TSTree* plain =
      ts_parser_parse_string(plain_, nullptr, text.data(), static_cast<uint32_t>(text.size()));
  uint32_t depth = 0;
  std::string difference = WalkDifference(tree, plain, &depth);
  const TSNode root = ts_tree_root_node(plain);
  if (difference.empty() && tree.has_errors() != ts_node_has_error(root)) {
    difference = "has_errors differs";
  }
  if (difference.empty() && depth <= kPrintableDepth) {
    char* expected = ts_node_string(root);
    const std::string actual = DumpToString(tree, DumpFormat::kSExpression);
    if (actual != expected) {
      const std::string_view want = expected;
      const auto at = static_cast<size_t>(
          std::mismatch(want.begin(), want.end(), actual.begin(), actual.end()).first -
          want.begin());
      const size_t from = at < 80 ? 0 : at - 80;
      difference = "S-expression at " + std::to_string(at) + ": expected ..." +
                   std::string(want.substr(from, 160)) + ", got ..." + actual.substr(from, 160);
    }
    std::free(expected);
    ++expressions_compared_;
  }
  ts_tree_delete(plain);
  return difference;
}

}  // namespace coppice::test
