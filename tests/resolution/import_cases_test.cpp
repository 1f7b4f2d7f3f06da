// import_cases.txt: what ModuleFinder answers to it. import_oracle.py compares the same table with
// the tools that it is about.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "summaries/resolution/imports/module_finder.h"
#include "tests/resolution/import_table.h"

namespace coppice::test {
namespace {

// What must be so whatever the tree is.
void ExpectConsistent(const ModuleFinder& finder) {
  std::set<std::string> names;
  for (uint32_t number = 0; number < finder.module_count(); ++number) {
    const ModuleRef module{number};
    if (!finder.reachable(module)) continue;
    const std::string name = finder.name(module);
    SCOPED_TRACE(name);
    EXPECT_TRUE(names.insert(name).second);
    EXPECT_EQ(finder.Find(name), module);
    EXPECT_EQ(finder.Find(name + "."), kNoModule);
    EXPECT_EQ(finder.Find("." + name), kNoModule);
    const std::size_t dot = name.rfind('.');
    const ModuleRef parent = finder.parent(module);
    EXPECT_EQ(parent, dot == name.npos ? kNoModule : finder.Find(name.substr(0, dot)));
    EXPECT_EQ(finder.package(module), finder.is_package(module) ? module : parent);
    if (parent != kNoModule) {
      EXPECT_EQ(finder.FindChild(parent, name.substr(dot + 1)), module);
      const std::vector<ModuleRef> children = finder.Children(parent);
      EXPECT_EQ(std::count(children.begin(), children.end(), module), 1);
    }
    const std::vector<SearchStep> steps = finder.Explain(name);
    const bool taken = std::any_of(steps.begin(), steps.end(), [&](const SearchStep& step) {
      if (finder.form(module) == ModuleForm::kNamespace) {
        return step.outcome == SearchStep::Outcome::kNamespacePortion;
      }
      return (step.outcome == SearchStep::Outcome::kTaken ||
              step.outcome == SearchStep::Outcome::kDescription) &&
             (finder.form(module) == ModuleForm::kCompiled ||
              step.root + "/" + step.path == FileName(finder.index(), module));
    });
    EXPECT_TRUE(taken);
  }
}

TEST(ImportCases, AreAnswered) {
  std::ifstream file(COPPICE_IMPORT_CASES);
  std::vector<Case> cases = ReadTable(file);
  EXPECT_GE(cases.size(), 80u);
  for (Case& tree : cases) {
    const std::shared_ptr<const Index> index = IndexOf(tree.files, tree.environment);
    ASSERT_NE(index, nullptr);
    for (std::size_t profile = 0; profile < kProfiles.size(); ++profile) {
      SCOPED_TRACE(tree.title + ": " + std::string(kProfileNames[profile]));
      const auto finder = ModuleFinder::Make(index, kProfiles[profile]);
      ASSERT_TRUE(finder) << finder.error().message;
      for (const Ask& ask : tree.asks) {
        std::string expected = ask.answers[profile];
        if (expected.starts_with("compiled:")) expected.erase(0, expected.find(':') + 1);
        EXPECT_EQ(AnswerOf(**finder, ask), expected)
            << ask.name << (ask.importer.empty() ? "" : " from ") << ask.importer;
      }
      ExpectConsistent(**finder);
    }
  }
}

}  // namespace
}  // namespace coppice::test
