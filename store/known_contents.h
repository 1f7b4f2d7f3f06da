// Modules by content. A summary depends on its file's content only, so that of any file with the
// same bytes will do: one that was renamed or moved, or that is there twice, is not parsed again.

#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

#include "summaries/hash.h"
#include "summaries/pack.h"

namespace coppice {

struct ContentHasher {
  std::size_t operator()(const Hash128& hash) const { return hash.low; }
};

// Those of an old pack.
using KnownContents = boost::unordered_flat_map<Hash128, ModuleId, ContentHasher>;

// Those that a run has written so far. Thread-safe.
class WrittenContents {
 public:
  struct Module {
    ModuleId id;  // in the pack that is written
    SyntaxState syntax;
    std::uint32_t ast_nodes;
    std::uint64_t ast_bytes;
  };

  // False if one of this content is there.
  bool Add(const Hash128& content, const Module& module) {
    const std::lock_guard lock(mutex_);
    return modules_.emplace(content, module).second;
  }
  std::optional<Module> Find(const Hash128& content) const {
    const std::lock_guard lock(mutex_);
    const auto found = modules_.find(content);
    return found == modules_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  mutable std::mutex mutex_;
  boost::unordered_flat_map<Hash128, Module, ContentHasher> modules_;
};

}  // namespace coppice
