// Answers the asks of a table on standard input (import_cases.txt), a line each: what the three
// profiles find, separated by tabs.
#include <cstdio>
#include <iostream>
#include <memory>

#include "tests/resolution/import_table.h"

int main() {
  using namespace coppice;
  for (const test::Case& tree : test::ReadTable(std::cin)) {
    const std::shared_ptr<const Index> index = test::IndexOf(tree.files, tree.environment);
    std::vector<std::shared_ptr<const ModuleFinder>> finders;
    for (const SearchProfile profile : test::kProfiles) {
      finders.push_back(ModuleFinder::Make(index, profile).value());
    }
    for (const test::Ask& ask : tree.asks) {
      for (const auto& finder : finders) std::printf("%s\t", test::AnswerOf(*finder, ask).c_str());
      std::printf("\n");
    }
  }
  return 0;
}
