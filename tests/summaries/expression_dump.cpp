// Prints the structure of expressions, for expression_oracle.py: reads texts ended by NUL, prints a
// line each.
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "summaries/resolution/expressions/expression.h"

namespace {

using coppice::ExpressionKind;
using coppice::ExpressionParser;

void Dump(const ExpressionParser& parser, uint32_t index, std::string& out) {
  static constexpr std::string_view kKinds[] = {
      "opaque",  "Name",    "id",    "Attribute", "Subscript", "Slice",  "Call",
      "keyword", "Starred", "**",    "Tuple",     "List",      "Set",    "Dict",
      "Comp",    "str",     "bytes", "JoinedStr", "int",       "float",  "complex",
      "True",    "False",   "None",  "Ellipsis",  "Unary",     "Binary", "Bool",
      "Compare", "cmp",     "IfExp", "Named",     "Lambda",    "Await",  "param"};
  const auto& node = parser.node(index);
  out += '(';
  out += kKinds[static_cast<size_t>(node.kind)];
  if (node.op != coppice::ExpressionOperator::kNoOperator) {
    out += ' ' + std::to_string(static_cast<int>(node.op));
  }
  if (node.kind == ExpressionKind::kName || node.kind == ExpressionKind::kIdentifier) {
    out += ' ';
    out += parser.TextOf(index);
  }
  for (uint32_t child = node.first_child; child != coppice::kNoExpression;
       child = parser.node(child).next_sibling) {
    out += ' ';
    Dump(parser, child, out);
  }
  out += ')';
}

}  // namespace

int main() {
  const std::string input((std::istreambuf_iterator<char>(std::cin)),
                          std::istreambuf_iterator<char>());
  ExpressionParser parser;
  std::string out;
  for (size_t begin = 0; begin < input.size();) {
    const size_t end = input.find('\0', begin);
    parser.Parse(std::string_view(input).substr(begin, end - begin));
    Dump(parser, parser.root(), out);
    out += '\n';
    begin = end + 1;
  }
  std::cout << out;
}
