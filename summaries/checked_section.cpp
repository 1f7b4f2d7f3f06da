#include "summaries/checked_section.h"

#include <algorithm>

#include "summaries/hash.h"
#include "summaries/pack_format.h"
#include "summaries/wire_bytes.h"

namespace coppice {

CheckedSection::CheckedSection(std::span<const std::byte> bytes, const std::byte* checksums)
    : bytes_(bytes), checksums_(checksums), checked_(pack_format::BlockCount(bytes.size())) {
  static_assert(kBlock == pack_format::kBlockBytes);
}

bool CheckedSection::Check(std::uint64_t block) const {
  const std::uint64_t begin = block * kBlock;
  const auto bytes = bytes_.subspan(begin, std::min<std::uint64_t>(kBlock, bytes_.size() - begin));
  if (Hash64(bytes) != LoadCell(checksums_ + block * 8, 8)) return false;
  checked_.Add(block);
  return true;
}

}  // namespace coppice
