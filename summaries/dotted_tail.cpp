#include "summaries/dotted_tail.h"

namespace coppice {

Node OnlyChild(const Node& node) {
  Node only;
  for (const Node& child : node.children()) {
    if (child.is_extra()) continue;
    if (only) return {};
    only = child;
  }
  return only;
}

Node StripParentheses(Node expression) {
  while (expression && expression.kind() == NodeKind::kParenthesizedExpression) {
    expression = OnlyChild(expression);
  }
  return expression;
}

namespace {

// One layer less of what may stand around the name; the node itself if there is none.
Node Unwrap(const Node& node, Around around) {
  switch (node.kind()) {
    case NodeKind::kParenthesizedExpression:
    case NodeKind::kType:
      return OnlyChild(node);
    case NodeKind::kCall:
      return around == Around::kCalls ? node.ChildByField(Field::kFunction) : node;
    case NodeKind::kSubscript:
      return around == Around::kSubscripts ? node.ChildByField(Field::kValue) : node;
    case NodeKind::kGenericType:
      return around == Around::kSubscripts ? node.FirstChild() : node;
    default:
      return node;
  }
}

}  // namespace

DottedTail TailOf(Node expression, Around around) {
  while (expression) {
    const Node inner = Unwrap(expression, around);
    if (inner == expression) break;
    expression = inner;
  }
  DottedTail tail;
  for (Node node = expression; node; ++tail.components) {
    Node name = node;
    Node object;
    if (node.kind() == NodeKind::kAttribute) {
      name = node.ChildByField(Field::kAttribute);
      object = StripParentheses(node.ChildByField(Field::kObject));
      if (!object) return {};
    } else if (node.kind() == NodeKind::kMemberType) {
      object = node.ChildByKind(NodeKind::kType);
      if (object) object = OnlyChild(object);
      name = node.ChildByKind(NodeKind::kIdentifier);
      if (!object) return {};
    } else if (node.kind() != NodeKind::kIdentifier) {
      return {};
    }
    if (tail.components == 0) tail.name = name ? name.text() : std::string_view();
    node = object;
  }
  return tail;
}

}  // namespace coppice
