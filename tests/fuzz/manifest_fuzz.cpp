// Manifests: whatever is accepted is written again as it was read, and import resolution takes any
// environment.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "summaries/resolution/imports/manifest.h"
#include "summaries/resolution/imports/module_finder.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace coppice;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto manifest = ParseManifest(text, "fuzz");
  if (!manifest) return 0;
  const auto written = ManifestText(*manifest, "fuzz");
  if (!written || ParseManifest(*written, "fuzz").value() != *manifest) std::abort();

  const auto index = Index::Make({}, std::move(manifest->environment));
  if (!index) return 0;
  for (const SearchProfile profile :
       {SearchProfile::kRuntime, SearchProfile::kMypy, SearchProfile::kPyright}) {
    const auto finder = ModuleFinder::Make(*index, profile).value();
    for (uint32_t number = 0; number < finder->module_count(); ++number) {
      const ModuleRef module{number};
      if (finder->Find(finder->name(module)) != module) std::abort();
    }
  }
  return 0;
}
