#include "summaries/expression_text.h"

#include <algorithm>

#include "parser/line_ends.h"
#include "parser/utf8.h"

namespace coppice {
namespace {

constexpr std::string_view kEllipsis = "\xe2\x80\xa6";

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

// Whether collapsing might change the text.
bool NeedsWork(std::string_view text) {
  char last = 0;
  for (const char c : text) {
    if (c == '#' || c == '\\' || (c != ' ' && IsSpace(c)) || (c == ' ' && last == ' ')) return true;
    last = c;
  }
  return false;
}

// Bytes of white space or comment at `at`; 0 if there is none.
size_t GapAt(std::string_view text, size_t at) {
  if (IsSpace(text[at])) return 1;
  if (text[at] == '#') {
    const size_t end = text.find_first_of("\r\n", at);
    return (end == std::string_view::npos ? text.size() : end) - at;
  }
  if (text[at] == '\\') {
    if (const size_t size = LineEndSize(text, at + 1)) return 1 + size;
  }
  return 0;
}

// The string literals below a node, in the order of the text.
class LiteralCursor {
 public:
  LiteralCursor(const Node& parent, std::vector<Node>& ancestors) : ancestors_(ancestors) {
    ancestors_.clear();
    ancestors_.push_back(parent);
    node_ = parent.FirstChild();
    if (parent.kind() == NodeKind::kString) node_ = parent;
    Settle(0);
  }
  // The first literal that ends after `offset`, or no node.
  const Node& At(uint32_t offset) {
    while (node_ && node_.end() <= offset) {
      Skip();
      Settle(offset);
    }
    return node_;
  }

 private:
  void Settle(uint32_t offset) {
    while (node_ && node_.kind() != NodeKind::kString) {
      const Node child = node_.end() > offset ? node_.FirstChild() : Node();
      if (child) {
        ancestors_.push_back(node_);
        node_ = child;
      } else {
        Skip();
      }
    }
  }
  void Skip() {
    while (!ancestors_.empty()) {
      // The outermost ancestor's siblings are not below it.
      if (const Node next = node_ == ancestors_.front() ? Node() : node_.NextSibling()) {
        node_ = next;
        return;
      }
      node_ = ancestors_.back();
      ancestors_.pop_back();
    }
    node_ = Node();
  }

  Node node_;
  std::vector<Node>& ancestors_;
};

}  // namespace

void ExpressionText::AppendLiteral(std::string_view literal) {
  for (size_t at = 0; at < literal.size(); ++at) {
    if (const size_t size = LineEndSize(literal, at)) {
      out_ += '\n';
      at += size - 1;
    } else {
      out_ += literal[at];
    }
  }
}

std::string_view ExpressionText::Collapse(std::string_view source, const Node& parent,
                                          uint32_t begin, uint32_t end, size_t limit) {
  const std::string_view text = source.substr(0, end);
  if (!NeedsWork(source.substr(begin, std::min<size_t>(end - begin, limit + 1)))) {
    const std::string_view whole = source.substr(begin, end - begin);
    if (whole.size() <= limit) return whole;
    out_ = Utf8Prefix(whole, limit);
    return out_ += kEllipsis;
  }
  out_.clear();
  LiteralCursor literals(parent, ancestors_);
  bool gap = false;
  for (size_t at = begin; at < end && out_.size() <= limit;) {
    if (const size_t size = GapAt(text, at)) {
      gap = true;
      at += size;
      continue;
    }
    if (gap && !out_.empty()) out_ += ' ';
    gap = false;
    const Node& literal = literals.At(static_cast<uint32_t>(at));
    if (literal && literal.start() == at) {
      // No more of a long literal than can be of use: two bytes may become one.
      const size_t literal_end = std::min<size_t>(literal.end(), end);
      AppendLiteral(text.substr(at, std::min(literal_end - at, 2 * limit + 8)));
      at = literal_end;
    } else {
      out_ += text[at++];
    }
  }
  if (out_.size() > limit) {
    out_.resize(Utf8Prefix(out_, limit).size());
    out_ += kEllipsis;
  }
  return out_;
}

}  // namespace coppice
