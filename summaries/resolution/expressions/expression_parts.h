// Reading what an ExpressionParser has parsed.
#pragma once

#include <optional>
#include <string_view>

#include "summaries/resolution/expressions/expression.h"

namespace coppice {

// Calls `use(index)` for every child in order.
template <class Use>
void ForEachChild(const ExpressionParser& parsed, uint32_t node, Use use) {
  for (uint32_t child = parsed.node(node).first_child; child != kNoExpression;
       child = parsed.node(child).next_sibling) {
    use(child);
  }
}

inline ExpressionKind KindAt(const ExpressionParser& parsed, uint32_t node) {
  return parsed.node(node).kind;
}

// A name, or several with dots between them.
inline bool IsDottedName(const ExpressionParser& parsed, uint32_t node) {
  while (KindAt(parsed, node) == ExpressionKind::kAttribute) node = parsed.node(node).first_child;
  return KindAt(parsed, node) == ExpressionKind::kName;
}

// The same of a text in the form of summaries, without parsing it.
inline bool IsDottedName(std::string_view text) {
  bool starts = true;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                        static_cast<unsigned char>(c) >= 0x80;
    if (starts ? !letter : !letter && !(c >= '0' && c <= '9') && c != '.') return false;
    starts = c == '.';
  }
  return !starts && !text.ends_with("…") && text != "None" && text != "True" && text != "False";
}

// Whether a text is calls within each other, of which the innermost is given the name first:
// `decorate(trace(name, 1))`.
bool IsCallWith(std::string_view text, std::string_view name);

// What a call calls, what a subscript subscripts, however often; else the node itself.
inline uint32_t WithoutArguments(const ExpressionParser& parsed, uint32_t node) {
  while (KindAt(parsed, node) == ExpressionKind::kCall ||
         KindAt(parsed, node) == ExpressionKind::kSubscript) {
    node = parsed.node(node).first_child;
  }
  return node;
}

// The value of a call's keyword argument. None: it has no such argument.
inline std::optional<uint32_t> KeywordArgument(const ExpressionParser& parsed, uint32_t call,
                                               std::string_view name) {
  std::optional<uint32_t> value;
  ForEachChild(parsed, call, [&](uint32_t argument) {
    if (KindAt(parsed, argument) != ExpressionKind::kKeyword) return;
    const uint32_t key = parsed.node(argument).first_child;
    if (parsed.TextOf(key) == name) value = parsed.node(key).next_sibling;
  });
  return value;
}

// The positional argument of that number, from 0. None: it has fewer, or one before it is starred.
inline std::optional<uint32_t> PositionalArgument(const ExpressionParser& parsed, uint32_t call,
                                                  uint32_t number) {
  uint32_t node = parsed.node(parsed.node(call).first_child).next_sibling;
  for (; node != kNoExpression; node = parsed.node(node).next_sibling) {
    const ExpressionKind kind = KindAt(parsed, node);
    if (kind == ExpressionKind::kKeyword || kind == ExpressionKind::kDoubleStarred) continue;
    if (kind == ExpressionKind::kStarred) return std::nullopt;
    if (number-- == 0) return node;
  }
  return std::nullopt;
}

// Whether a call unpacks arguments, so that what else it is given is not written.
inline bool Unpacks(const ExpressionParser& parsed, uint32_t call) {
  bool unpacks = false;
  ForEachChild(parsed, call, [&](uint32_t argument) {
    const ExpressionKind kind = KindAt(parsed, argument);
    unpacks |= kind == ExpressionKind::kStarred || kind == ExpressionKind::kDoubleStarred;
  });
  return unpacks;
}

// What one string literal without escapes holds. None: it is several, or has some.
std::optional<std::string_view> StringContent(std::string_view literal);

// `True` or `False`.
inline std::optional<bool> Boolean(const ExpressionParser& parsed, uint32_t node) {
  if (KindAt(parsed, node) == ExpressionKind::kTrue) return true;
  if (KindAt(parsed, node) == ExpressionKind::kFalse) return false;
  return std::nullopt;
}

}  // namespace coppice
