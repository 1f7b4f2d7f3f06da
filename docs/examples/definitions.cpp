// Prints where a name is defined, from a pack alone: no source file is opened, nothing is parsed.
//
//   definitions python3.pack JSONDecoder

#include <cstdio>

#include "summaries/pack.h"

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: definitions PACK NAME\n"), 2;
  const auto pack = coppice::Pack::Open(argv[1]);
  if (!pack) return std::fprintf(stderr, "%s\n", pack.error().message.c_str()), 1;

  const auto found = (*pack)->FindName(argv[2]);
  if (!found) return std::fprintf(stderr, "%s\n", found.error().message.c_str()), 1;
  for (const coppice::NamePosting& posting : *found) {
    if (!posting.defined) continue;
    const auto module = (*pack)->module(posting.module);
    const auto summary = (*pack)->summary(posting.module);
    if (!module || !summary) continue;  // damaged: `coppice verify` says where
    for (uint32_t row = 0; row < summary->symbol_count(); ++row) {
      const coppice::Symbol symbol = summary->symbol(row);
      if (symbol.name() != argv[2]) continue;
      std::printf("%.*s:%u: %s.%s\n", static_cast<int>(module->path.size()), module->path.data(),
                  symbol.line(), module->name().c_str(), symbol.qualname().c_str());
    }
  }
}
