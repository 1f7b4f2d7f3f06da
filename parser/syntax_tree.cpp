#include "parser/syntax_tree.h"

#include "parser/record.h"

namespace coppice {

using record::Record;

inline Node::Node(const TreeView* view, uint32_t at, uint32_t limit, uint32_t base, const Record& r)
    : view_(view),
      at_(at),
      limit_(limit),
      start_(base + r.gap),
      kind_(r.kind),
      field_(r.field),
      flags_(static_cast<uint8_t>((r.inner ? kInnerFlag : 0) |
                                  ((r.marks & record::kMissingMark) != 0 ? kMissingFlag : 0))) {
  if (record::IsExtraByKind(r.kind) != ((r.marks & record::kExtraMark) != 0)) {
    flags_ |= kExtraFlag;
  }
}

Node::Node(const TreeView* view, uint32_t at, uint32_t limit, uint32_t base)
    : Node(view, at, limit, base, record::Read(view->records + at)) {}

uint32_t Node::end() const { return start_ + record::Read(view_->records + at_).length; }

std::string_view Node::text() const { return {view_->text + start_, end() - start_}; }

int32_t Node::unexpected_character() const { return record::Read(view_->records + at_).character; }

Node Node::FirstChild() const {
  if (!HasChildren()) return {};
  const Record r = record::Read(view_->records + at_);
  const auto first = static_cast<uint32_t>(r.end - view_->records);
  return {view_, first, first + r.subtree, start_};
}

Node Node::NextSibling() const {
  const Record r = record::Read(view_->records + at_);
  const auto next = static_cast<uint32_t>(r.end - view_->records) + r.subtree;
  if (next >= limit_) return {};
  return {view_, next, limit_, start_ + r.length};
}

Node Node::ChildByField(Field field) const {
  for (Node child = FirstChild(); child; child = child.NextSibling()) {
    if (child.field_ == field) return child;
  }
  return {};
}

Node Node::ChildByKind(NodeKind kind) const {
  for (Node child = FirstChild(); child; child = child.NextSibling()) {
    if (child.kind_ == kind) return child;
  }
  return {};
}

Node Node::Parent() const {
  Node parent;
  for (Node child(view_, 0, view_->records_size, 0); child.at_ != at_;) {
    const Node next = child.NextSibling();
    if (next && next.at_ <= at_) {
      child = next;
    } else {
      parent = child;
      child = child.FirstChild();
    }
  }
  return parent;
}

Node Node::PreviousSibling() const {
  const Node parent = Parent();
  if (!parent) return {};
  Node previous;
  for (Node child = parent.FirstChild(); child.at_ != at_; child = child.NextSibling()) {
    previous = child;
  }
  return previous;
}

Node SyntaxTree::root() const { return {view_.get(), 0, view_->records_size, 0}; }

Node SyntaxTree::NodeAt(uint32_t offset) const {
  Node innermost = root();
  for (Node child = innermost.FirstChild(); child && child.start() <= offset;) {
    if (offset < child.end()) {
      innermost = child;
      child = child.FirstChild();
    } else {
      child = child.NextSibling();
    }
  }
  return innermost;
}

PreorderCursor SyntaxTree::Preorder() const { return PreorderCursor(view_.get()); }

PreorderCursor::PreorderCursor(const TreeView* view) : view_(view) {
  Enter(0, view->records_size, 0);
}

inline void PreorderCursor::Enter(uint32_t at, uint32_t limit, uint32_t base) {
  const Record r = record::Read(view_->records + at);
  node_ = Node(view_, at, limit, base, r);
  extent_.record = static_cast<uint32_t>(r.end - view_->records);
  extent_.subtree = extent_.record + r.subtree;
  extent_.end = node_.start_ + r.length;
}

void PreorderCursor::Next() {
  if (!node_.HasChildren()) {
    Skip();
    return;
  }
  ancestors_.push_back(node_);
  extents_.push_back(extent_);
  Enter(extent_.record, extent_.subtree, node_.start_);
}

void PreorderCursor::Skip() {
  while (extent_.subtree >= node_.limit_) {
    if (ancestors_.empty()) {
      node_ = {};
      return;
    }
    node_ = ancestors_.back();
    extent_ = extents_.back();
    ancestors_.pop_back();
    extents_.pop_back();
  }
  Enter(extent_.subtree, node_.limit_, extent_.end);
}

}  // namespace coppice
