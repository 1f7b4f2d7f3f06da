// What makes fields of a class's variables: a decorator, a base or a metaclass.
#pragma once

#include <optional>
#include <vector>

#include "summaries/resolution/classes/class_table.h"

namespace coppice {

// How it makes them, by its options; for those that it has not, what they are without.
struct FieldMaker {
  FieldForm form = FieldForm::kNone;
  bool transforms = false;  // a library's own way of it, marked by dataclass_transform
  bool makes_constructor = true;
  bool replaces_constructor = false;  // even one that the class writes
  bool keyword_only = false;
  bool slots = false;
  bool total = true;       // TypedDict
  bool annotated = true;   // what is annotated is a field; else what attr.ib is assigned to
  bool complete = true;    // every option is known
  bool either = false;     // attrs.define: annotated if all fields are
  bool in_order = true;    // attrs: the fields of bases come in the order of the classes
  bool inherited = false;  // attrs: keyword_only is for the fields of bases, too
  MadeMethods methods;
  std::vector<Definition> specifiers;     // functions that describe fields (dataclass_transform)
  std::optional<ScopedText> named_tuple;  // a base that calls namedtuple
};

}  // namespace coppice
