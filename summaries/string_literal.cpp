#include "summaries/string_literal.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "parser/line_ends.h"
#include "parser/utf8.h"

namespace coppice {
namespace {

// What the escape of a code point stands for; U+FFFD for what UTF-8 cannot say.
void AppendCodePoint(uint32_t code_point, std::string& out) {
  const bool surrogate = code_point >= 0xd800 && code_point < 0xe000;
  AppendUtf8(surrogate || code_point > 0x10ffff ? 0xfffd : code_point, out);
}

int DigitValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

// Reads digits of `base` from `text`; how many there were is returned.
size_t ReadDigits(std::string_view text, int base, size_t most, uint32_t& value) {
  value = 0;
  size_t count = 0;
  while (count < most && count < text.size() && DigitValue(text[count]) < base) {
    value = value * static_cast<uint32_t>(base) + static_cast<uint32_t>(DigitValue(text[count++]));
  }
  return count;
}

// Appends what the escape sequence at the start of `text` (behind the backslash) stands for, and
// returns its length.
size_t AppendEscape(std::string_view text, std::string& out) {
  constexpr std::string_view kNames = "\\'\"abfnrtv";
  constexpr std::string_view kValues = "\\'\"\a\b\f\n\r\t\v";
  const char c = text[0];
  if (const size_t size = LineEndSize(text, 0)) return size;
  if (const size_t at = kNames.find(c); at != std::string_view::npos) {
    out += kValues[at];
    return 1;
  }
  uint32_t value = 0;
  if (c >= '0' && c <= '7') {
    const size_t size = ReadDigits(text, 8, 3, value);
    AppendCodePoint(value, out);
    return size;
  }
  const size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  if (digits != 0 && ReadDigits(text.substr(1), 16, digits, value) == digits) {
    AppendCodePoint(value, out);
    return 1 + digits;
  }
  out += '\\';
  out += c;
  return 1;
}

// A literal as written: prefix, quotes, content. False, and `out` of any length, for bytes,
// f-strings and escapes that are refused.
bool AppendLiteral(std::string_view text, NamedEscapes named, std::string& out) {
  bool raw = false;
  while (!text.empty() && text[0] != '\'' && text[0] != '"') {
    switch (text[0]) {
      case 'r':
      case 'R':
        raw = true;
        break;
      case 'u':
      case 'U':
        break;
      default:
        return false;
    }
    text.remove_prefix(1);
  }
  if (text.empty()) return false;
  const size_t quotes = text.size() >= 3 && text[1] == text[0] && text[2] == text[0] ? 3 : 1;
  const std::string_view closing = text.substr(0, quotes);
  text.remove_prefix(quotes);
  if (text.ends_with(closing)) text.remove_suffix(quotes);
  while (!text.empty()) {
    const size_t plain = static_cast<size_t>(
        std::find_if(text.begin(), text.end(), [](char c) { return c == '\\' || c == '\r'; }) -
        text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    size_t size = 1;
    if (text[0] == '\r') {
      out += '\n';
      size = LineEndSize(text, 0);
    } else if (raw || text.size() == 1) {
      out += '\\';
    } else if (named == NamedEscapes::kRefused && text[1] == 'N') {
      return false;
    } else {
      size = 1 + AppendEscape(text.substr(1), out);
    }
    text.remove_prefix(size);
  }
  return true;
}

constexpr bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v' ||
         (c >= '\x1c' && c <= '\x1f');
}

// As str.expandtabs: stops of eight characters.
std::string ExpandTabs(std::string_view text) {
  std::string out;
  size_t column = 0;
  for (const char c : text) {
    if (c == '\t') {
      out.append(8 - column % 8, ' ');
      column = 0;
    } else {
      out += c;
      if (c == '\n' || c == '\r') {
        column = 0;
      } else if (!IsContinuationByte(c)) {
        ++column;
      }
    }
  }
  return out;
}

std::string_view StripLeft(std::string_view line) {
  while (!line.empty() && IsSpace(line.front())) line.remove_prefix(1);
  return line;
}

}  // namespace

bool AppendStringValue(const Node& expression, std::string& out, NamedEscapes named) {
  Node node = expression;
  while (node.kind() == NodeKind::kParenthesizedExpression) {
    Node inner;
    for (const Node& child : node.children()) {
      if (!child.is_extra()) inner = inner ? node : child;  // more than one: damaged
    }
    if (!inner || inner == node) return false;
    node = inner;
  }
  const size_t size = out.size();
  if (node.kind() == NodeKind::kString) {
    if (AppendLiteral(node.text(), named, out)) return true;
    out.resize(size);
    return false;
  }
  if (node.kind() != NodeKind::kConcatenatedString) return false;
  for (const Node& child : node.children()) {
    if (child.is_extra()) continue;
    if (child.kind() != NodeKind::kString || !AppendLiteral(child.text(), named, out)) {
      out.resize(size);
      return false;
    }
  }
  return true;
}

void AppendCleanDoc(std::string_view doc, std::string& out) {
  std::string expanded;
  if (doc.find('\t') != std::string_view::npos) {
    expanded = ExpandTabs(doc);
    doc = expanded;
  }
  size_t margin = std::string_view::npos;
  const auto each_line = [&](auto use) {
    for (size_t begin = 0, number = 0; begin <= doc.size(); ++number) {
      const size_t end = std::min(doc.find('\n', begin), doc.size());
      use(doc.substr(begin, end - begin), number);
      begin = end + 1;
    }
  };
  each_line([&](std::string_view line, size_t number) {
    const std::string_view content = StripLeft(line);
    if (number != 0 && !content.empty()) margin = std::min(margin, line.size() - content.size());
  });
  const size_t start = out.size();
  size_t kept = start;  // end of the last line that is not empty
  each_line([&](std::string_view line, size_t number) {
    if (number == 0) {
      line = StripLeft(line);
    } else if (margin != std::string_view::npos) {
      line.remove_prefix(std::min(margin, line.size()));
    }
    if (kept == start && line.empty()) return;
    if (out.size() != start) out += '\n';
    out += line;
    if (!line.empty()) kept = out.size();
  });
  out.resize(kept);
}

}  // namespace coppice
