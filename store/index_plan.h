// What has to be done about each file that was found, by what an old pack and its sidecar know.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/discovery.h"
#include "store/known_contents.h"
#include "summaries/error.h"
#include "summaries/pack.h"

namespace coppice {

enum class FileAction : std::uint8_t {
  kReuse,  // the sidecar vouches for it: `old` is its module
  kRead,   // if the old pack has its content anywhere it is reused, else parsed
  kSkip,   // too large
};

struct PlannedFile {
  FileAction action = FileAction::kRead;
  ModuleId old{};  // the file's module in the old pack, for kReuse
};

struct IndexPlan {
  std::vector<PlannedFile> files;  // as Discovery::files
  KnownContents known;             // empty if nothing has to be read
  std::uint64_t read_count = 0;
  std::uint64_t read_bytes = 0;  // by their stat
};

// `old` may be null: all is read. A sidecar that is missing, damaged or of another pack is as good
// as none: then contents decide. Linear in the files and the old pack's modules. Error: damage in
// the old pack.
Result<IndexPlan> PlanIndex(const Discovery& discovery, const Pack* old,
                            const std::string& sidecar_path, std::uint64_t max_file_bytes);

}  // namespace coppice
