#include "summaries/resolution/imports/manifest.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/store/temporary_tree.h"

namespace coppice {
namespace {

Manifest Sample() {
  Manifest manifest;
  manifest.packs = {{"python-3.13.pack", {0x0123456789abcdef, 0xfedcba9876543210}},
                    {"site packages \"é\".pack", {1, 0}}};
  Environment& environment = manifest.environment;
  environment.target.minor = 11;
  environment.target.platform = "win32";
  environment.target.os_name = "nt";
  environment.target.type_checking = false;
  environment.roots = {
      {"stdlib", "/usr/lib/python3.11", RootRole::kStandardLibrary, {}, {}},
      {"site",
       "",
       RootRole::kSitePackages,
       {"a", "b"},
       {{"a/c.so"}, {"a"}, {"b-stubs"}, {"x.egg"}}},
      {"", "C:\\users\\\t\n\x7f", RootRole::kProject, {}, {}},
      {"stubs", "s", RootRole::kExtraStubs, {}, {}},
      {"typeshed", "t", RootRole::kTypeshed, {}, {}},
      {"six", "t/stubs/six", RootRole::kTypeshedStubs, {}, {}},
  };
  environment.builtins = {"_io", "sys"};
  environment.versions = {{"asynchat", 0, 11}, {"tomllib", 11, {}}, {"x", 3, 0}};
  environment.warnings = {"a.zip: a zip file"};
  return manifest;
}

std::string TextOf(const Manifest& manifest) {
  const auto text = ManifestText(manifest, "index.json");
  EXPECT_TRUE(text) << text.error().message;
  return text ? *text : std::string();
}

void ExpectError(const std::string& text, ErrorCode code, std::string_view why) {
  const auto manifest = ParseManifest(text, "some/index.json");
  ASSERT_FALSE(manifest) << text;
  EXPECT_EQ(manifest.error().code, code) << text;
  EXPECT_TRUE(manifest.error().message.starts_with("some/index.json: ")) << text;
  EXPECT_NE(manifest.error().message.find(why), std::string::npos)
      << text << ": " << manifest.error().message;
}

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return at == text.npos ? text : text.replace(at, from.size(), to);
}

TEST(Manifest, ComesBackAsItWasWritten) {
  for (const Manifest& manifest : {Manifest(), Sample()}) {
    const std::string text = TextOf(manifest);
    const auto parsed = ParseManifest(text, "index.json");
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(*parsed, manifest);
    EXPECT_EQ(TextOf(*parsed), text);
  }
}

TEST(Manifest, IsReadByPeople) {
  const std::string text = TextOf(Sample());
  for (const std::string_view part :
       {"\"formatVersion\": 1", "\"python-3.13.pack\"", "\"fedcba98765432100123456789abcdef\"",
        "\"standardLibrary\"", "\"/usr/lib/python3.11\"", "\"tomllib\""}) {
    EXPECT_NE(text.find(part), text.npos) << part << " in " << text;
  }
  EXPECT_TRUE(text.ends_with("}\n"));
}

TEST(Manifest, IsReplacedInOneStep) {
  const TemporaryTree tree;
  const std::string path = tree.Write("index.json", "{\"older\": 1}");
  ASSERT_TRUE(WriteManifest(path, Sample()));
  const auto read = ReadManifest(path);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, Sample());
  EXPECT_EQ(ReadManifest(tree / "none.json").error().code, ErrorCode::kNotFound);
}

TEST(Manifest, HoldsWhatJsonCanHold) {
  for (const std::string& name :
       {std::string("\xff"), std::string("a\0b", 3), std::string("a\vb")}) {
    Manifest manifest = Sample();
    manifest.environment.roots[1].extras.compiled = {name};
    const auto text = ManifestText(manifest, "index.json");
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, ErrorCode::kInvalidArgument);
  }
  for (const std::string& name : {std::string(), std::string("."), std::string(".."),
                                  std::string("a/b"), std::string("a\\b"), std::string("\0", 1)}) {
    Manifest manifest = Sample();
    manifest.packs[0].file = name;
    EXPECT_FALSE(ManifestText(manifest, "index.json")) << name;
  }
}

TEST(Manifest, OfForeignHandsIsAnErrorThatNamesIt) {
  const std::string text = TextOf(Sample());
  for (const std::string& none :
       {std::string(), std::string("[]"), std::string("{"), std::string("null"),
        std::string("\x89"
                    "CPK"),
        std::string(100000, '['), text + "x", text.substr(0, 200)}) {
    ExpectError(none, ErrorCode::kDamaged, "is no index: ");
  }
  ExpectError("some notes", ErrorCode::kDamaged, "no JSON object with an index's fields");
  ExpectError("{\"name\": \"a project\"}", ErrorCode::kDamaged, "formatVersion");
  ExpectError(Replaced(text, "\"formatVersion\": 1", "\"formatVersion\": 2"),
              ErrorCode::kUnsupportedVersion, "format 2");
  // Of another program, which numbers its formats likewise.
  for (const char* const foreign :
       {R"({"formatVersion": 1})", R"({"formatVersion": 2})", R"({"formatVersion": "3"})",
        R"({"formatVersion": 1, "target": {}, "packs": [], "roots": []})",
        R"({"formatVersion": 2, "target": {"name": "app"}, "packs": [], "roots": []})",
        R"({"formatVersion": 1, "target": {"platform": "linux"}})"}) {
    ExpectError(foreign, ErrorCode::kDamaged, "packs, roots and target");
  }
  for (const char* const foreign :
       {R"({"formatVersion": 2, "target": "es5", "packs": [], "roots": []})",
        R"({"formatVersion": 2, "target": {"platform": "a"}, "packs": ["a"], "roots": []})",
        R"({"formatVersion": 4294967298})", R"({"formatVersion": 1.5})"}) {
    ExpectError(foreign, ErrorCode::kDamaged, "");
  }
  ExpectError(Replaced(Replaced(text, "\"formatVersion\": 1", "\"formatVersion\": 2"),
                       "\"versions\"", "\"later\": {\"a\": [1]}, \"versions\""),
              ErrorCode::kUnsupportedVersion, "format 2");
  ExpectError(Replaced(text, "python-3.13.pack", "../python.pack"), ErrorCode::kDamaged,
              "no plain name");
  ExpectError(Replaced(text, "python-3.13.pack", "\\u0041"), ErrorCode::kDamaged, "\\u escape");
  Manifest twice = Sample();
  twice.packs.push_back(twice.packs.front());
  ExpectError(TextOf(twice), ErrorCode::kDamaged, "named twice");
  for (const std::string_view identity :
       {"", "fedc", "-edcba98765432100123456789abcdef", "fedcba98765432100123456789abcdeg",
        "fedcba98765432100123456789abcdef0"}) {
    ExpectError(Replaced(text, "fedcba98765432100123456789abcdef", identity), ErrorCode::kDamaged,
                "32 hexadecimal digits");
  }
  ExpectError(Replaced(text, "\"standardLibrary\"", "\"unknown\""), ErrorCode::kDamaged, "role");
  ExpectError(Replaced(text, "\"standardLibrary\"", "\"kitchen\""), ErrorCode::kDamaged, "");
  ExpectError(Replaced(text, "\"standardLibrary\"", "99"), ErrorCode::kDamaged, "");
  ExpectError(Replaced(text, "\"minor\": 11", "\"minor\": -1"), ErrorCode::kDamaged, "");
  ExpectError(Replaced(text, "\"minor\": 11", "\"minor\": 1e30"), ErrorCode::kDamaged, "");
  ExpectError(Replaced(text, "\"a/c.so\"", "\"\xff\""), ErrorCode::kDamaged, "plain text");
  ExpectError(Replaced(text, "\"a/c.so\"", "\"a\vb\""), ErrorCode::kDamaged, "plain text");
  ExpectError("\\", ErrorCode::kDamaged, "");
  ExpectError(std::string((std::size_t{64} << 20) + 1, ' '), ErrorCode::kTooLarge, "64 MiB");
}

TEST(Manifest, CutAnywhereIsNone) {
  const std::string text = TextOf(Sample());
  for (std::size_t size = 0; size + 2 < text.size(); ++size) {
    EXPECT_FALSE(ParseManifest(text.substr(0, size), "index.json")) << size;
  }
}

}  // namespace
}  // namespace coppice
