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
  const Slot* Slots(uint32_t production) const { return by_production_[production]; }
  uint32_t width() const { return width_; }

 private:
  ProductionTable() {
    const TSLanguage* language = coppice_tree_sitter_language();
    const uint32_t productions = language->production_id_count;
    width_ = language->max_alias_sequence_length;
    for (uint32_t p = 0; p < productions; ++p) {
      const TSMapSlice slice = language->field_map_slices[p];
      for (uint32_t i = 0; i < slice.length; ++i) {
        width_ = std::max<uint32_t>(width_,
                                    language->field_map_entries[slice.index + i].child_index + 1U);
      }
    }
    slots_.resize(size_t{productions} * width_);
    by_production_.resize(productions);
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
      const bool any = std::any_of(slots, slots + width_, [](const Slot& slot) {
        return slot.field != 0 || slot.alias != 0;
      });
      by_production_[p] = any ? slots : nullptr;
    }
  }

  uint32_t width_ = 0;
  std::vector<Slot> slots_;
  std::vector<const Slot*> by_production_;
};

// Head codes by what they stand for. Immutable, one a process.
class CodeTable {
 public:
  static const CodeTable& Get() {
    static const CodeTable table;
    return table;
  }

  // The code that leaves least open, or kEscape.
  uint8_t Find(Shape shape, NodeKind kind, uint8_t field, uint32_t gap, uint32_t length) const {
    const uint8_t row = rows_[RowOf(shape, kind, field)];
    if (shape == Shape::kInner) {
      return codes_[row][std::min<uint32_t>(gap, kOpen)];
    }
    return codes_[row][std::min<size_t>(gap, kGaps - 1) * kLengths +
                       std::min<size_t>(length, kLengths - 1)];
  }

 private:
  // A leaf's row has a cell for each of the gaps and lengths that codes fix, the last of each for
  // all greater ones; an inner node's row has one for each gap.
  static constexpr size_t kGaps = record::kLeafGaps + 1;
  static constexpr size_t kLengths = record::kLeafLengths + 1;
  using Row = std::array<uint8_t, kGaps * kLengths>;

  static size_t RowOf(Shape shape, NodeKind kind, uint8_t field) {
    return (static_cast<size_t>(shape) * kNodeKindCount + static_cast<size_t>(kind)) * kFieldCount +
           field;
  }
  static bool Fits(uint8_t coded, size_t value) { return coded == kOpen || coded == value; }
  static int OpenParts(const Code& code) {
    return (code.gap == kOpen ? 1 : 0) + (code.length == kOpen ? 1 : 0);
  }

  CodeTable() : rows_(size_t{2} * kNodeKindCount * kFieldCount), codes_(1) {
    codes_[0].fill(record::kEscape);
    for (size_t i = 0; i < kCodes.size(); ++i) {
      const Code& code = kCodes[i];
      uint8_t& id = rows_[RowOf(code.shape, code.kind, static_cast<uint8_t>(code.field))];
      if (id == 0) {
        id = static_cast<uint8_t>(codes_.size());
        codes_.push_back(codes_[0]);
      }
      const bool leaf = code.shape == Shape::kLeaf;
      for (size_t cell = 0; cell < (leaf ? kGaps * kLengths : kOpen + 1U); ++cell) {
        const size_t gap = leaf ? cell / kLengths : cell;
        const size_t length = leaf ? cell % kLengths : kOpen;
        if (!Fits(code.gap, gap) || !Fits(code.length, length)) continue;
        uint8_t& best = codes_[id][cell];
        if (best == record::kEscape || OpenParts(code) < OpenParts(kCodes[best])) {
          best = static_cast<uint8_t>(i);
        }
      }
    }
  }

  std::vector<uint8_t> rows_;  // by shape, kind and field; 0 where no code is
  std::vector<Row> codes_;
};

// Whether a node is kept without a field: if its bits and its parent's have one in common.
using KeepBits = uint16_t;
constexpr KeepBits kKeepNever = 0;
constexpr KeepBits kKeepAlways = 1;

// For each kind of token that some parents keep and others do not, a bit; for each kind of parent,
// the bits that it keeps.
struct KeepTable {
  std::array<KeepBits, kNodeKindCount> token{};
  std::array<KeepBits, kNodeKindCount> parent{};

  consteval KeepTable() {
    KeepBits next = kKeepAlways;
    parent.fill(kKeepAlways);
    for (uint16_t t = 0; t < kNodeKindCount; ++t) {
      const auto kind = static_cast<NodeKind>(t);
      if (IsNamed(kind) || ChangesMeaning(kind, NodeKind::kNoNode)) {
        token[t] = kKeepAlways;
        continue;
      }
      for (uint16_t p = 0; p < kNodeKindCount; ++p) {
        if (!ChangesMeaning(kind, static_cast<NodeKind>(p))) continue;
        if (token[t] == kKeepNever) token[t] = next = static_cast<KeepBits>(next * 2);
        parent[p] = static_cast<KeepBits>(parent[p] | token[t]);
      }
    }
  }
};
constexpr KeepTable kKeep;
static_assert(std::ranges::count_if(kKeep.token, [](KeepBits bits) { return bits > 1; }) < 16);

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
  const bool inner = node.shape == Shape::kInner;
  if (node.marks == 0) [[likely]] {
    const uint8_t head = codes.Find(node.shape, node.kind, node.field, gap, node.length);
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
  const Slot* slots;    // null: no fields, no aliases
  uint32_t remaining;   // children not yet visited, which come before the others
  uint32_t structural;  // those of them that are no extras
  uint32_t start;       // of the subtree, behind its padding
  uint32_t padding;
  uint8_t field;  // the node's own if it is kept, else what its children inherit
  uint8_t marks;
  bool kept;
  NodeKind kind;   // of the subtree, if kept
  KeepBits keep;   // of the nearest kept node, itself included
  uint32_t end;    // of the subtree, if kept
  uint32_t below;  // bytes written before its descendants, if kept
};

namespace {
constexpr size_t kFirstFrames = 64;
}

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
  if (stack_.size() * sizeof(Frame) > kKeptBytes) stack_ = {};
  out_ = buffer_.get() + capacity_;

  const Subtree root = *static_cast<const Subtree*>(root_subtree);
  uint32_t node_count = 0;
  bool has_errors = false;
  Pending pending;

  // The root is handled like any child, of a frame that is not there.
  uint32_t end = ts_subtree_total_bytes(root);
  if (stack_.empty()) stack_.resize(kFirstFrames);
  size_t depth = 0;
  Frame* frame = stack_.data();
  *frame = {&root, nullptr, 1, 1, 0, 0, 0, 0, false, NodeKind::kNoNode, kKeepAlways, 0, 0};

  for (;;) {
    if (frame->remaining == 0) {
      if (depth == 0) break;
      end = frame->start;
      if (frame->kept) {
        if (static_cast<size_t>(out_ - buffer_.get()) < record::kMaxBytes) Reserve();
        const bool inner = pending.kind != NodeKind::kNoNode;
        if (inner) out_ = WriteRecord(out_, pending, pending.start - frame->start, codes);
        const auto written = static_cast<uint32_t>(buffer_.get() + capacity_ - out_);
        pending = {frame->kind,
                   frame->field,
                   frame->marks,
                   inner ? Shape::kInner : Shape::kLeaf,
                   frame->start,
                   frame->end - frame->start,
                   written - frame->below,
                   -1};
      }
      end -= frame->padding;
      --depth;
      --frame;
      continue;
    }

    const Subtree child = frame->children[--frame->remaining];
    // The walk waits for memory more than for anything else. Prefetching what is no address, as of
    // inline leaves, does no harm.
    if (frame->remaining != 0) __builtin_prefetch(frame->children[frame->remaining - 1].ptr);
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
      --frame->structural;
      if (!frame->kept) field = frame->field;
      if (frame->slots != nullptr && frame->structural < productions.width()) {
        const Slot& slot = frame->slots[frame->structural];
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
        } else if (field == 0 && (kKeep.token[static_cast<size_t>(kind)] & frame->keep) == 0) {
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

    const KeepBits outer_keep = frame->keep;
    if (++depth == stack_.size()) stack_.resize(depth * 2);
    frame = stack_.data() + depth;
    frame->children = ts_subtree_children(child);
    frame->slots = productions.Slots(child.ptr->production_id);
    frame->remaining = child_count;
    frame->structural = 0;
    if (frame->slots != nullptr) {
      for (uint32_t i = 0; i < child_count; ++i) {
        frame->structural += !ts_subtree_extra(frame->children[i]);
      }
    }
    frame->start = start;
    frame->padding = padding;
    frame->field = field;
    frame->marks = marks;
    frame->kept = kind != NodeKind::kNoNode;
    frame->kind = kind;
    frame->keep = frame->kept ? kKeep.parent[static_cast<size_t>(kind)] : outer_keep;
    frame->end = end;
    frame->below = static_cast<uint32_t>(buffer_.get() + capacity_ - out_);
  }

  if (static_cast<size_t>(out_ - buffer_.get()) < record::kMaxBytes) Reserve();
  out_ = WriteRecord(out_, pending, pending.start, codes);
  return {out_, static_cast<uint32_t>(buffer_.get() + capacity_ - out_), node_count, has_errors};
}

}  // namespace coppice
