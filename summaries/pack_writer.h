// Writing a pack.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "summaries/error.h"
#include "summaries/hash.h"
#include "summaries/name_mention.h"
#include "summaries/pack.h"

namespace coppice {

// What the module table holds of a module, beside its summary. Only read during the call.
struct ModuleRecord {
  std::string_view root;  // name of the root, not a directory
  std::string_view path;  // relative to the root, '/' between components, raw bytes
  Hash128 content_hash;
  std::uint64_t interface_hash = 0;
  SyntaxState syntax = SyntaxState::kClean;
  std::uint32_t lines = 0;
  std::uint32_t source_bytes = 0;
};

struct PackOptions {
  bool docs = true;  // false: the pack has no docstrings
  // Memory for names before they are sorted and spilled to a temporary file: 1 GiB at most.
  std::size_t name_run_bytes = std::size_t{4} << 20;
  // Set from anywhere to make Finish end with kCancelled, at any time before it puts the file in
  // its place. Must outlive the writer.
  const std::atomic<bool>* interrupted = nullptr;
};

// PackInfo::producer of the packs that this library writes. Packs of another producer may hold
// other bytes for the same files.
std::string PackProducer();

// Builds a pack in a temporary file beside its place and puts it there at the end, in one step.
// Whoever opens the path meanwhile, and whatever ends the process, the old pack is whole.
//
// The bytes depend on nothing but what was added (and on the library versions that the pack
// names), not on whether Add, AddFrom or AddCopy added it. Memory: options.name_run_bytes, under
// 200 bytes a module, and about 2 MiB of buffers.
//
// Used by one thread at a time. After an error every call returns that error.
class PackWriter {
 public:
  // `path` may exist, as a regular file or as a link to one, whose target is then replaced. The
  // directory must be writable. Removes what killed writers of the same path left behind.
  static Result<PackWriter> Create(const std::string& path, const PackOptions& options = {});

  PackWriter(PackWriter&&) noexcept;
  PackWriter& operator=(PackWriter&&) noexcept;
  // Without Finish: leaves everything as it was before Create.
  ~PackWriter();

  // Modules come in strictly ascending order of (root, path) by bytes, else kInvalidArgument.
  // `summary` is a summary message of a whole number of words; `docs` its docstrings; `names` need
  // not be sorted, repetitions are merged. Everything is copied.
  Result<void> Add(const ModuleRecord& module, std::span<const std::byte> summary,
                   std::span<const std::string_view> docs, std::span<const NameMention> names);

  // A module whose content is that of `id` in `older`: summary, docstrings and names are taken over
  // from there; `module` replaces the row. kDamaged names the older pack, also out of Finish: what
  // it holds cannot be used then. kUnavailable: docstrings are wanted and `older` has none.
  Result<void> AddFrom(const std::shared_ptr<const Pack>& older, ModuleId id,
                       const ModuleRecord& module);

  // A module whose content is that of `original`, which was added before: everything but its place
  // is taken over from there.
  Result<void> AddCopy(std::string_view root, std::string_view path, ModuleId original);

  // The number of modules added so far: the id of the next.
  std::uint32_t module_count() const;

  // Writes the rest, syncs, makes the file read-only and renames it to its path. On an error the
  // path is as it was.
  Result<PackInfo> Finish();

 private:
  class Impl;
  explicit PackWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace coppice
