// What a module's `__all__` may hold, followed through its assignments and mutations.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <string>
#include <vector>

#include "parser/syntax_tree.h"
#include "summaries/summary_draft.h"

namespace coppice {

// Follows the statements of a module's scope in the order of the text and keeps the draft's
// exports. docs/summary.md says what is followed; all else makes the list incomplete.
class DunderAll {
 public:
  static constexpr std::string_view kName = "__all__";

  void Reset(SummaryDraft& draft);
  // After the last statement. Before it the draft's exports may hold removed ones.
  void Finish();

  enum class Placing : uint8_t { kCertain, kGuarded };  // guarded: under any condition

  void Assign(const Node& expression, Placing placing);
  void Extend(const Node& expression);
  // Whether a call is one of a method of `__all__`.
  bool IsMethodCall(const Node& call) const;
  // Whether it may change what the list holds.
  bool IsChangedBy(const Node& call) const;
  // A statement that is such a call and nothing else.
  void Call(const Node& call, Placing placing);
  // `from M import __all__`: the draft's last import.
  void TakeOver(Placing placing);
  // Bound or changed in a way that is not followed.
  void Lose();
  // The same outside the module's scope, in what may run at any time: whatever is bound later. What
  // the module does not bind is another's.
  void LoseElsewhere() { lost_elsewhere_ = true; }
  // Whether an expression is the name `__all__`, as Python compares names.
  bool IsAll(const Node& expression) const;

 private:
  struct Value {
    bool extends = false;              // what `__all__` holds comes first
    std::vector<DraftExport> entries;  // then these
    bool complete = true;
  };

  std::string_view Method(const Node& call) const;
  // Adds what an expression may hold to `value`.
  void Evaluate(const Node& expression, Value& value);
  void EvaluateOne(const Node& node, Value& value);
  void Elements(const Node& list, Value& value);
  void OtherModule(const Node& object, Value& value);
  void Replace(const Value& value, Placing placing);
  void Add(const Value& value);
  void Remove(const Node& argument, Placing placing);
  void FollowImports();
  const DraftImport* LastImport(std::string_view binds);
  std::string_view Bound(const DraftImport& import) const;

  SummaryDraft* draft_ = nullptr;
  struct Pending {
    Node node;
    bool is_element;  // a string literal is a name there
  };
  std::vector<Pending> pending_;  // what is still to be evaluated, the next one last
  boost::unordered_flat_map<uint64_t, size_t> present_;  // entries of the draft: their places
  bool has_modules_ = false;                             // one of them is from a module
  bool lost_elsewhere_ = false;
  size_t followed_ = 0;  // imports that the following know of
  boost::unordered_flat_map<std::string_view, size_t, TextHash> bound_;  // last import of a name
  boost::unordered_flat_set<std::string_view, TextHash> submodules_;     // `from .NAME import`
};

}  // namespace coppice
