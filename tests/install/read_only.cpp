// Reads a pack with the reader alone: read_only PACK. Prints the paths of its modules.
#include <iostream>

#include "summaries/pack.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto pack = coppice::Pack::Open(argv[1], coppice::Pack::OpenMode::kPrivateCopy);
  if (!pack) {
    std::cerr << pack.error().message << '\n';
    return 1;
  }
  for (coppice::ModuleId id{}; id < (*pack)->module_count(); ++id) {
    const auto module = (*pack)->module(id);
    if (!module) return 1;
    std::cout << module->path << '\n';
  }
  return 0;
}
