#include "parser/syntax_tree.h"

#include "parser/record.h"

namespace coppice {

using record::Record;

// Inlined into the steps below: most of what a walk costs.
inline Node::Node(const TreeView* view, uint32_t at, uint32_t limit, uint32_t base)
    : view_(view), at_(at), limit_(limit) {
  const Record r = record::Read(view->records + at);
  next_ = static_cast<uint32_t>(r.end - view->records) + r.subtree;
  start_ = base + r.gap;
  end_ = start_ + r.length;
  kind_ = r.kind;
  field_ = r.field;
  static_assert(record::kMaxBytes <= UINT8_MAX >> kRecordSizeShift);
  const auto size = static_cast<uint32_t>(r.end - (view->records + at));
  flags_ = static_cast<uint8_t>(size << kRecordSizeShift | (r.inner ? kInnerFlag : 0) |
                                ((r.marks & record::kMissingMark) != 0 ? kMissingFlag : 0));
  if (record::IsExtraByKind(r.kind) != ((r.marks & record::kExtraMark) != 0)) {
    flags_ |= kExtraFlag;
  }
}

int32_t Node::unexpected_character() const { return record::Read(view_->records + at_).character; }

Node Node::FirstChild() const {
  if (!HasChildren()) return {};
  return {view_, below(), next_, start_};
}

Node Node::NextSibling() const {
  if (next_ >= limit_) return {};
  return {view_, next_, limit_, end_};
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

PreorderCursor SyntaxTree::Preorder() const { return PreorderCursor(root()); }

void PreorderCursor::Next() {
  const Node child = node_.FirstChild();
  if (!child) {
    Skip();
    return;
  }
  ancestors_.push_back(node_);
  node_ = child;
}

void PreorderCursor::Skip() {
  Node next = node_.NextSibling();
  while (!next && !ancestors_.empty()) {
    next = ancestors_.back().NextSibling();
    ancestors_.pop_back();
  }
  node_ = next;
}

}  // namespace coppice
