// Searching whole subtrees for nodes of some kinds.
#pragma once

#include <cstdint>
#include <vector>

#include "parser/record.h"
#include "parser/syntax_tree.h"

namespace coppice {

// Meets nodes as PreorderCursor does, but makes no handles and knows no ancestors: a third of the
// cost. Keeps its memory from one subtree to the next. Not thread-safe.
class SubtreeScan {
 public:
  // Calls visit(kind, start, end) for `root` and all nodes below it, parents first.
  template <class Visit>
  void ForEach(const Node& root, Visit visit) {
    visit(root.kind(), root.start(), root.end());
    if (!root.HasChildren()) return;
    const uint8_t* const records = root.view_->records;
    const uint8_t* at = records + root.below();
    const uint8_t* const last = records + root.next_;
    uint32_t base = root.start();  // where the next gap counts from
    open_.clear();
    while (at != last) {
      const record::Record r = record::Read(at);
      const uint32_t start = base + r.gap;
      const uint32_t end = start + r.length;
      visit(r.kind, start, end);
      at = r.end;
      if (r.inner) {
        open_.push_back({at + r.subtree, end});
        base = start;
        continue;
      }
      base = end;
      for (; !open_.empty() && open_.back().subtree_end == at; open_.pop_back()) {
        base = open_.back().end;
      }
    }
  }

 private:
  struct Open {
    const uint8_t* subtree_end;
    uint32_t end;  // in the text
  };
  std::vector<Open> open_;
};

}  // namespace coppice
