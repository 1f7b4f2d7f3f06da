#include "store/index_plan.h"

#include <compare>
#include <string_view>
#include <utility>

#include "store/sidecar.h"
#include "summaries/try.h"

namespace coppice {
namespace {

// Marks the files that the sidecar vouches for. False: it contradicts the pack, and what was marked
// means nothing.
bool ApplySidecar(const Discovery& discovery, const Pack& old, SidecarReader& sidecar,
                  std::vector<PlannedFile>& planned) {
  SidecarFile known;
  std::uint32_t next_id = 0;
  std::size_t at = 0;
  while (sidecar.Next(known)) {
    const std::string_view known_root = sidecar.root_names()[known.root];
    const bool indexed = known.state == SidecarState::kIndexed;
    const ModuleId id{next_id};
    if (indexed) ++next_id;
    auto order = std::strong_ordering::greater;
    for (; at < discovery.files.size(); ++at) {
      const DiscoveredFile& file = discovery.files[at];
      order = std::string_view(discovery.roots[file.root].name) <=> known_root;
      if (order == 0) order = std::string_view(file.path) <=> known.path;
      if (order >= 0) break;
    }
    if (order != 0) continue;
    FileStat stat = discovery.files[at].stat;
    stat.kind = known.stat.kind;  // not kept in sidecars
    // What was skipped is tried again: why it could not be read need not show in its stat.
    if (indexed && known.trusted && stat == known.stat) planned[at] = {FileAction::kReuse, id};
    ++at;
  }
  return next_id == old.module_count();
}

Result<void> ListContents(const Pack& old, KnownContents& known) {
  known.reserve(old.module_count());
  for (std::uint32_t row = 0; row < old.module_count(); ++row) {
    const Result<ModuleInfo> module = old.module(ModuleId{row});
    if (!module) return module.error();
    known.emplace(module->content_hash, ModuleId{row});
  }
  return {};
}

}  // namespace

Result<IndexPlan> PlanIndex(const Discovery& discovery, const Pack* old,
                            const std::string& sidecar_path, std::uint64_t max_file_bytes) {
  IndexPlan plan;
  plan.files.resize(discovery.files.size());
  if (old != nullptr) {
    const std::uint64_t files = old->module_count() + discovery.files.size();
    Result<SidecarReader> sidecar = SidecarReader::Open(sidecar_path, files);
    if (sidecar && sidecar->pack() == old->info().identity &&
        !ApplySidecar(discovery, *old, *sidecar, plan.files)) {
      plan.files.assign(discovery.files.size(), PlannedFile{});
    }
  }

  for (std::size_t i = 0; i < plan.files.size(); ++i) {
    const DiscoveredFile& file = discovery.files[i];
    PlannedFile& planned = plan.files[i];
    if (file.stat.size > max_file_bytes) {
      planned.action = FileAction::kSkip;
      continue;
    }
    if (planned.action != FileAction::kRead) continue;
    ++plan.read_count;
    plan.read_bytes += file.stat.size;
  }
  if (old != nullptr && plan.read_count != 0) COPPICE_TRY(ListContents(*old, plan.known));
  return plan;
}

}  // namespace coppice
