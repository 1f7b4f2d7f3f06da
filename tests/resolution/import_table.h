// Tables of small trees, names and what imports of them find: import_cases.txt says how they are
// written.
#pragma once

#include <array>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "summaries/resolution/imports/module_finder.h"
#include "tests/resolution/tree_packs.h"

namespace coppice::test {

inline constexpr std::array kProfiles = {SearchProfile::kRuntime, SearchProfile::kMypy,
                                         SearchProfile::kPyright};
inline constexpr std::array<std::string_view, 3> kProfileNames = {"runtime", "mypy", "pyright"};

struct Ask {
  std::string name;                    // with its dots
  std::string importer;                // ROOT/PATH; empty: whoever
  std::array<std::string, 3> answers;  // of each profile; empty if the table has none
};

struct Case {
  std::string title;
  Environment environment;
  std::vector<TreeFile> files;
  std::vector<Ask> asks;
};

// Throws what the standard library throws if it is no table.
std::vector<Case> ReadTable(std::istream& stream);

// ROOT/PATH of a file.
std::string FileName(const Index& index, ModuleRef file);
// What a finder says, written as in a table.
std::string AnswerOf(const ModuleFinder& finder, const Ask& ask);

}  // namespace coppice::test
