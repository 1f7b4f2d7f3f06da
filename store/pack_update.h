// The pack that a run makes of an old one and of new modules. Nothing is written for as long as the
// modules are those of the old pack, one by one: if that holds to the end, the old pack stays.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "store/module_builder.h"
#include "summaries/error.h"
#include "summaries/pack.h"
#include "summaries/pack_writer.h"

namespace coppice {

class PackUpdate {
 public:
  // `old` may be null: then a pack is written in any case.
  PackUpdate(std::string path, const PackOptions& options, std::shared_ptr<const Pack> old);

  // Of all that add: modules come in ascending order of (root, path), from one thread at a time.
  // Errors as PackWriter's.

  // Gives the module's id in the new pack.
  Result<ModuleId> Add(std::string_view root, std::string_view path, const BuiltModule& module);
  // A module with the content of `original`, as Add gave it, whose syntax is `syntax`.
  Result<void> AddCopy(std::string_view root, std::string_view path, ModuleId original,
                       SyntaxState syntax);
  // A module with the content of `id` in the old pack, which may have another name there.
  Result<void> Reuse(std::string_view root, std::string_view path, ModuleId id);

  // The pack that is at the path now.
  Result<PackInfo> Finish();

  // Whether Finish put a new file there.
  bool writes() const { return writer_.has_value(); }
  // Modules so far whose files have syntax errors.
  std::uint64_t modules_with_errors() const { return modules_with_errors_; }
  // Modules so far whose files could not be decoded.
  std::uint64_t modules_undecodable() const { return modules_undecodable_; }

 private:
  void Count(SyntaxState syntax);
  // Whether the old pack has the same module at this place.
  Result<bool> IsNextOfOld(const ModuleInfo& module) const;
  Result<void> StartWriting();
  Result<void> CopyFromOld(const ModuleInfo& module, ModuleId id);

  std::string path_;
  PackOptions options_;
  std::shared_ptr<const Pack> old_;
  std::uint32_t same_ = 0;  // modules so far, as long as there is no writer: the old pack's first
  std::optional<PackWriter> writer_;
  std::uint64_t modules_with_errors_ = 0;
  std::uint64_t modules_undecodable_ = 0;
};

}  // namespace coppice
