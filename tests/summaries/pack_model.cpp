#include "tests/summaries/pack_model.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "summaries/docs_reader.h"
#include "summaries/module_name.h"

namespace coppice::test {
namespace {

std::string PathComponent(ModelMaker& make) {
  static constexpr std::string_view kNames[] = {
      "a", "b", "core", "util", "_x", "été", "no-name", "a.b", "9z", "\xff\xfe", "typing"};
  return std::string(kNames[make.Below(std::size(kNames))]);
}

std::string Lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

std::vector<std::string> Search(const std::set<std::string>& names, std::string_view text,
                                std::size_t limit, CaseMatch match) {
  const bool fold = match == CaseMatch::kIgnoreAscii;
  const std::string wanted = fold ? Lowered(std::string(text)) : std::string(text);
  std::vector<std::tuple<int, std::size_t, std::string>> found;
  for (const std::string& name : names) {
    const std::string candidate = fold ? Lowered(name) : name;
    const std::size_t at = candidate.find(wanted);
    if (at == std::string::npos) continue;
    found.emplace_back(candidate == wanted ? 0 : at == 0 ? 1 : 2, name.size(), name);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> result;
  for (std::size_t i = 0; i < std::min(limit, found.size()); ++i) {
    result.push_back(std::get<2>(found[i]));
  }
  return result;
}

}  // namespace

std::string ModelMaker::Name() {
  static constexpr std::string_view kLetters = "abcABC_é";
  std::string name;
  for (std::uint32_t size = 1 + Below(4); size != 0; --size) {
    const std::uint32_t letter = Below(7);
    name += letter == 6 ? kLetters.substr(7) : kLetters.substr(letter, 1);
  }
  return Below(50) == 0 ? name + std::string(Below(300), 'q') : name;
}

std::string ModelMaker::Path() {
  std::string path;
  for (std::uint32_t depth = Below(4); depth != 0; --depth) {
    const bool stubs = path.empty() && Below(6) == 0;
    path += PathComponent(*this) + (stubs ? "-stubs/" : "/");
  }
  path += Below(3) == 0 ? "__init__" : PathComponent(*this);
  return path + (Below(3) == 0 ? ".pyi" : ".py");
}

ModelModule ModelMaker::Module() {
  ModelModule module;
  module.content_hash = {random_(), random_()};
  module.syntax = SyntaxState{static_cast<std::uint8_t>(Below(3))};
  module.lines = Below(10) == 0 ? Below(1u << 31) : Below(500);
  module.source_bytes = module.lines == 0 ? 0 : Below(module.lines);
  const bool has_doc = Below(2) == 0;
  module.summary = SoundSummary(Below(60), has_doc);
  module.interface_hash = InterfaceHashOf(module.summary);
  if (has_doc) module.docs.emplace_back(Below(20) == 0 ? 3000 : Below(80), 'd');
  for (std::uint32_t count = Below(40); count != 0; --count) {
    module.names.emplace(Name(), Below(4) == 0);
  }
  return module;
}

Model ModelMaker::Make(unsigned modules) {
  static constexpr std::string_view kRoots[] = {"lib", "site", "", "lib2"};
  const std::uint32_t roots = 1 + Below(4);
  Model model;
  for (unsigned i = 0; i < modules; ++i) {
    model.emplace(std::pair(std::string(kRoots[Below(roots)]), Path()), Module());
  }
  return model;
}

Model ModelMaker::Edit(const Model& model) {
  Model edited;
  for (const auto& [key, module] : model) {
    switch (Below(8)) {
      case 0:
        break;  // removed
      case 1:
        edited[key] = Module();
        break;
      case 2:
        edited[{key.first, Path()}] = module;  // moved
        break;
      default:
        edited[key] = module;
    }
  }
  for (std::uint32_t count = Below(4); count != 0; --count) edited[{"new", Path()}] = Module();
  return edited;
}

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "coppice-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) std::abort();
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> TemporaryDirectory::Entries() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path_)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

ModuleRecord RecordOf(const Model::value_type& module) {
  const auto& [key, value] = module;
  return {key.first,    key.second,  value.content_hash, value.interface_hash,
          value.syntax, value.lines, value.source_bytes};
}

Result<void> AddModule(PackWriter& writer, const Model::value_type& module) {
  std::vector<NameMention> names;
  for (const auto& [name, defined] : module.second.names) {
    names.push_back({name, false});
    if (defined) names.push_back({name, true});  // repetitions are merged
  }
  std::reverse(names.begin(), names.end());
  const std::vector<std::string_view> docs(module.second.docs.begin(), module.second.docs.end());
  return writer.Add(RecordOf(module), std::as_bytes(std::span(module.second.summary)), docs, names);
}

void WritePack(const std::string& path, const Model& model, const PackOptions& options) {
  auto writer = PackWriter::Create(path, options);
  ASSERT_TRUE(writer) << writer.error().message;
  for (const auto& module : model) {
    const auto added = AddModule(*writer, module);
    ASSERT_TRUE(added) << added.error().message;
  }
  const auto info = writer->Finish();
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->pack_bytes, std::filesystem::file_size(path));
}

std::shared_ptr<const Pack> OpenPack(const std::string& path) {
  auto pack = Pack::Open(path);
  if (!pack) {
    ADD_FAILURE() << pack.error().message;
    return nullptr;
  }
  return *pack;
}

std::string FileBytesOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void ExpectHolds(const Pack& pack, const Model& model, bool with_docs) {
  ASSERT_EQ(pack.module_count(), model.size());
  std::map<std::string, std::vector<ModuleId>> by_name;
  std::map<std::string, std::vector<NamePosting>> mentions;
  std::set<std::string> names;
  std::set<std::string_view> roots;
  std::uint64_t source_bytes = 0;
  std::uint64_t postings = 0;
  DocsReader docs_reader(pack);
  std::uint32_t row = 0;
  for (const Model::value_type& entry : model) {
    const auto& key = entry.first;  // no bindings: clang 14 captures none in lambdas
    const ModelModule& module = entry.second;
    SCOPED_TRACE(key.first + "/" + key.second);
    const ModuleId id{row++};
    roots.insert(key.first);
    source_bytes += module.source_bytes;
    const auto info = pack.module(id);
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_EQ(info->root, key.first);
    EXPECT_EQ(info->path, key.second);
    EXPECT_EQ(info->content_hash, module.content_hash);
    EXPECT_EQ(info->interface_hash, module.interface_hash);
    EXPECT_EQ(info->syntax, module.syntax);
    EXPECT_EQ(info->lines, module.lines);
    EXPECT_EQ(info->source_bytes, module.source_bytes);
    EXPECT_EQ(info->summary_bytes, module.summary.size() * 8);
    const auto summary = pack.summary_bytes(id);
    ASSERT_TRUE(summary) << summary.error().message;
    EXPECT_TRUE(std::ranges::equal(*summary, std::as_bytes(std::span(module.summary))));
    if (with_docs) {
      const auto docs = docs_reader.Read(id);
      ASSERT_TRUE(docs) << docs.error().message;
      ASSERT_EQ(docs->size(), module.docs.size());
      for (std::size_t i = 0; i < docs->size(); ++i) EXPECT_EQ((*docs)[i], module.docs[i]);
    } else {
      EXPECT_EQ(pack.docs(id).error().code, ErrorCode::kUnavailable);
    }
    if (const std::string name = DottedName(key.second); !name.empty()) {
      by_name[name].push_back(id);
    }
    for (const auto& [name, defined] : module.names) {
      mentions[name].push_back({id, defined});
      names.insert(name);
      ++postings;
    }
    const auto found = pack.FindFile(key.first, key.second);
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, id);
    EXPECT_EQ(*pack.FindFile(key.first, key.second + "x"), std::nullopt);
    EXPECT_EQ(*pack.FindFile(key.first + "x", key.second), std::nullopt);

    const std::string prefix = key.second.substr(0, key.second.find('/'));
    const auto range = pack.FindPathPrefix(key.first, prefix);
    ASSERT_TRUE(range);
    EXPECT_EQ(range->last - range->first, std::ranges::count_if(model, [&](const auto& other) {
                return other.first.first == key.first && other.first.second.starts_with(prefix);
              }));
  }
  EXPECT_TRUE(std::ranges::equal(pack.roots(), roots));
  EXPECT_EQ(pack.info().module_count, model.size());
  EXPECT_EQ(pack.info().name_count, names.size());
  EXPECT_EQ(pack.info().posting_count, postings);
  EXPECT_EQ(pack.info().source_bytes, source_bytes);
  EXPECT_EQ(pack.info().has_docs, with_docs);

  for (const auto& [name, ids] : by_name) {
    const auto found = pack.FindModules(name);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(std::vector<ModuleId>(found->begin(), found->end()), ids) << name;
  }
  for (const std::string_view absent : {"", ".", "zz", "a.", ".a", "no-name", "a.b.c.d.e.f"}) {
    if (by_name.contains(std::string(absent))) continue;
    EXPECT_TRUE(pack.FindModules(absent)->empty()) << absent;
  }
  for (const auto& [name, expected] : mentions) {
    const auto found = pack.FindName(name);
    ASSERT_TRUE(found) << found.error().message;
    std::vector<NamePosting> actual;
    for (const NamePosting& posting : *found) actual.push_back(posting);
    EXPECT_EQ(actual, expected) << name;
    EXPECT_FALSE(found->empty());
    EXPECT_EQ(pack.FindName(name + "a")->empty(), !mentions.contains(name + "a"));
  }
  for (const std::string_view text : {"", "a", "aB", "cc", "_", "é", "qq", "nowhere"}) {
    for (const CaseMatch match : {CaseMatch::kExact, CaseMatch::kIgnoreAscii}) {
      for (const std::size_t limit : {std::size_t{0}, std::size_t{3}, names.size() + 1}) {
        const auto matches = pack.SearchNames(text, limit, match);
        ASSERT_TRUE(matches);
        std::vector<std::string> actual;
        for (const NameMatch& found : *matches) actual.emplace_back(found.name);
        EXPECT_EQ(actual, Search(names, text, limit, match)) << text;
      }
    }
  }
  EXPECT_EQ(pack.module(ModuleId{pack.module_count()}).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace coppice::test
