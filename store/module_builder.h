// One file on its way into a pack: read, decoded, parsed, and made into a summary.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "arena/memory_pool.h"
#include "parser/parser.h"
#include "store/file_system.h"
#include "store/known_contents.h"
#include "store/memory_budget.h"
#include "summaries/hash.h"
#include "summaries/name_mention.h"
#include "summaries/pack.h"
#include "summaries/summary_builder.h"

namespace coppice {

// What became of a file.
enum class ModuleOutcome : std::uint8_t {
  kSkipped,  // nothing of it goes into the pack: `warning` says why
  kKnown,    // the old pack has its content
  kCopy,     // the run has written a module with its content
  kBuilt,
};

// What is known of a file after a ModuleBuilder had it. The spans are those of a BuiltSummary: they
// live until the builder's next file.
struct BuiltModule {
  ModuleOutcome outcome = ModuleOutcome::kSkipped;
  std::optional<FileStat> stat;  // of the bytes that were read, if they could be
  bool racy = false;             // `stat` may not show the next change: see IsRacy
  std::string warning;           // also of a file that could be indexed only in part
  Hash128 content_hash;
  std::uint32_t source_bytes = 0;
  ModuleId same{};  // of kKnown and kCopy: a module with its content, in the old or the new pack

  // Of what was built. Copies have the sizes, too, and the syntax.
  SyntaxState syntax = SyntaxState::kClean;
  std::uint32_t lines = 0;
  std::uint64_t interface_hash = 0;
  std::size_t ast_bytes = 0;
  std::uint32_t ast_nodes = 0;
  std::span<const std::uint64_t> summary;
  std::span<const std::string_view> docs;
  std::span<const NameMention> names;
};

// A BuiltModule with copies of its own of all that its spans show. Stays where it is.
class KeptModule {
 public:
  explicit KeptModule(const BuiltModule& module);
  KeptModule(const KeptModule&) = delete;
  KeptModule& operator=(const KeptModule&) = delete;

  const BuiltModule& module() const { return module_; }
  // Memory that it holds.
  std::size_t byte_size() const;

 private:
  BuiltModule module_;
  std::vector<std::uint64_t> summary_;
  std::vector<std::string_view> docs_;
  std::vector<NameMention> names_;
  std::string text_;  // of docs_ and names_
};

// Builds one module after another, reusing its memory. One thread at a time; several builders share
// the file system, the pool and the budget, which must outlive them.
class ModuleBuilder {
 public:
  // Files whose content is in `written` are not parsed. `cancelled` may be null. Soon after it is
  // set, a parse that is on ends, and its file comes back as kSkipped.
  ModuleBuilder(const FileSystem& files, MemoryPool& pool, MemoryBudget& scratch,
                const WrittenContents& written, const std::atomic<bool>* cancelled);

  // Reads the file at `path` below the directory `root`, which is kept open until a file of another
  // one is asked for. It may have at most `max_bytes`. If its content is known, that is all; else
  // it is parsed, as soon as the budget allows. No file makes it fail or throw: what cannot be
  // indexed comes back as kSkipped. The result is valid until the next call.
  const BuiltModule& Build(const std::string& root, const std::string& path,
                           std::uint64_t max_bytes, const KnownContents& known);

 private:
  FileResult<FileStat> Read(const std::string& root, const std::string& path,
                            std::uint64_t max_bytes);
  void BuildFromSource();
  void Skip(std::string reason);
  void ReleaseSlack();

  const FileSystem& files_;
  MemoryBudget& scratch_;
  const WrittenContents& written_;
  const std::atomic<bool>* const cancelled_;
  Parser parser_;
  SummaryBuilder summaries_;
  std::string root_;  // that is open
  std::unique_ptr<Directory> directory_;
  std::string source_;   // the file's bytes
  std::string decoded_;  // its text, where that is not the same
  std::optional<SyntaxTree> tree_;
  BuiltModule module_;
};

}  // namespace coppice
