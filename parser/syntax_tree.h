// The compact syntax tree of one file: frozen, position-independent, read through small value
// handles. docs/ast.md has the format and which nodes of tree-sitter's tree are kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "arena/arena.h"
#include "parser/node_kind.h"

namespace coppice {

class Node;
class PreorderCursor;
class Children;

// Where the frozen records are in this process, and the text that their ranges point into. It stays
// where it is when the SyntaxTree that owns it moves, so that handles can refer to it; and apart
// from the arena, which holds no pointers.
struct TreeView {
  const uint8_t* records;  // preorder stream, the root's record first
  const char* text;        // UTF-8, `text_size` bytes
  uint32_t records_size;   // bytes
  uint32_t text_size;      // bytes
  uint32_t node_count;     // records in the stream
  bool has_errors;         // an error, missing or unexpected node exists
};

// Owns one file's records and, if asked, its text, in one arena of bytes alone. Move-only; handles
// outlive a move but not the destruction. Safe to read from several threads at once: nothing in it
// changes.
class SyntaxTree {
 public:
  SyntaxTree(SyntaxTree&&) noexcept = default;
  SyntaxTree& operator=(SyntaxTree&&) noexcept = default;

  // Always there: kModule, or kError if nothing could be made of the text.
  Node root() const;

  // The innermost kept node that covers `offset` (start <= offset < end); the root if no other
  // does, even where the offset lies outside it. Cost: the siblings passed on the way down.
  Node NodeAt(uint32_t offset) const;

  // All nodes from the root on, parents first, without recursion.
  PreorderCursor Preorder() const;

  std::string_view text() const { return {view_->text, view_->text_size}; }
  uint32_t node_count() const { return view_->node_count; }
  bool has_errors() const { return view_->has_errors; }

  // Bytes of the records alone, which is what the tree costs beside its text.
  size_t byte_size() const { return view_->records_size; }

  const TreeView& view() const { return *view_; }

 private:
  friend class Parser;
  SyntaxTree(Arena arena, std::unique_ptr<const TreeView> view)
      : arena_(std::move(arena)), view_(std::move(view)) {}

  Arena arena_;
  std::unique_ptr<const TreeView> view_;
};

// A handle to one node: valid while the SyntaxTree that it came from lives. A default-made one
// stands for "no such node", and only operator bool may be called on it.
class Node {
 public:
  Node() = default;

  explicit operator bool() const { return view_ != nullptr; }

  NodeKind kind() const { return kind_; }
  // The field under which the parent holds it; kNone for the root and for nodes without one.
  Field field() const { return field_; }

  // Byte range in the text, end excluded. Missing nodes are empty.
  uint32_t start() const { return start_; }
  uint32_t end() const { return end_; }
  std::string_view text() const { return {view_->text + start_, end_ - start_}; }

  bool is_named() const { return IsNamed(kind_); }
  // Invented by error recovery: the grammar wants it here, the text does not have it.
  bool is_missing() const { return (flags_ & kMissingFlag) != 0; }
  // A stretch that does not parse (kError) or a character that no token starts with (kUnexpected).
  bool is_error() const { return kind_ == NodeKind::kError || kind_ == NodeKind::kUnexpected; }
  // May stand anywhere between tokens, outside the grammar: comments, line continuations, errors.
  bool is_extra() const { return (flags_ & kExtraFlag) != 0; }

  // The code point at which the scanner gave up, for kUnexpected; -1 where it was no valid UTF-8.
  int32_t unexpected_character() const;

  // Constant time.
  Node FirstChild() const;
  Node NextSibling() const;
  bool HasChildren() const { return (flags_ & kInnerFlag) != 0; }

  // The first child with that field, or no node. Cost: the children before it.
  Node ChildByField(Field field) const;
  // The first child of that kind, or no node. Cost: the children before it.
  Node ChildByKind(NodeKind kind) const;
  // For range-for over the children in the order of the text.
  Children children() const;

  // The stream has no way up: both walk down from the root. Cost: the depth times the siblings
  // passed on each level. Walks that need parents keep them, as PreorderCursor does.
  Node Parent() const;
  Node PreviousSibling() const;

  // Same node of the same tree.
  friend bool operator==(const Node& a, const Node& b) {
    return a.view_ == b.view_ && a.at_ == b.at_;
  }

  // Names the node within its tree, and only there; preorder is ascending order of ids.
  uint32_t id() const { return at_; }

 private:
  friend class SyntaxTree;
  friend class PreorderCursor;
  friend class SubtreeScan;

  // The record at offset `at` whose gap counts from `base`.
  Node(const TreeView* view, uint32_t at, uint32_t limit, uint32_t base);

  static constexpr uint8_t kMissingFlag = 1;
  static constexpr uint8_t kExtraFlag = 2;
  static constexpr uint8_t kInnerFlag = 4;
  static constexpr int kRecordSizeShift = 3;

  // Offset behind the record: of the first child, if there is one.
  uint32_t below() const { return at_ + (flags_ >> kRecordSizeShift); }

  const TreeView* view_ = nullptr;
  uint32_t at_ = 0;     // offset of the record in the stream
  uint32_t limit_ = 0;  // offset at which the parent's subtree ends: no sibling from there on
  uint32_t next_ = 0;   // offset behind the subtree, where the next sibling's record is if any
  uint32_t start_ = 0;  // absolute, in the text: records hold only the distance
  uint32_t end_ = 0;
  NodeKind kind_ = NodeKind::kNoNode;
  Field field_ = Field::kNone;
  uint8_t flags_ = 0;  // and the size of the record above them
};
static_assert(sizeof(Node) == 32);

// The children of a node, for range-for.
class Children {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Node;
    using difference_type = std::ptrdiff_t;
    using pointer = const Node*;
    using reference = const Node&;

    explicit Iterator(Node node) : node_(node) {}
    const Node& operator*() const { return node_; }
    const Node* operator->() const { return &node_; }
    Iterator& operator++() {
      node_ = node_.NextSibling();
      return *this;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.node_ == b.node_; }

   private:
    Node node_;
  };

  explicit Children(Node first) : first_(first) {}
  Iterator begin() const { return Iterator(first_); }
  Iterator end() const { return Iterator(Node()); }

 private:
  Node first_;
};

inline Children Node::children() const { return Children(FirstChild()); }

// Meets every node once, parents before children, and keeps their ancestors. Not thread-safe;
// several cursors may walk one tree. Valid while the SyntaxTree lives.
//
//   for (PreorderCursor c = tree.Preorder(); c; c.Next()) Use(c.node(), c.depth());
class PreorderCursor {
 public:
  explicit operator bool() const { return static_cast<bool>(node_); }
  const Node& node() const { return node_; }
  // 0 for the root.
  uint32_t depth() const { return static_cast<uint32_t>(ancestors_.size()); }
  // The parent of the current node, or no node for the root. Constant time.
  Node parent() const { return ancestors_.empty() ? Node() : ancestors_.back(); }
  // The ancestors of the current node, the root first, the parent last.
  const std::vector<Node>& ancestors() const { return ancestors_; }

  // To the first child, else on to what follows.
  void Next();
  // To what follows the current node's subtree.
  void Skip();

 private:
  friend class SyntaxTree;

  explicit PreorderCursor(const Node& root) : node_(root) {}

  Node node_;
  std::vector<Node> ancestors_;
};

}  // namespace coppice
