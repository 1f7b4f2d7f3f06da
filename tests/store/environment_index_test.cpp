#include "store/environment_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "summaries/resolution/imports/index.h"
#include "summaries/resolution/imports/manifest.h"
#include "summaries/resolution/imports/module_finder.h"
#include "tests/store/temporary_tree.h"

namespace coppice {
namespace {

using Strings = std::vector<std::string>;

const PosixFileSystem kFiles;

SearchRoot Root(const TemporaryTree& tree, const std::string& name, const std::string& directory,
                RootRole role, Strings only = {}) {
  return {name, tree / directory, role, std::move(only), {}};
}

// A standard library with site-packages below it, as installations have them, and a project within
// which an editable install lies.
Environment WriteEnvironment(const TemporaryTree& tree) {
  for (const char* file :
       {"lib/os.py", "lib/site-packages/old/__init__.py", "lib/dist-packages/old.py",
        "venv/packages/lib.py", "venv/packages/typed/__init__.py", "venv/packages/typed/py.typed",
        "venv/packages/fast.cpython-312-x86_64-linux-gnu.so",
        "venv/packages/fast.cpython-311-x86_64-linux-gnu.so", "venv/packages/stable.abi3.so",
        "venv/packages/no\xff\xfetext.abi3.so", "venv/packages/no\1text/py.typed",
        "venv/packages/mypy/__init__.py", "venv/packages/mypy/typeshed/stdlib/sys.pyi",
        "venv/packages/mypy/typeshed/stubs/six/six.pyi",
        "venv/packages/mypy/typeshed/stubs/six/@tests/test.py", "project/app.py",
        "project/edit/one/__init__.py", "project/edit/two.py"}) {
    tree.Write(file);
  }
  tree.Write("venv/packages/part-stubs/py.typed", "partial\n");
  tree.Write("venv/packages/part-stubs/__init__.pyi");
  Environment environment;
  environment.target.minor = 12;
  environment.roots = {
      Root(tree, "app", "project", RootRole::kProject),
      Root(tree, "stdlib", "lib", RootRole::kStandardLibrary),
      Root(tree, "packages", "venv/packages", RootRole::kSitePackages),
      Root(tree, "edit", "project/edit", RootRole::kSitePackages, {"one"}),
      Root(tree, "typeshed", "venv/packages/mypy/typeshed/stdlib", RootRole::kTypeshed),
      Root(tree, "typeshed-six", "venv/packages/mypy/typeshed/stubs/six",
           RootRole::kTypeshedStubs)};
  environment.builtins = {"sys"};
  environment.versions = {{"sys", 0, {}}};
  return environment;
}

EnvironmentIndexReport Build(const TemporaryTree& tree, const Environment& environment) {
  IndexOptions options;
  options.jobs = 1;
  const auto report =
      BuildEnvironmentIndex(environment, tree / "out/index", options, kFiles, nullptr);
  EXPECT_TRUE(report) << report.error().message;
  return report ? *report : EnvironmentIndexReport{};
}

Strings FilesOf(const Index& index) {
  Strings files;
  for (std::uint32_t file = 0; file < index.file_count(); ++file) {
    const ModuleInfo module = index.file(ModuleRef{file}).value();
    files.push_back(std::string(module.root) + ':' + std::string(module.path));
  }
  return files;
}

Strings Listing(const std::string& directory) {
  Strings names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(EnvironmentIndex, StacksALayerForEachPartOfTheEnvironment) {
  const TemporaryTree tree;
  Environment environment = WriteEnvironment(tree);
  environment.warnings = {"half read", "no\xff\xfetext"};
  const EnvironmentIndexReport report = Build(tree, environment);
  Strings names;
  for (const LayerReport& layer : report.layers) names.push_back(layer.name);
  EXPECT_EQ(names, (Strings{"stdlib", "typeshed", "site-packages", "project"}));
  EXPECT_EQ(report.manifest, tree / "out/index/index.json");

  const auto index = Index::Open(tree / "out/index").value();
  EXPECT_EQ(FilesOf(*index),
            (Strings{"stdlib:os.py", "typeshed:sys.pyi", "typeshed-six:six.pyi",
                     "edit:one/__init__.py", "packages:lib.py", "packages:mypy/__init__.py",
                     "packages:part-stubs/__init__.pyi", "packages:typed/__init__.py", "app:app.py",
                     "app:edit/one/__init__.py", "app:edit/two.py"}));
  const std::vector<SearchRoot>& roots = index->environment().roots;
  ASSERT_EQ(roots.size(), environment.roots.size());
  EXPECT_EQ(roots[2].extras.compiled,
            (Strings{"fast.cpython-312-x86_64-linux-gnu.so", "stable.abi3.so"}));
  EXPECT_EQ(roots[2].extras.typed, (Strings{"part-stubs", "typed"}));
  EXPECT_EQ(roots[2].extras.partial, Strings{"part-stubs"});
  EXPECT_EQ(index->environment().versions, environment.versions);
  EXPECT_EQ(index->environment().warnings, Strings{"half read"});

  const auto finder = ModuleFinder::Make(index, SearchProfile::kRuntime).value();
  for (const char* name : {"os", "sys", "six", "one", "lib", "typed", "fast", "stable", "app"}) {
    const bool importable = std::string_view(name) != "six";  // stubs alone
    EXPECT_EQ(finder->Find(name) != kNoModule, importable) << name;
  }
  EXPECT_EQ(finder->Find("two"), kNoModule);
}

TEST(EnvironmentIndex, KeepsThePacksOfUnchangedLayers) {
  const TemporaryTree tree;
  const Environment environment = WriteEnvironment(tree);
  const EnvironmentIndexReport first = Build(tree, environment);
  const Strings listing = Listing(tree / "out/index");
  const auto manifest = kFiles.Stat(first.manifest).value();
  const EnvironmentIndexReport again = Build(tree, environment);
  for (const LayerReport& layer : again.layers) EXPECT_FALSE(layer.report.pack_written);
  EXPECT_EQ(kFiles.Stat(first.manifest).value(), manifest);
  EXPECT_EQ(Listing(tree / "out/index"), listing);

  const auto reader = Index::Open(tree / "out/index").value();
  tree.Write("project/app.py", "changed = 1\n");
  const EnvironmentIndexReport changed = Build(tree, environment);
  for (std::size_t i = 0; i < changed.layers.size(); ++i) {
    const bool is_project = changed.layers[i].name == "project";
    EXPECT_EQ(changed.layers[i].report.pack_written, is_project);
    EXPECT_EQ(changed.layers[i].file == first.layers[i].file, !is_project);
  }
  EXPECT_EQ(Listing(tree / "out/index").size(), listing.size());
  EXPECT_FALSE(std::filesystem::exists(tree / ("out/index/" + first.layers[3].file)));
  EXPECT_EQ(FilesOf(*reader).size(), 11U);  // what was open stays
  EXPECT_TRUE(Index::Open(tree / "out/index"));
}

TEST(EnvironmentIndex, ReplacesWhatIsNoPackOfItsName) {
  const TemporaryTree tree;
  const Environment environment = WriteEnvironment(tree);
  const EnvironmentIndexReport first = Build(tree, environment);
  const std::string link = tree / ("out/index/" + first.layers[0].file);
  std::filesystem::remove(link);
  std::ofstream(link) << "half a copy";
  Build(tree, environment);
  EXPECT_TRUE(Index::Open(tree / "out/index"));
}

TEST(EnvironmentIndex, CopiesWhereItCannotLinkAndKeepsTheCopy) {
  const TemporaryTree tree;
  const Environment environment = WriteEnvironment(tree);
  tree.Write("out/index/index.json.coppice-link/in-the-way");
  const std::string copy = tree / ("out/index/" + Build(tree, environment).layers[0].file);
  EXPECT_EQ(std::filesystem::hard_link_count(copy), 1U);
  const auto stat = kFiles.Stat(copy).value();
  Build(tree, environment);
  EXPECT_EQ(kFiles.Stat(copy).value(), stat);
  std::filesystem::remove(copy);
  std::ofstream(copy) << "";  // as a full disk left it
  Build(tree, environment);
  EXPECT_TRUE(Index::Open(tree / "out/index"));
}

TEST(EnvironmentIndex, LeavesNoPackOfALayerThatLostItsRoots) {
  const TemporaryTree tree;
  Environment environment = WriteEnvironment(tree);
  Build(tree, environment);
  EXPECT_TRUE(std::filesystem::exists(tree / "out/index/typeshed.pack"));
  environment.roots.resize(4);
  Build(tree, environment);
  for (const std::string& name : Listing(tree / "out/index")) {
    EXPECT_FALSE(name.starts_with("typeshed")) << name;
  }
  EXPECT_TRUE(Index::Open(tree / "out/index"));
}

TEST(EnvironmentIndex, ReplacesOnlyWhatIsAnIndex) {
  const TemporaryTree tree;
  const Environment environment = WriteEnvironment(tree);
  for (const std::string foreign :
       {"my notes\n", "{\"name\": 1}\n", "{\"formatVersion\": 1}\n", "{\"formatVersion\": 2}\n"}) {
    const std::string path = tree.Write("out/index/index.json", foreign);
    const auto report = BuildEnvironmentIndex(environment, tree / "out/index", {}, kFiles);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::kInvalidArgument);
    std::ifstream file(path);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), foreign);
    EXPECT_EQ(Listing(tree / "out/index"), Strings{"index.json"});
  }
  Manifest later;
  later.environment = environment;
  std::string text = ManifestText(later, "index.json").value();
  text.replace(text.find(": 1"), 3, ": 2");
  for (const std::string& ours : {std::string(), text}) {
    tree.Write("out/index/index.json", ours);
    Build(tree, environment);
    EXPECT_TRUE(Index::Open(tree / "out/index"));
    std::filesystem::remove(tree / "out/index/index.json");
  }
}

TEST(EnvironmentIndex, RemovesOnlyWhatIsItsOwn) {
  const TemporaryTree tree;
  Environment environment = WriteEnvironment(tree);
  Build(tree, environment);
  const Strings foreign = {"index.json.coppice-link", "typeshed.pack.coppice-state",
                           "project-" + std::string(32, 'a') + ".pack"};
  for (const std::string& name : foreign) {
    std::ofstream(tree / ("out/index/" + name), std::ios::trunc) << "my notes\n";
  }
  environment.roots.resize(4);
  tree.Write("project/app.py", "changed = 1\n");
  Build(tree, environment);
  for (const std::string& name : foreign) {
    std::ifstream file(tree / ("out/index/" + name));
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "my notes\n") << name;
  }
  EXPECT_FALSE(std::filesystem::exists(tree / "out/index/typeshed.pack"));
  EXPECT_TRUE(Index::Open(tree / "out/index"));
}

TEST(EnvironmentIndex, KeepsAnotherPackWhereOneOfALostLayerWas) {
  const TemporaryTree tree;
  Environment environment = WriteEnvironment(tree);
  Build(tree, environment);
  const std::string lost = tree / "out/index/typeshed.pack";
  std::filesystem::remove(lost);
  std::filesystem::copy_file(tree / "out/index/stdlib.pack", lost);
  environment.roots.resize(4);
  Build(tree, environment);
  EXPECT_TRUE(std::filesystem::exists(lost));
}

TEST(EnvironmentIndex, KeepsTheOldPacksWhereThoseOfLayersAreLinks) {
  const TemporaryTree tree;
  const Environment environment = WriteEnvironment(tree);
  tree.Write("elsewhere/project.pack", "");
  std::filesystem::create_directories(tree / "out/index");
  std::filesystem::create_symlink("../../elsewhere/project.pack", tree / "out/index/project.pack");
  const EnvironmentIndexReport report = Build(tree, environment);
  const std::string file = tree / ("out/index/" + report.layers.back().file);
  EXPECT_FALSE(std::filesystem::is_symlink(file));
  EXPECT_TRUE(std::filesystem::is_symlink(tree / "out/index/project.pack"));
  EXPECT_TRUE(Index::Open(tree / "out/index"));
}

TEST(EnvironmentIndex, RefusesMoreRootsThanAnIndexMayHave) {
  const TemporaryTree tree;
  Environment environment = WriteEnvironment(tree);
  for (std::size_t i = environment.roots.size(); i <= kMaxSearchRoots; ++i) {
    environment.roots.push_back(Root(tree, std::to_string(i), "project", RootRole::kSitePackages));
  }
  const auto report = BuildEnvironmentIndex(environment, tree / "index", {}, kFiles);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kTooLarge);
}

TEST(EnvironmentIndex, ReportsWhereItCannotWrite) {
  const TemporaryTree tree;
  tree.Write("out/index");
  const auto report = BuildEnvironmentIndex(WriteEnvironment(tree), tree / "out/index", {}, kFiles);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kIo);
}

TEST(EnvironmentIndex, KnowsTheExtensionModulesOfAVersion) {
  Target target;
  target.minor = 11;
  for (const char* name : {"a.so", "p/a.cpython-311-x86_64-linux-gnu.so", "a.abi3.so",
                           "a.cpython-311d-x.so", "a.cp311-win_amd64.pyd", "a.pyd"}) {
    EXPECT_TRUE(FitsTarget(target, name)) << name;
  }
  for (const char* name : {"a.cpython-31-x.so", "a.cpython-312-x.so", "a.cpython-3111-x.so",
                           "a.pypy39-pp73-x86_64-linux-gnu.so", "a.cp39-win32.pyd", "a.b.so"}) {
    EXPECT_FALSE(FitsTarget(target, name)) << name;
  }
}

TEST(EnvironmentIndex, RefusesDirectoriesThatTheManifestCannotHold) {
  const TemporaryTree tree;
  tree.Write("no\xfftext/a.py");
  Environment environment;
  environment.roots = {Root(tree, "app", "no\xfftext", RootRole::kProject)};
  const auto report = BuildEnvironmentIndex(environment, tree / "index", {}, kFiles, nullptr);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(Listing(tree / "index").empty());
}

}  // namespace
}  // namespace coppice
