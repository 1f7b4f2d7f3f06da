#include "summaries/resolution/imports/index.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "summaries/resolution/imports/manifest.h"
#include "summaries/resolution/imports/module_finder.h"
#include "tests/resolution/tree_packs.h"
#include "tests/store/temporary_tree.h"

namespace coppice::test {
namespace {

std::string NameOf(const Index& index, ModuleRef file) {
  const auto info = index.file(file);
  return info ? std::string(info->root) + "/" + std::string(info->path) : info.error().message;
}

// A project whose upper pack has another a.py and more files, and a library.
class Stacked : public testing::Test {
 protected:
  Stacked() {
    packs_ = {PackOf({{"project", "a.py"}, {"project", "b.py"}, {"site", "c.py"}},
                     directory_ / "lower.pack"),
              PackOf({{"project", "a.py"}, {"project", "d/e.py"}}, directory_ / "upper.pack")};
    environment_.roots = {{"project", {}, RootRole::kProject, {}, {}},
                          {"site", {}, RootRole::kSitePackages, {}, {}}};
  }

  Manifest ManifestOf() const {
    Manifest manifest;
    manifest.packs = {{"lower.pack", packs_[0]->info().identity},
                      {"upper.pack", packs_[1]->info().identity}};
    manifest.environment = environment_;
    return manifest;
  }

  TemporaryTree directory_;
  std::vector<std::shared_ptr<const Pack>> packs_;
  Environment environment_;
};

void ExpectStack(const Index& index) {
  ASSERT_EQ(index.file_count(), 5u);
  const std::vector<std::string> names = {"project/a.py", "project/b.py", "site/c.py",
                                          "project/a.py", "project/d/e.py"};
  for (uint32_t file = 0; file < names.size(); ++file) {
    EXPECT_EQ(NameOf(index, ModuleRef{file}), names[file]);
    EXPECT_EQ(index.shadowed(ModuleRef{file}), file == 0);
    EXPECT_EQ(index.id_in_pack(ModuleRef{file}), ModuleId{file < 3 ? file : file - 3});
    EXPECT_EQ(&index.pack_of(ModuleRef{file}), index.packs()[file < 3 ? 0 : 1].get());
  }
  EXPECT_EQ(*index.FindFile("project", "a.py"), ModuleRef{3});
  EXPECT_EQ(*index.FindFile("project", "b.py"), ModuleRef{1});
  EXPECT_EQ(*index.FindFile("site", "c.py"), ModuleRef{2});
  EXPECT_EQ(*index.FindFile("site", "a.py"), std::nullopt);
  EXPECT_EQ(*index.FindFile("none", "a.py"), std::nullopt);
}

TEST_F(Stacked, TheUpperPackWins) {
  const auto index = Index::Make(packs_, environment_);
  ASSERT_TRUE(index) << index.error().message;
  ExpectStack(**index);
  const auto finder = ModuleFinder::Make(*index, SearchProfile::kRuntime);
  ASSERT_TRUE(finder);
  EXPECT_EQ((*finder)->Find("a"), ModuleRef{3});
  EXPECT_EQ((*finder)->Find("b"), ModuleRef{1});
  EXPECT_EQ((*finder)->Find("d.e"), ModuleRef{4});
  EXPECT_FALSE((*finder)->reachable(ModuleRef{0}));
  EXPECT_EQ((*finder)->name(ModuleRef{0}), "a");
}

// Quadratic time would be minutes.
TEST_F(Stacked, OfManyPacksAllButTheUppermostAreShadowed) {
  const std::vector<std::shared_ptr<const Pack>> packs(20'000, packs_[1]);
  const auto index = Index::Make(packs, environment_);
  ASSERT_TRUE(index) << index.error().message;
  for (uint32_t file = 0; file < (*index)->file_count(); ++file) {
    EXPECT_EQ((*index)->shadowed(ModuleRef{file}), file + 2 < (*index)->file_count());
  }
}

TEST_F(Stacked, IsOpenedByItsManifest) {
  const std::string path = directory_ / "index.json";
  ASSERT_TRUE(WriteManifest(path, ManifestOf()));
  for (const std::string& name : {path, directory_.path()}) {
    const auto index = Index::Open(name);
    ASSERT_TRUE(index) << index.error().message;
    ExpectStack(**index);
    EXPECT_EQ((*index)->environment(), environment_);
  }
}

TEST_F(Stacked, ASinglePackIsAProject) {
  const auto index = Index::Open(directory_ / "lower.pack");
  ASSERT_TRUE(index) << index.error().message;
  EXPECT_EQ((*index)->file_count(), 3u);
  EXPECT_EQ((*index)->environment().roots.size(), 2u);
  EXPECT_EQ((*index)->environment().roots[1].role, RootRole::kProject);
  EXPECT_EQ((*index)->environment().target, Target());
}

TEST_F(Stacked, WhatDoesNotFitTogetherIsAnError) {
  const std::string path = directory_ / "index.json";
  const auto expect = [&](const Manifest& manifest, ErrorCode code, std::string_view why) {
    ASSERT_TRUE(WriteManifest(path, manifest));
    const auto index = Index::Open(path);
    ASSERT_FALSE(index);
    EXPECT_EQ(index.error().code, code);
    EXPECT_NE(index.error().message.find(why), std::string::npos) << index.error().message;
  };
  Manifest manifest = ManifestOf();
  manifest.packs[1].file = "none.pack";
  expect(manifest, ErrorCode::kNotFound, "none.pack");
  manifest = ManifestOf();
  manifest.packs[1].file = "lower.pack";
  expect(manifest, ErrorCode::kDamaged, "named twice");
  manifest.packs[0].file = "upper.pack";
  expect(manifest, ErrorCode::kDamaged, "upper.pack: is not the pack that");
  manifest = ManifestOf();
  std::filesystem::copy_file(directory_ / "lower.pack", directory_ / "copy.pack");
  manifest.packs[1] = {"copy.pack", manifest.packs[0].identity};
  expect(manifest, ErrorCode::kDamaged, "copy.pack: is a copy of another");
  manifest = ManifestOf();
  manifest.packs[1].file = "index.json";
  expect(manifest, ErrorCode::kDamaged, "index.json: is not a pack");
  manifest = ManifestOf();
  manifest.environment.roots.pop_back();
  expect(manifest, ErrorCode::kInvalidArgument, "'site'");
  manifest = ManifestOf();
  manifest.environment.roots.push_back(manifest.environment.roots[0]);
  expect(manifest, ErrorCode::kInvalidArgument, "two roots called 'project'");
  manifest = ManifestOf();
  for (int i = 0; i < 5000; ++i) {
    manifest.environment.roots.push_back({std::to_string(i), {}, RootRole::kProject, {}, {}});
  }
  expect(manifest, ErrorCode::kTooLarge, "4096");
  EXPECT_EQ(Index::Open(directory_ / "none").error().code, ErrorCode::kNotFound);
}

TEST(Index, WithoutPacksFindsWhatNeedsNoFile) {
  Environment environment;
  environment.builtins = {"sys"};
  const auto index = Index::Make({}, environment);
  ASSERT_TRUE(index);
  const auto finder = ModuleFinder::Make(*index, SearchProfile::kRuntime);
  ASSERT_TRUE(finder);
  EXPECT_EQ((*finder)->module_count(), 1u);
  EXPECT_EQ((*finder)->Find("sys"), ModuleRef{0});
  EXPECT_EQ((*finder)->form(ModuleRef{0}), ModuleForm::kCompiled);
  EXPECT_EQ((*finder)->name(ModuleRef{0}), "sys");
}

}  // namespace
}  // namespace coppice::test
