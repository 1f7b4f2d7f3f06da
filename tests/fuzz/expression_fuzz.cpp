// Any text as an expression or a condition: its nodes are a tree within it, whatever was parsed
// before, and conditions that lead to each other come to an end.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "summaries/resolution/expressions/expression.h"
#include "summaries/resolution/expressions/expression_parts.h"
#include "summaries/resolution/expressions/target.h"

namespace {

using namespace coppice;

void Check(bool holds) {
  if (!holds) std::abort();
}

// How many nodes there are.
uint32_t CheckTree(const ExpressionParser& parsed) {
  std::vector<uint32_t> waiting = {parsed.root()};
  uint32_t count = 0;
  while (!waiting.empty()) {
    const uint32_t node = waiting.back();
    waiting.pop_back();
    ++count;
    uint32_t last = parsed.node(node).start;
    ForEachChild(parsed, node, [&](uint32_t child) {
      // Children are made before what they are parts of, so that none is its own ancestor.
      Check(child < node);
      Check(parsed.node(child).start >= last);
      Check(parsed.node(child).end >= parsed.node(child).start);
      Check(parsed.node(child).end <= parsed.node(node).end);
      last = parsed.node(child).end;
      waiting.push_back(child);
    });
  }
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static ExpressionParser used;
  used.Parse(text);
  ExpressionParser fresh;
  fresh.Parse(text);
  const uint32_t count = CheckTree(used);
  Check(count == CheckTree(fresh));
  Check(count <= size + 1);
  const ExpressionKind kind = KindAt(used, used.root());
  if (IsDottedName(text)) {
    Check(kind == ExpressionKind::kOpaque || IsDottedName(used, used.root()));
  }
  if (kind == ExpressionKind::kString) StringContent(used.TextOf(used.root()));
  if (kind == ExpressionKind::kCall) {
    PositionalArgument(used, used.root(), 0);
    KeywordArgument(used, used.root(), "default");
    Unpacks(used, used.root());
  }

  Target target;
  for (const bool checking : {false, true}) {
    target.type_checking = checking;
    const Truth truth = EvaluateCondition(used, target);
    Check(EvaluateCondition(fresh, target) == truth);
    // Every name stands for the text itself.
    EvaluateCondition(used, target, [text](std::string_view) { return text; });
  }
  return 0;
}
