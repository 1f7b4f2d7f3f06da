// What Python files hold as literals, read from their syntax trees: nothing is run.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arena/memory_pool.h"
#include "parser/syntax_tree.h"
#include "store/file_system.h"
#include "summaries/error.h"

namespace coppice {

struct DictEntry {
  std::string key;
  std::vector<std::string> values;  // of a list or tuple of strings, or one: the string

  friend bool operator==(const DictEntry&, const DictEntry&) = default;
};

// One parsed file. Move-only, for one thread at a time.
class PythonLiterals {
 public:
  // Error: cannot be read, is larger than `max_bytes`, is not decodable or cannot be parsed.
  static Result<PythonLiterals> Read(const FileSystem& files, const std::string& path,
                                     std::uint64_t max_bytes);

  // The entries of the dict that the last top-level assignment to `name` gives it, in the order of
  // the text. Entries that are not a string literal with another one, or with a list or tuple of
  // them, are left out. nullopt if there is no such assignment, or of something else.
  std::optional<std::vector<DictEntry>> Dict(std::string_view name) const;
  // The arguments of the top-level statements that call a method `name` with string literals alone.
  std::vector<std::vector<std::string>> MethodCalls(std::string_view name) const;

 private:
  PythonLiterals(std::unique_ptr<MemoryPool> pool, SyntaxTree tree)
      : pool_(std::move(pool)), tree_(std::move(tree)) {}

  std::unique_ptr<MemoryPool> pool_;  // outlives the tree, which is charged to it
  SyntaxTree tree_;
};

}  // namespace coppice
