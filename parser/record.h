// The record format of the compact tree, as its writer and its readers share it: docs/ast.md.
#pragma once

#include <array>
#include <cstdint>

#include "parser/node_kind.h"

namespace coppice::record {

// A record is: head code, then what the code leaves open: gap, length, subtree size, each a varint.
// An escaped one is: kEscape, kind, field and flags, then gap, length, and what the flags announce.
inline constexpr uint8_t kEscape = 255;

// Flags of an escaped record, above the field in the low six bits of the same byte.
inline constexpr uint8_t kFieldMask = 0x3f;
inline constexpr uint8_t kInnerFlag = 0x40;  // a subtree size follows: there are children
inline constexpr uint8_t kMarksFlag = 0x80;  // a byte of marks follows at once
// Marks.
inline constexpr uint8_t kMissingMark = 1;
inline constexpr uint8_t kExtraMark = 2;
inline constexpr uint8_t kCharacterMark =
    4;  // the unexpected code point plus one follows at the end

static_assert(kFieldCount <= kFieldMask + 1);
static_assert(kNodeKindCount <= 256, "a kind takes one byte in a record");

// The longest record: escape, kind, field, marks and four varints.
inline constexpr uint32_t kMaxBytes = 4 + 4 * 5;

inline constexpr uint8_t kOpen = 255;  // in a code: the value follows the head instead

enum class Shape : uint8_t { kLeaf, kInner };

// What one head code stands for.
struct Code {
  Shape shape;
  NodeKind kind;
  Field field;
  uint8_t gap;     // bytes since the previous sibling's end or the parent's start, or kOpen
  uint8_t length;  // bytes of a leaf, or kOpen; inner nodes' lengths are always open
};
static_assert(sizeof(Code) == 8);

// Leaves' codes fix only gaps and lengths below these.
inline constexpr uint32_t kLeafGaps = 23;
inline constexpr uint32_t kLeafLengths = 31;

// Codes for the commonest records, measured over real code (train_record_codes.cpp);
// everything else is escaped. Part of the format.
extern const std::array<Code, kEscape> kCodes;

// Varints: values below 240 take one byte, below 2,288 two, else a byte that gives the number of
// bytes (2 to 4) that hold the value less 2,288, least significant first.
inline uint32_t ReadVarint(const uint8_t*& in) {
  const uint32_t first = *in++;
  if (first < 240) return first;
  if (first < 248) return 240 + ((first - 240) << 8) + *in++;
  uint32_t value = 0;
  for (uint32_t i = 0; i < first - 246; ++i) value |= uint32_t{*in++} << (8 * i);
  return value + 2288;
}

// Writes backwards: the value ends before `out`. Returns its first byte.
inline uint8_t* WriteVarint(uint8_t* out, uint32_t value) {
  if (value < 240) {
    *--out = static_cast<uint8_t>(value);
  } else if (value < 2288) {
    *--out = static_cast<uint8_t>(value - 240);
    *--out = static_cast<uint8_t>(240 + ((value - 240) >> 8));
  } else {
    value -= 2288;
    const uint32_t bytes = value < (1U << 16) ? 2 : value < (1U << 24) ? 3 : 4;
    for (uint32_t i = bytes; i-- > 0;) *--out = static_cast<uint8_t>(value >> (8 * i));
    *--out = static_cast<uint8_t>(246 + bytes);
  }
  return out;
}

// Comments and line continuations are extras wherever they stand; the extra mark says the opposite.
constexpr bool IsExtraByKind(NodeKind kind) {
  return kind == NodeKind::kComment || kind == NodeKind::kLineContinuation;
}

// A record taken apart.
struct Record {
  NodeKind kind;
  Field field;
  uint8_t marks;
  bool inner;
  uint32_t gap;
  uint32_t length;
  uint32_t subtree;    // bytes of all descendants' records, which follow `end`
  int32_t character;   // for the character mark
  const uint8_t* end;  // behind this record
};

inline Record Read(const uint8_t* in) {
  const uint8_t head = *in++;
  Record r;
  r.marks = 0;
  r.subtree = 0;
  r.character = -1;
  if (head != kEscape) [[likely]] {
    const Code& code = kCodes[head];
    r.kind = code.kind;
    r.field = code.field;
    r.inner = code.shape == Shape::kInner;
    r.gap = code.gap == kOpen ? ReadVarint(in) : code.gap;
    r.length = code.length == kOpen ? ReadVarint(in) : code.length;
    if (r.inner) r.subtree = ReadVarint(in);
  } else {
    r.kind = static_cast<NodeKind>(*in++);
    const uint8_t flags = *in++;
    r.field = static_cast<Field>(flags & kFieldMask);
    r.inner = (flags & kInnerFlag) != 0;
    if ((flags & kMarksFlag) != 0) r.marks = *in++;
    r.gap = ReadVarint(in);
    r.length = ReadVarint(in);
    if (r.inner) r.subtree = ReadVarint(in);
    if ((r.marks & kCharacterMark) != 0) r.character = static_cast<int32_t>(ReadVarint(in)) - 1;
  }
  r.end = in;
  return r;
}

}  // namespace coppice::record
