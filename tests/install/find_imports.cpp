// Says which file of an index the import of a name finds: find_imports INDEX NAME.
#include <cstdio>
#include <string>

#include "summaries/resolution/imports/module_finder.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto index = coppice::Index::Open(argv[1]);
  if (!index) {
    std::fprintf(stderr, "%s\n", index.error().message.c_str());
    return 1;
  }
  const auto finder = coppice::ModuleFinder::Make(*index, coppice::SearchProfile::kRuntime);
  const coppice::ModuleRef found = finder ? (*finder)->Find(argv[2]) : coppice::kNoModule;
  if (found == coppice::kNoModule) return 1;
  if ((*finder)->form(found) == coppice::ModuleForm::kFile) {
    const auto info = (*index)->file(found);
    if (!info) return 1;
    std::printf("%s/%s\n", std::string(info->root).c_str(), std::string(info->path).c_str());
  }
  return 0;
}
