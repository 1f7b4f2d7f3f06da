// Indexes a directory of Python and asks the pack for a module: index_directory DIRECTORY PACK
// MODULE.
#include <iostream>

#include "store/indexer.h"
#include "summaries/pack.h"

int main(int argc, char** argv) {
  if (argc != 4) return 2;

  coppice::PosixFileSystem files;
  coppice::IndexOptions options;
  options.roots = {{"example", argv[1]}};
  options.pack_path = argv[2];
  const auto report = coppice::BuildIndex(options, files);
  if (!report) {
    std::cerr << report.error().message << '\n';
    return 1;
  }

  const auto pack = coppice::Pack::Open(options.pack_path);
  if (!pack) return 1;
  const auto found = (*pack)->FindModules(argv[3]);
  if (!found || found->empty()) return 1;
  for (const coppice::ModuleId id : *found) {
    const auto module = (*pack)->module(id);
    if (!module) return 1;
    std::cout << argv[3] << " is " << module->root << ':' << module->path << '\n';
  }
  return 0;
}
