#include "store/index_plan.h"

#include <compare>
#include <string_view>
#include <utility>

#include "store/sidecar.h"

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
    const std::optional<ModuleId> id =
        known.state == SidecarState::kIndexed ? std::optional(ModuleId{next_id++}) : std::nullopt;
    auto order = std::strong_ordering::greater;
    for (; at < discovery.files.size(); ++at) {
      const DiscoveredFile& file = discovery.files[at];
      order = std::string_view(discovery.roots[file.root].name) <=> known_root;
      if (order == 0) order = std::string_view(file.path) <=> known.path;
      if (order >= 0) break;
    }
    if (order != 0) continue;
    planned[at].old = id;
    FileStat stat = discovery.files[at].stat;
    stat.kind = known.stat.kind;  // not kept in sidecars
    // What was skipped is tried again: why it could not be read need not show in its stat.
    if (id && known.trusted && stat == known.stat) planned[at].action = FileAction::kReuse;
    ++at;
  }
  return next_id == old.module_count();
}

}  // namespace

Result<IndexPlan> PlanIndex(const Discovery& discovery, const Pack* old,
                            const std::string& sidecar_path, std::uint64_t max_file_bytes) {
  IndexPlan plan;
  plan.files.resize(discovery.files.size());
  bool by_sidecar = false;
  if (old != nullptr) {
    Result<SidecarReader> sidecar = SidecarReader::Open(sidecar_path);
    if (sidecar && sidecar->pack() == old->info().identity) {
      by_sidecar = ApplySidecar(discovery, *old, *sidecar, plan.files);
      if (!by_sidecar) plan.files.assign(discovery.files.size(), PlannedFile{});
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
    if (old != nullptr && !by_sidecar) {
      Result<std::optional<ModuleId>> id =
          old->FindFile(discovery.roots[file.root].name, file.path);
      if (!id) return id.error();
      planned.old = *id;
    }
    ++plan.read_count;
    plan.read_bytes += file.stat.size;
  }
  return plan;
}

}  // namespace coppice
