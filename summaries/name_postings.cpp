#include "summaries/name_postings.h"

#include "summaries/wire_bytes.h"

namespace coppice {

NamePostings::Iterator& NamePostings::Iterator::operator++() {
  std::uint64_t code = 0;
  done_ = true;
  if (next_ == end_ || !ReadVarint(next_, end_, code)) return *this;
  // Both sides are below 2^32, so that their sum cannot wrap.
  const std::uint64_t gap = code >> 1;
  if (gap >= module_count_ || first_free_ + gap >= module_count_) return *this;
  const auto module = static_cast<std::uint32_t>(first_free_ + gap);
  posting_ = {ModuleId{module}, (code & 1) != 0};
  first_free_ = module + 1;
  done_ = false;
  return *this;
}

}  // namespace coppice
