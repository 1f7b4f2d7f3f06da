// What import_cases_test.cpp does not ask.
#include "summaries/resolution/imports/module_finder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "tests/resolution/tree_packs.h"

namespace coppice::test {
namespace {

using Outcome = SearchStep::Outcome;

Environment EnvironmentOf(const std::vector<std::pair<std::string, RootRole>>& roots) {
  Environment environment;
  for (const auto& [name, role] : roots) environment.roots.push_back({name, {}, role, {}, {}});
  return environment;
}

std::shared_ptr<const ModuleFinder> FinderOf(const std::vector<TreeFile>& files,
                                             const Environment& environment,
                                             SearchProfile profile) {
  const auto index = IndexOf(files, environment);
  if (!index) return nullptr;
  auto finder = ModuleFinder::Make(index, profile);
  if (finder) return *finder;
  ADD_FAILURE() << finder.error().message;
  return nullptr;
}

ModuleRef FileOf(const ModuleFinder& finder, std::string_view root, std::string_view path) {
  const auto found = finder.index().FindFile(root, path);
  return found && *found ? **found : kNoModule;
}

TEST(ModuleFinder, NamesTheSourceThatAStubDescribes) {
  Environment environment = EnvironmentOf({{"project", RootRole::kProject},
                                           {"typeshed", RootRole::kTypeshed},
                                           {"stdlib", RootRole::kStandardLibrary},
                                           {"site", RootRole::kSitePackages}});
  environment.roots[0].extras.compiled = {"f.so"};
  environment.roots[3].extras.compiled = {"d.so"};
  for (const SearchProfile profile : {SearchProfile::kMypy, SearchProfile::kPyright}) {
    const auto finder = FinderOf({{"project", "a.py"},
                                  {"project", "a.pyi"},
                                  {"project", "b.pyi"},
                                  {"project", "f.pyi"},
                                  {"project", "f-stubs/__init__.pyi"},
                                  {"typeshed", "c/__init__.pyi"},
                                  {"stdlib", "c/__init__.py"},
                                  {"typeshed", "c/e.pyi"},
                                  {"stdlib", "c/e.py"},
                                  {"site", "d-stubs/__init__.pyi"}},
                                 environment, profile);
    const auto source = [&](std::string_view name) { return finder->source(finder->Find(name)); };
    EXPECT_EQ(source("a"), FileOf(*finder, "project", "a.py"));
    EXPECT_EQ(source("b"), FileOf(*finder, "project", "b.pyi"));
    EXPECT_EQ(source("c"), FileOf(*finder, "stdlib", "c/__init__.py"));
    EXPECT_EQ(source("c.e"), FileOf(*finder, "stdlib", "c/e.py"));
    EXPECT_EQ(source("d"), FileOf(*finder, "site", "d-stubs/__init__.pyi"));
    EXPECT_EQ(source("f"), FileOf(*finder, "project", "f-stubs/__init__.pyi"));
    const ModuleRef hidden = FileOf(*finder, "project", "a.py");
    EXPECT_FALSE(finder->reachable(hidden));
    EXPECT_EQ(finder->source(hidden), hidden);
  }
}

TEST(ModuleFinder, ListsChildrenByName) {
  const auto finder =
      FinderOf({{"one", "a/b.py"},
                {"one", "a/a_.py"},
                {"one", "a/a1/x.py"},
                {"two", "a/z.py"},
                {"two", "a/aa.py"},
                {"two", "a/no-name.py"},
                {"two", "a/b.py"}},
               EnvironmentOf({{"one", RootRole::kProject}, {"two", RootRole::kProject}}),
               SearchProfile::kRuntime);
  const ModuleRef package = finder->Find("a");
  EXPECT_EQ(finder->form(package), ModuleForm::kNamespace);
  std::vector<std::string> names;
  for (const ModuleRef child : finder->Children(package)) names.push_back(finder->name(child));
  EXPECT_EQ(names, (std::vector<std::string>{"a.a1", "a.a_", "a.aa", "a.b", "a.z"}));
  EXPECT_TRUE(finder->Children(finder->Find("a.b")).empty());
  EXPECT_EQ(finder->FindChild(package, "a_"), finder->Find("a.a_"));
  EXPECT_EQ(finder->FindChild(package, "a_.x"), kNoModule);
  EXPECT_EQ(finder->FindChild(package, ""), kNoModule);
  EXPECT_EQ(finder->Find(""), kNoModule);
}

TEST(ModuleFinder, KnowsThePackageOfAFileThatNoImportReaches) {
  const auto finder =
      FinderOf({{"one", "a/__init__.py"},
                {"one", "a/b.py"},
                {"one", "a/no-name.py"},
                {"one", "no-name.py"},
                {"one", "no-name/b.py"},
                {"two", "a/__init__.py"},
                {"two", "a/c.py"}},
               EnvironmentOf({{"one", RootRole::kProject}, {"two", RootRole::kProject}}),
               SearchProfile::kRuntime);
  const ModuleRef script = FileOf(*finder, "one", "a/no-name.py");
  EXPECT_FALSE(finder->reachable(script));
  EXPECT_EQ(finder->name(script), "");
  EXPECT_FALSE(finder->is_package(script));
  EXPECT_EQ(finder->package(script), finder->Find("a"));
  EXPECT_EQ(finder->FindFrom(script, 1, "b"), finder->Find("a.b"));
  const ModuleRef hidden = FileOf(*finder, "two", "a/__init__.py");
  EXPECT_FALSE(finder->reachable(hidden));
  EXPECT_TRUE(finder->is_package(hidden));
  EXPECT_EQ(finder->package(hidden), finder->Find("a"));
  EXPECT_EQ(finder->parent(hidden), kNoModule);
  for (const std::string_view path : {"no-name.py", "no-name/b.py"}) {
    const ModuleRef top = FileOf(*finder, "one", path);
    EXPECT_EQ(finder->package(top), kNoModule);
    EXPECT_EQ(finder->parent(top), kNoModule);
    EXPECT_EQ(finder->FindFrom(top, 1, "a"), kNoModule);
    EXPECT_EQ(finder->FindFrom(top, 0, "a.b"), finder->Find("a.b"));
  }
  EXPECT_EQ(finder->FindFrom(script, UINT32_MAX, "b"), kNoModule);
}

TEST(ModuleFinder, ExplainsWhereItLooked) {
  Environment environment = EnvironmentOf({{"one", RootRole::kProject},
                                           {"two", RootRole::kProject},
                                           {"typeshed", RootRole::kTypeshed},
                                           {"site", RootRole::kSitePackages}});
  environment.versions = {{"b", 0, 4}};
  const std::vector<TreeFile> files = {{"one", "a/x.py"}, {"two", "a/__init__.py"},
                                       {"two", "a/b.py"}, {"site", "a/__init__.py"},
                                       {"site", "b.py"},  {"typeshed", "b.pyi"}};
  const auto runtime = FinderOf(files, environment, SearchProfile::kRuntime);
  EXPECT_EQ(runtime->Explain("a.b"),
            (std::vector<SearchStep>{{"", "a", Outcome::kMissing},
                                     {"one", "a", Outcome::kNamespacePortion},
                                     {"two", "a/__init__.py", Outcome::kTaken},
                                     {"site", "a/__init__.py", Outcome::kShadowed},
                                     {"typeshed", "a", Outcome::kMissing},
                                     {"site", "a-stubs", Outcome::kMissing},
                                     {"two", "a/b.py", Outcome::kTaken}}));
  const auto mypy = FinderOf(files, environment, SearchProfile::kMypy);
  const std::vector<SearchStep> steps = mypy->Explain("b");
  EXPECT_EQ(mypy->Find("b"), kNoModule);
  for (const SearchStep& expected :
       {SearchStep{"typeshed", "b.pyi", Outcome::kWrongVersion},
        SearchStep{"site", "b.py", Outcome::kUntyped}, SearchStep{"one", "b", Outcome::kMissing}}) {
    EXPECT_EQ(std::count(steps.begin(), steps.end(), expected), 1);
  }
}

// Two roots that differ in nothing but their order in the environment.
TEST(ModuleFinder, SearchesInTheOrderOfTheEnvironment) {
  const std::vector<TreeFile> files = {{"one", "a.py"}, {"two", "a.py"}};
  for (const bool swapped : {false, true}) {
    Environment environment =
        EnvironmentOf({{"one", RootRole::kProject}, {"two", RootRole::kProject}});
    if (swapped) std::swap(environment.roots[0], environment.roots[1]);
    for (const SearchProfile profile :
         {SearchProfile::kRuntime, SearchProfile::kMypy, SearchProfile::kPyright}) {
      const auto finder = FinderOf(files, environment, profile);
      EXPECT_EQ(finder->Find("a"), FileOf(*finder, swapped ? "two" : "one", "a.py"));
    }
  }
}

// What a manifest may claim of files, however odd.
TEST(ModuleFinder, TakesAnyExtras) {
  Environment environment = EnvironmentOf({{"one", RootRole::kSitePackages}});
  environment.roots[0].extras.compiled = {
      "z.so",      "a.so",          "",      ".so",     "/",     "a//b.so", "../x.so",
      "a.so/b.so", "a/__init__.so", "c.txt", "\xff.so", "-stubs"};
  environment.roots[0].extras.typed = {"", "a", "/", "b/c/d", "-stubs", "a-stubs", "a.so"};
  environment.roots[0].extras.partial = {"a-stubs", "nowhere"};
  environment.builtins = {"", "a.b", "sys", "sys"};
  environment.versions = {{"", 0, {}}, {".", 0, {}}, {"a.", 0, {}}, {"a..b", 0, {}}};
  for (const SearchProfile profile :
       {SearchProfile::kRuntime, SearchProfile::kMypy, SearchProfile::kPyright}) {
    const auto finder = FinderOf({}, environment, profile);
    EXPECT_EQ(finder->Find("z") == kNoModule, profile == SearchProfile::kMypy);
    EXPECT_EQ(finder->Find("c"), kNoModule);
    for (uint32_t module = 0; module < finder->module_count(); ++module) {
      EXPECT_EQ(finder->Find(finder->name(ModuleRef{module})), ModuleRef{module});
    }
  }
}

}  // namespace
}  // namespace coppice::test
