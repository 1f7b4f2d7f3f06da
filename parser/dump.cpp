#include "parser/dump.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "parser/line_index.h"
#include "parser/utf8.h"

namespace coppice {
namespace {

// Gathers small pieces, so that the sink is called seldom.
class Output {
 public:
  explicit Output(const DumpSink& sink) : sink_(sink) {}
  ~Output() { Flush(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  Output& operator<<(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= kPieceBytes) Flush();
    return *this;
  }
  Output& operator<<(int64_t number) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
    return *this << std::string_view(digits.data(), static_cast<size_t>(end - digits.begin()));
  }

 private:
  static constexpr size_t kPieceBytes = size_t{8} << 10;

  void Flush() {
    if (!buffer_.empty()) sink_(buffer_);
    buffer_.clear();
  }

  const DumpSink& sink_;
  std::string buffer_;
};

// tree-sitter's way to show the character at which its scanner gave up.
void WriteCharacter(Output& out, int32_t character) {
  if (character == -1) {
    out << "INVALID";
  } else if (character == '\0') {
    out << "'\\0'";
  } else if (character == '\n') {
    out << "'\\n'";
  } else if (character == '\t') {
    out << "'\\t'";
  } else if (character == '\r') {
    out << "'\\r'";
  } else if (character >= ' ' && character < 127) {
    const char c = static_cast<char>(character);
    out << "'" << std::string_view(&c, 1) << "'";
  } else {
    out << int64_t{character};
  }
}

// Only named and missing nodes appear; a child of an anonymous node that does not appear inherits
// its field, unless it is an extra.
void DumpSExpression(const SyntaxTree& tree, Output& out) {
  struct Open {
    bool shown;
    Field field;  // what children inherit
  };
  std::vector<Open> open;
  for (PreorderCursor cursor = tree.Preorder(); cursor; cursor.Next()) {
    const Node& node = cursor.node();
    for (; open.size() > cursor.depth(); open.pop_back()) {
      if (open.back().shown) out << ")";
    }
    Field field = node.field();
    if (field == Field::kNone && !open.empty() && !open.back().shown && !node.is_extra()) {
      field = open.back().field;
    }
    const bool shown = node.is_missing() || node.is_named();
    open.push_back({shown, shown ? Field::kNone : field});
    if (!shown) continue;
    if (cursor.depth() > 0) {
      out << " ";
      if (field != Field::kNone) out << FieldName(field) << ": ";
    }
    const std::string_view name = NodeKindName(node.kind());
    if (node.kind() == NodeKind::kUnexpected) {
      out << "(UNEXPECTED ";
      WriteCharacter(out, node.unexpected_character());
    } else if (!node.is_missing()) {
      out << "(" << name;
    } else if (node.is_named()) {
      out << "(MISSING " << name;
    } else {
      out << "(MISSING \"" << name << "\"";
    }
  }
  for (; !open.empty(); open.pop_back()) {
    if (open.back().shown) out << ")";
  }
}

// `text` in quotes, with the escapes of JSON. Bytes that are no UTF-8 become U+FFFD each.
void WriteQuoted(Output& out, std::string_view text) {
  out << "\"";
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '"' || c == '\\') {
      const std::array<char, 2> escaped = {'\\', text[i]};
      out << std::string_view(escaped.data(), 2);
    } else if (c == '\n') {
      out << "\\n";
    } else if (c == '\r') {
      out << "\\r";
    } else if (c == '\t') {
      out << "\\t";
    } else if (c < 0x20 || c == 0x7F) {
      constexpr std::string_view kHex = "0123456789abcdef";
      const std::array<char, 6> escaped = {'\\', 'u', '0', '0', kHex[c >> 4], kHex[c & 15]};
      out << std::string_view(escaped.data(), 6);
    } else if (const size_t length = Utf8SequenceLength(text.substr(i))) {
      out << text.substr(i, length);
      i += length;
      continue;
    } else {
      out << kReplacementCharacter;
    }
    ++i;
  }
  out << "\"";
}

void DumpTree(const SyntaxTree& tree, Output& out) {
  constexpr uint32_t kMaxIndent = 200;  // levels; deeper nodes carry their depth instead
  constexpr size_t kMaxLeafText = 120;  // bytes
  const LineIndex lines(tree.text());
  const auto write_position = [&](uint32_t offset) {
    const LineColumn position = lines.Locate(offset);
    out << int64_t{position.line} << ":" << int64_t{position.column};
  };
  static const std::string kSpaces(size_t{2} * kMaxIndent, ' ');
  for (PreorderCursor cursor = tree.Preorder(); cursor; cursor.Next()) {
    const Node& node = cursor.node();
    out << std::string_view(kSpaces).substr(0, size_t{2} * std::min(cursor.depth(), kMaxIndent));
    if (cursor.depth() > kMaxIndent) out << "{" << int64_t{cursor.depth()} << "} ";
    if (node.field() != Field::kNone) out << FieldName(node.field()) << ": ";
    if (node.is_missing()) out << "MISSING ";
    if (node.is_named()) {
      out << NodeKindName(node.kind());
    } else {
      out << "\"" << NodeKindName(node.kind()) << "\"";
    }
    out << " [";
    write_position(node.start());
    out << " - ";
    write_position(node.end());
    out << "]";
    if (!node.HasChildren() && !node.is_missing() && node.is_named()) {
      const std::string_view text = node.text();
      out << " ";
      WriteQuoted(out, Utf8Prefix(text, kMaxLeafText));
      if (text.size() > kMaxLeafText) out << "...";
    }
    out << "\n";
  }
}

void DumpJson(const SyntaxTree& tree, Output& out) {
  const LineIndex lines(tree.text());
  std::vector<bool> has_children;  // of the open nodes: their list of children is open, too
  const auto close = [&] {
    out << (has_children.back() ? "]}" : "}");
    has_children.pop_back();
  };
  uint32_t previous_depth = 0;
  for (PreorderCursor cursor = tree.Preorder(); cursor; cursor.Next()) {
    const Node& node = cursor.node();
    const bool first = has_children.empty() || cursor.depth() > previous_depth;
    while (has_children.size() > cursor.depth()) close();
    if (!first) out << ",";
    previous_depth = cursor.depth();
    const LineColumn position = lines.Locate(node.start());
    out << "{\"kind\":";
    WriteQuoted(out, NodeKindName(node.kind()));
    if (!node.is_named()) out << ",\"named\":false";
    if (node.field() != Field::kNone) {
      out << ",\"field\":";
      WriteQuoted(out, FieldName(node.field()));
    }
    out << ",\"start\":" << int64_t{node.start()} << ",\"end\":" << int64_t{node.end()}
        << ",\"line\":" << int64_t{position.line} << ",\"column\":" << int64_t{position.column};
    if (node.is_missing()) out << ",\"missing\":true";
    if (node.kind() == NodeKind::kUnexpected) {
      out << ",\"character\":" << int64_t{node.unexpected_character()};
    }
    has_children.push_back(node.HasChildren());
    if (has_children.back()) out << ",\"children\":[";
  }
  while (!has_children.empty()) close();
  out << "\n";
}

}  // namespace

void Dump(const SyntaxTree& tree, DumpFormat format, const DumpSink& sink) {
  Output out(sink);
  switch (format) {
    case DumpFormat::kSExpression:
      DumpSExpression(tree, out);
      break;
    case DumpFormat::kTree:
      DumpTree(tree, out);
      break;
    case DumpFormat::kJson:
      DumpJson(tree, out);
      break;
  }
}

std::string DumpToString(const SyntaxTree& tree, DumpFormat format) {
  std::string result;
  Dump(tree, format, [&](std::string_view piece) { result += piece; });
  return result;
}

}  // namespace coppice
