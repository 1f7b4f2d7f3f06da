#include "parser/lowering.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "language.h"
#include "parser/kept_tokens.h"
#include "parser/record.h"
#include "parser/symbol_kind.h"
#include "parser/tree_sitter_core.h"
#include "subtree.h"

namespace coppice {
namespace {

using record::Code;
using record::kCodes;
using record::kOpen;
using record::Shape;

// What a production says about one of its children, by the child's place among those that are no
// extras.
struct Slot {
  uint8_t field;   // Field, 0 if the production gives it none
  TSSymbol alias;  // 0 if it keeps its own symbol
};

// tree-sitter keeps fields as lists to be searched; this is the same as a table. Immutable, one a
// process.
class ProductionTable {
 public:
  static const ProductionTable& Get() {
    static const ProductionTable table;
    return table;
  }

  // Null for productions without fields and aliases.
  const Slot* Slots(uint32_t production) const {
    return has_any_[production] ? &slots_[size_t{production} * width_] : nullptr;
  }
  uint32_t width() const { return width_; }

 private:
  ProductionTable() {
    const TSLanguage* language = coppice_tree_sitter_language();
    const uint32_t productions = language->production_id_count;
    width_ = language->max_alias_sequence_length;
    for (uint32_t p = 0; p < productions; ++p) {
      const TSMapSlice slice = language->field_map_slices[p];
      for (uint32_t i = 0; i < slice.length; ++i) {
        width_ = std::max<uint32_t>(
            width_, language->field_map_entries[slice.index + i].child_index + 1U);
      }
    }
    slots_.resize(size_t{productions} * width_);
    has_any_.resize(productions);
    for (uint32_t p = 0; p < productions; ++p) {
      Slot* slots = &slots_[size_t{p} * width_];
      for (uint32_t i = 0; p != 0 && i < language->max_alias_sequence_length; ++i) {
        slots[i].alias = ts_language_alias_sequence(language, p)[i];
      }
      const TSMapSlice slice = language->field_map_slices[p];
      for (uint32_t i = slice.length; i-- > 0;) {  // the first entry for a child counts
        const TSFieldMapEntry& entry = language->field_map_entries[slice.index + i];
        if (!entry.inherited) {
          slots[entry.child_index].field = static_cast<uint8_t>(entry.field_id);
        }
      }
      has_any_[p] = std::any_of(slots, slots + width_, [](const Slot& slot) {
        return slot.field != 0 || slot.alias != 0;
      });
    }
  }

  uint32_t width_ = 0;
  std::vector<Slot> slots_;
  std::vector<uint8_t> has_any_;
};

// Head codes by what they stand for.
class CodeTable {
 public:
  static const CodeTable& Get() {
    static const CodeTable table;
    return table;
  }

  // The code that leaves least open, or kEscape.
  uint8_t Find(Shape shape, NodeKind kind, Field field, uint32_t gap, uint32_t length) const {
    const Row& row = rows_[RowOf(shape, kind, field)];
    if (row.forms == 0) return record::kEscape;
    const auto g = static_cast<uint8_t>(std::min<uint32_t>(gap, kOpen));
    const auto l = static_cast<uint8_t>(
        shape == Shape::kInner ? uint32_t{kOpen} : std::min<uint32_t>(length, kOpen));
    if ((row.forms & kBothFixed) != 0 && g != kOpen) {
      if (const uint8_t code = Probe(row.id, g, l); code != record::kEscape) return code;
    }
    if ((row.forms & kGapFixed) != 0 && g != kOpen) {
      if (const uint8_t code = Probe(row.id, g, kOpen); code != record::kEscape) return code;
    }
    if ((row.forms & kLengthFixed) != 0 && l != kOpen) {
      if (const uint8_t code = Probe(row.id, kOpen, l); code != record::kEscape) return code;
    }
    return (row.forms & kAllOpen) != 0 ? Probe(row.id, kOpen, kOpen) : record::kEscape;
  }

 private:
  static constexpr uint8_t kBothFixed = 1;
  static constexpr uint8_t kGapFixed = 2;
  static constexpr uint8_t kLengthFixed = 4;
  static constexpr uint8_t kAllOpen = 8;

  struct Row {
    uint8_t forms = 0;  // which of the forms above some code has
    uint8_t id = 0;
  };
  struct Bucket {
    uint32_t key = 0;
    uint8_t code = record::kEscape;
  };
  static constexpr size_t kBuckets = 1024;

  static size_t RowOf(Shape shape, NodeKind kind, Field field) {
    return (static_cast<size_t>(shape) * kNodeKindCount + static_cast<size_t>(kind)) *
               kFieldCount +
           static_cast<size_t>(field);
  }
  static uint32_t Key(uint8_t row, uint8_t gap, uint8_t length) {
    return 1U << 24 | uint32_t{row} << 16 | uint32_t{gap} << 8 | length;
  }
  static size_t Hash(uint32_t key) { return (key * 0x9E3779B1U) >> 22; }

  CodeTable() : rows_(size_t{2} * kNodeKindCount * kFieldCount) {
    uint8_t row_count = 0;
    for (size_t i = 0; i < kCodes.size(); ++i) {
      const Code& code = kCodes[i];
      if (code.kind == NodeKind::kNoNode) continue;
      Row& row = rows_[RowOf(code.shape, code.kind, code.field)];
      if (row.forms == 0) row.id = row_count++;
      row.forms |= code.gap == kOpen ? (code.length == kOpen ? kAllOpen : kLengthFixed)
                                     : (code.length == kOpen ? kGapFixed : kBothFixed);
      const uint32_t key = Key(row.id, code.gap, code.length);
      size_t at = Hash(key);
      while (buckets_[at].key != 0) at = (at + 1) % kBuckets;
      buckets_[at] = {key, static_cast<uint8_t>(i)};
    }
  }

  uint8_t Probe(uint8_t row, uint8_t gap, uint8_t length) const {
    const uint32_t key = Key(row, gap, length);
    for (size_t at = Hash(key);; at = (at + 1) % kBuckets) {
      if (buckets_[at].key == key) return buckets_[at].code;
      if (buckets_[at].key == 0) return record::kEscape;
    }
  }

  std::vector<Row> rows_;
  std::array<Bucket, kBuckets> buckets_;
};

// A node that is to be written as soon as what stands before it is known.
struct Pending {
  NodeKind kind = NodeKind::kNoNode;  // kNoNode: there is none
  uint8_t field;
  uint8_t marks;
  Shape shape;
  uint32_t start;
  uint32_t length;
  uint32_t subtree;
  int32_t character;
};

uint8_t* WriteRecord(uint8_t* out, const Pending& node, uint32_t gap, const CodeTable& codes) {
  const auto field = static_cast<Field>(node.field);
  const bool inner = node.shape == Shape::kInner;
  if (node.marks == 0) [[likely]] {
    const uint8_t head = codes.Find(node.shape, node.kind, field, gap, node.length);
    if (head != record::kEscape) [[likely]] {
      if (inner) out = record::WriteVarint(out, node.subtree);
      if (kCodes[head].length == kOpen) out = record::WriteVarint(out, node.length);
      if (kCodes[head].gap == kOpen) out = record::WriteVarint(out, gap);
      *--out = head;
      return out;
    }
  }
  if ((node.marks & record::kCharacterMark) != 0) {
    out = record::WriteVarint(out, static_cast<uint32_t>(node.character + 1));
  }
  if (inner) out = record::WriteVarint(out, node.subtree);
  out = record::WriteVarint(out, node.length);
  out = record::WriteVarint(out, gap);
  if (node.marks != 0) *--out = node.marks;
  *--out = static_cast<uint8_t>(node.field | (inner ? record::kInnerFlag : 0) |
                                (node.marks != 0 ? record::kMarksFlag : 0));
  *--out = static_cast<uint8_t>(node.kind);
  *--out = record::kEscape;
  return out;
}

}  // namespace

// An open inner subtree, kept or hidden.
struct Lowering::Frame {
  const Subtree* children;
  const Slot* slots;     // null: no fields, no aliases
  uint32_t remaining;    // children not yet visited, which come before the others
  uint32_t structural;   // those of them that are no extras
  uint32_t start;        // of the subtree, behind its padding
  uint32_t padding;
  uint8_t field;         // the node's own if it is kept, else what its children inherit
  uint8_t marks;
  bool kept;
  NodeKind kind;         // of the nearest kept node, itself included
  uint32_t end;          // of the subtree, if kept
  uint32_t below;        // bytes written before its descendants, if kept
};

Lowering::Lowering() = default;
Lowering::~Lowering() = default;

void Lowering::Reserve() {
  constexpr size_t kFirstBytes = size_t{64} << 10;
  const size_t used = static_cast<size_t>(buffer_.get() + capacity_ - out_);
  const size_t capacity = std::max(kFirstBytes, capacity_ * 2);
  auto buffer = std::make_unique_for_overwrite<uint8_t[]>(capacity);
  uint8_t* out = buffer.get() + capacity - used;
  if (used != 0) std::memcpy(out, out_, used);
  buffer_ = std::move(buffer);
  capacity_ = capacity;
  out_ = out;
}

LoweredTree Lowering::Lower(const void* root_subtree) {
  const ProductionTable& productions = ProductionTable::Get();
  const CodeTable& codes = CodeTable::Get();
  if (capacity_ > kKeptBytes) {
    buffer_.reset();
    capacity_ = 0;
  }
  if (stack_.capacity() * sizeof(Frame) > kKeptBytes) stack_ = {};
  out_ = buffer_.get() + capacity_;

  const Subtree root = *static_cast<const Subtree*>(root_subtree);
  uint32_t node_count = 0;
  bool has_errors = false;
  Pending pending;

  // The root is handled like any child, of a frame that is not there.
  uint32_t end = ts_subtree_total_bytes(root);
  Frame frame{&root, nullptr, 1, 1, 0, 0, 0, 0, false, NodeKind::kNoNode, 0, 0};
  stack_.clear();
  stack_.push_back(frame);

  for (;;) {
    if (frame.remaining == 0) {
      if (stack_.size() == 1) break;
      end = frame.start;
      if (frame.kept) {
        if (static_cast<size_t>(out_ - buffer_.get()) < record::kMaxBytes) Reserve();
        const bool inner = pending.kind != NodeKind::kNoNode;
        if (inner) out_ = WriteRecord(out_, pending, pending.start - frame.start, codes);
        const auto written = static_cast<uint32_t>(buffer_.get() + capacity_ - out_);
        pending = {frame.kind,
                   frame.field,
                   frame.marks,
                   inner ? Shape::kInner : Shape::kLeaf,
                   frame.start,
                   frame.end - frame.start,
                   written - frame.below,
                   -1};
      }
      end -= frame.padding;
      stack_.pop_back();
      frame = stack_.back();
      continue;
    }

    const Subtree child = frame.children[--frame.remaining];
    TSSymbol symbol;
    bool visible;
    bool extra;
    bool missing;
    uint32_t padding;
    uint32_t size;
    uint32_t child_count;
    if (child.data.is_inline) {
      symbol = child.data.symbol;
      visible = child.data.visible;
      extra = child.data.extra;
      missing = child.data.is_missing;
      padding = child.data.padding_bytes;
      size = child.data.size_bytes;
      child_count = 0;
    } else {
      symbol = child.ptr->symbol;
      visible = child.ptr->visible;
      extra = child.ptr->extra;
      missing = child.ptr->is_missing;
      padding = child.ptr->padding.bytes;
      size = child.ptr->size.bytes;
      child_count = child.ptr->child_count;
    }

    uint8_t field = 0;
    if (!extra) {
      --frame.structural;
      if (!frame.kept) field = frame.field;
      if (frame.slots != nullptr && frame.structural < productions.width()) {
        const Slot& slot = frame.slots[frame.structural];
        if (slot.field != 0) field = slot.field;
        if (slot.alias != 0) {
          symbol = slot.alias;
          visible = true;
        }
      }
    }

    NodeKind kind = NodeKind::kNoNode;
    uint8_t marks = 0;
    int32_t character = -1;
    if (visible || missing) {
      if (symbol == ts_builtin_sym_error) [[unlikely]] {
        has_errors = true;
        kind = NodeKind::kError;
        if (child_count == 0 && size > 0) {
          kind = NodeKind::kUnexpected;
          marks = record::kCharacterMark;
          character = child.ptr->lookahead_char;
        }
      } else if (symbol < kKindOfSymbol.size()) {
        kind = kKindOfSymbol[symbol];
        if (missing) {
          has_errors = true;
          marks = record::kMissingMark;
        } else if (!IsNamed(kind) && field == 0 && !ChangesMeaning(kind, frame.kind)) {
          kind = NodeKind::kNoNode;
        }
      }
      if (extra != record::IsExtraByKind(kind)) marks |= record::kExtraMark;
    }

    const uint32_t start = end - size;
    if (kind != NodeKind::kNoNode) {
      ++node_count;
      if (pending.kind != NodeKind::kNoNode) {
        if (static_cast<size_t>(out_ - buffer_.get()) < record::kMaxBytes) Reserve();
        out_ = WriteRecord(out_, pending, pending.start - end, codes);
        pending.kind = NodeKind::kNoNode;
      }
      if (child_count == 0) {
        pending = {kind, field, marks, Shape::kLeaf, start, size, 0, character};
      }
    }
    if (child_count == 0) {
      end = start - padding;
      continue;
    }

    Frame inner;
    inner.children = ts_subtree_children(child);
    inner.slots = productions.Slots(child.ptr->production_id);
    inner.remaining = child_count;
    inner.structural = 0;
    if (inner.slots != nullptr) {
      for (uint32_t i = 0; i < child_count; ++i) {
        inner.structural += !ts_subtree_extra(inner.children[i]);
      }
    }
    inner.start = start;
    inner.padding = padding;
    inner.field = field;
    inner.marks = marks;
    inner.kept = kind != NodeKind::kNoNode;
    inner.kind = inner.kept ? kind : frame.kind;
    inner.end = end;
    inner.below = static_cast<uint32_t>(buffer_.get() + capacity_ - out_);
    stack_.back() = frame;
    stack_.push_back(inner);
    frame = inner;
  }

  if (static_cast<size_t>(out_ - buffer_.get()) < record::kMaxBytes) Reserve();
  out_ = WriteRecord(out_, pending, pending.start, codes);
  return {out_, static_cast<uint32_t>(buffer_.get() + capacity_ - out_), node_count, has_errors};
}

}  // namespace coppice
