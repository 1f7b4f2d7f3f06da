// The merge of C3: the method resolution order of a class from those of its bases ("The Python 2.3
// Method Resolution Order").
#pragma once

#include <span>
#include <vector>

#include "summaries/resolution/names/definition.h"

namespace coppice {

// Appends the merge of `orders` to `merged`, whatever is in it already left out. False if there is
// no order that agrees with all: then what stands in the way is taken as the lists have it. Time:
// the number of lists times the length of the result, and linear in their lengths.
bool MergeOrders(std::span<const std::span<const Definition>> orders,
                 std::vector<Definition>& merged);

}  // namespace coppice
