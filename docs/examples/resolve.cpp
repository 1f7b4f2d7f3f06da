// Prints what a dotted name means, through imports, aliases and bases, from an index alone: nothing
// is parsed.
//
//   resolve .coppice requests.Session.get

#include <cstdio>

#include "summaries/resolution/names/name_resolver.h"

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: resolve INDEX NAME\n"), 2;
  const auto index = coppice::Index::Open(argv[1]);  // or a pack
  if (!index) return std::fprintf(stderr, "%s\n", index.error().message.c_str()), 1;
  const auto finder = coppice::ModuleFinder::Make(*index, coppice::SearchProfile::kRuntime);
  if (!finder) return std::fprintf(stderr, "%s\n", finder.error().message.c_str()), 1;

  coppice::NameResolver resolver(*finder);
  const coppice::Answer answer = resolver.Resolve(argv[2]);
  for (const coppice::Definition& each : answer.definitions) {  // the likeliest first
    std::printf("%s", (*finder)->name(each.module).c_str());
    if (!each.is_module()) {
      const auto summary = (*index)->summary(each.module);
      if (!summary) return 1;  // damaged: `coppice verify` says where
      const coppice::Symbol symbol = summary->symbol(each.row);
      std::printf(".%s, line %u", symbol.qualname().c_str(), symbol.line());
    }
    std::printf("\n");
  }
  if (!answer.obstacles.empty()) std::printf("there may be more\n");
}
