// Reading docstrings of many modules of one pack.
#pragma once

#include <memory>

#include "summaries/pack.h"

namespace coppice {

// Keeps the block that it decompressed last, so that modules asked for in order cost every block
// once. One per thread. The pack must outlive it.
class DocsReader {
 public:
  explicit DocsReader(const Pack& pack);
  DocsReader(DocsReader&&) noexcept;
  DocsReader& operator=(DocsReader&&) noexcept;
  ~DocsReader();

  // Errors as Pack::docs.
  Result<ModuleDocs> Read(ModuleId id);
  // The module's part of the docstring stream as it is: for each docstring its length as LEB128
  // and its text. Valid until the next call.
  Result<std::string_view> ReadRaw(ModuleId id);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace coppice
