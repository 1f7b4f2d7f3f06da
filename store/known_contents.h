// The modules of an old pack by content. A summary depends on its file's content only, so that of
// any file with the same bytes will do: one that was renamed or moved is not parsed again.

#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>

#include "summaries/hash.h"
#include "summaries/pack.h"

namespace coppice {

struct ContentHasher {
  std::size_t operator()(const Hash128& hash) const { return hash.low; }
};

using KnownContents = boost::unordered_flat_map<Hash128, ModuleId, ContentHasher>;

}  // namespace coppice
