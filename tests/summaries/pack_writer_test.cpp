// What goes into a pack comes out of it, and its bytes depend on nothing else.
#include "summaries/pack_writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "summaries/hash.h"
#include "summaries/module_name.h"
#include "tests/summaries/names_of_one_hash.h"
#include "tests/summaries/pack_model.h"

namespace coppice::test {
namespace {

TEST(PackWriter, HoldsNothing) {
  const TemporaryDirectory directory;
  WritePack(directory / "p", {});
  const auto pack = OpenPack(directory / "p");
  ASSERT_TRUE(pack);
  ExpectHolds(*pack, {});
  EXPECT_TRUE(pack->Verify());
}

TEST(PackWriter, AnswersAsTheModelDoes) {
  const TemporaryDirectory directory;
  for (unsigned seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    ModelMaker make(seed);
    const Model model = make.Make(1 + make.Below(120));
    const bool docs = make.Below(4) != 0;
    WritePack(directory / "p", model, {.docs = docs});
    const auto pack = OpenPack(directory / "p");
    ASSERT_TRUE(pack);
    ExpectHolds(*pack, model, docs);
    const auto sound = pack->Verify();
    EXPECT_TRUE(sound) << sound.error().message;
    const auto copy =
        Pack::Open(directory / "p", Pack::OpenMode::kPrivateCopy, Pack::Checking::kAll);
    ASSERT_TRUE(copy) << copy.error().message;
    ExpectHolds(**copy, model, docs);
  }
}

// However little memory names may take, and so however many runs are merged, the bytes are the
// same.
TEST(PackWriter, SpillsNamesWithoutATrace) {
  const TemporaryDirectory directory;
  const Model model = ModelMaker(7).Make(300);
  WritePack(directory / "all", model);
  for (const std::size_t bytes : {1, 500, 3000, 50000}) {
    WritePack(directory / "spilled", model, {.name_run_bytes = bytes});
    EXPECT_EQ(FileBytesOf(directory / "spilled"), FileBytesOf(directory / "all")) << bytes;
  }
}

TEST(PackWriter, HoldsNamesLongerThanItsBuffers) {
  const TemporaryDirectory directory;
  Model model = ModelMaker(8).Make(20);
  model.begin()->second.names.emplace(std::string(200000, 'n'), true);
  model.rbegin()->second.names.emplace(std::string(200000, 'n'), false);
  WritePack(directory / "p", model, {.name_run_bytes = 5000});
  ExpectHolds(*OpenPack(directory / "p"), model);
}

TEST(PackWriter, TellsNamesOfOneHashApart) {
  const TemporaryDirectory directory;
  const auto [one, other] = kNamesOfOneHash;
  ASSERT_EQ(Hash64(one), Hash64(other));
  Model model = ModelMaker(8).Make(20);
  bool turn = false;
  for (auto& [place, module] : model) {
    module.names.emplace((turn = !turn) ? one : other, turn);
  }
  for (const std::size_t bytes : {1, 5000000}) {
    WritePack(directory / "p", model, {.name_run_bytes = bytes});
    ExpectHolds(*OpenPack(directory / "p"), model);
  }
}

TEST(PackWriter, CutsLongDocstringsIntoBlocks) {
  const TemporaryDirectory directory;
  Model model;
  std::mt19937_64 random(3);
  for (unsigned i = 0; i < 40; ++i) {
    ModelModule& module = model[{"r", "m" + std::to_string(100 + i) + ".py"}];
    module.summary = SoundSummary(i, i % 3 != 0);
    module.interface_hash = InterfaceHashOf(module.summary);
    if (i % 3 == 0) continue;
    std::string& doc = module.docs.emplace_back(i == 20 ? 1500000 : random() % 60000, ' ');
    std::ranges::generate(doc, [&] { return static_cast<char>('a' + random() % 20); });
  }
  WritePack(directory / "p", model);
  const auto pack = OpenPack(directory / "p");
  ExpectHolds(*pack, model);
  EXPECT_TRUE(pack->Verify());
  const auto docs = pack->docs(ModuleId{20});
  ASSERT_TRUE(docs);
  EXPECT_EQ((*docs)[0], (model[{"r", "m120.py"}].docs[0]));
}

TEST(PackWriter, TakesModulesOverByteForByte) {
  const TemporaryDirectory directory;
  for (unsigned seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    ModelMaker make(seed);
    const Model old_model = make.Make(80);
    const Model other_model = make.Make(40);
    Model model = make.Edit(old_model);
    for (const auto& module : make.Edit(other_model)) model.insert(module);
    WritePack(directory / "old", old_model);
    WritePack(directory / "other", other_model);
    WritePack(directory / "fresh", model);

    auto writer = PackWriter::Create(directory / "updated", {.name_run_bytes = 2000});
    ASSERT_TRUE(writer);
    std::map<Hash128, std::pair<std::shared_ptr<const Pack>, ModuleId>> known;
    for (const char* name : {"old", "other"}) {
      const auto pack = OpenPack(directory / name);
      for (std::uint32_t id = 0; id < pack->module_count(); ++id) {
        known.emplace(pack->module(ModuleId{id})->content_hash, std::pair(pack, ModuleId{id}));
      }
    }
    std::size_t taken_over = 0;
    for (const auto& module : model) {
      const auto found = known.find(module.second.content_hash);
      const auto added =
          found == known.end()
              ? AddModule(*writer, module)
              : writer->AddFrom(found->second.first, found->second.second, RecordOf(module));
      taken_over += found == known.end() ? 0 : 1;
      ASSERT_TRUE(added) << added.error().message;
    }
    EXPECT_GT(taken_over, 20u);
    const auto finished = writer->Finish();
    ASSERT_TRUE(finished) << finished.error().message;
    EXPECT_EQ(FileBytesOf(directory / "updated"), FileBytesOf(directory / "fresh"));
  }
}

TEST(PackWriter, CopiesModulesByteForByte) {
  const TemporaryDirectory directory;
  for (unsigned seed = 0; seed < 10; ++seed) {
    SCOPED_TRACE(seed);
    Model model = ModelMaker(seed).Make(40);
    // Docstrings of several blocks: copies of what is in the open one, in closed ones, across two.
    // Those right behind their originals read the open one, those in the last root all the others
    // from the first.
    std::mt19937_64 random(seed);
    for (auto& [place, module] : model) {
      for (std::string& doc : module.docs) {
        doc.assign(random() % 60000, ' ');
        std::ranges::generate(doc, [&] { return static_cast<char>('a' + random() % 20); });
      }
    }
    for (const auto& [place, module] : Model(model)) {
      for (auto copies = random() % 3; copies != 0; --copies) {
        model.emplace(std::pair(place.first, place.second + std::to_string(random())), module);
      }
      model.emplace(std::pair("z", place.first + "/" + place.second), module);
    }
    WritePack(directory / "fresh", model);

    const auto fresh = OpenPack(directory / "fresh");
    auto writer = PackWriter::Create(directory / "copied", {.name_run_bytes = 2000});
    ASSERT_TRUE(writer);
    std::map<Hash128, ModuleId> known;
    for (const auto& module : model) {
      const ModuleId id{writer->module_count()};
      const auto [original, is_new] = known.emplace(module.second.content_hash, id);
      const auto added =
          !is_new ? writer->AddCopy(module.first.first, module.first.second, original->second)
          : seed % 2 == 0 ? AddModule(*writer, module)
                          : writer->AddFrom(fresh, id, RecordOf(module));
      ASSERT_TRUE(added) << added.error().message;
      if (random() % 2 == 0) original->second = id;  // copies of copies
    }
    EXPECT_GT(model.size(), known.size());
    ASSERT_TRUE(writer->Finish());
    EXPECT_EQ(FileBytesOf(directory / "copied"), FileBytesOf(directory / "fresh"));
  }
}

TEST(PackWriter, CopiesOnlyWhatIsThere) {
  const TemporaryDirectory directory;
  auto writer = PackWriter::Create(directory / "p");
  ASSERT_TRUE(AddModule(*writer, *ModelMaker(6).Make(1).begin()));
  EXPECT_EQ(writer->AddCopy("zz", "z.py", ModuleId{1}).error().code, ErrorCode::kInvalidArgument);
}

TEST(PackWriter, TakesOverWithoutDocstrings) {
  const TemporaryDirectory directory;
  const Model model = ModelMaker(5).Make(30);
  WritePack(directory / "with", model);
  WritePack(directory / "without", model, {.docs = false});
  const auto take_over = [&](const std::string& from, const std::string& to, bool docs) {
    const auto older = OpenPack(from);
    auto writer = PackWriter::Create(to, {.docs = docs});
    std::uint32_t id = 0;
    for (const auto& module : model) {
      if (const auto added = writer->AddFrom(older, ModuleId{id++}, RecordOf(module)); !added) {
        return added.error().code == ErrorCode::kUnavailable;
      }
    }
    return writer->Finish().has_value() && FileBytesOf(to) == FileBytesOf(directory / "without");
  };
  EXPECT_TRUE(take_over(directory / "with", directory / "to", false));
  EXPECT_TRUE(take_over(directory / "without", directory / "to", false));
  EXPECT_TRUE(take_over(directory / "without", directory / "unavailable", true));
  EXPECT_FALSE(std::filesystem::exists(directory / "unavailable"));
}

TEST(PackWriter, RefusesWhatIsOutOfOrder) {
  const TemporaryDirectory directory;
  const Model model = ModelMaker(6).Make(10);
  for (const auto& late : {*model.begin(), *std::next(model.begin())}) {
    auto writer = PackWriter::Create(directory / "p");
    ASSERT_TRUE(AddModule(*writer, *std::next(model.begin())));
    EXPECT_EQ(AddModule(*writer, late).error().code, ErrorCode::kInvalidArgument);
    // From then on there is nothing that could be finished.
    EXPECT_EQ(AddModule(*writer, *model.rbegin()).error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(writer->Finish().error().code, ErrorCode::kInvalidArgument);

    writer = PackWriter::Create(directory / "p");
    ASSERT_TRUE(AddModule(*writer, *std::next(model.begin())));
    const auto& [root, path] = late.first;
    EXPECT_EQ(writer->AddCopy(root, path, ModuleId{0}).error().code, ErrorCode::kInvalidArgument);
  }
  const std::uint64_t word = 0;
  const auto half = std::as_bytes(std::span(&word, 1)).first(4);
  for (const auto summary : {half, half.first(0)}) {
    auto writer = PackWriter::Create(directory / "p");
    EXPECT_EQ(writer->Add({.root = "z", .path = "z.py", .content_hash = {}}, summary, {}, {})
                  .error()
                  .code,
              ErrorCode::kInvalidArgument);
  }
  EXPECT_EQ(directory.Entries(), std::vector<std::string>{});

  auto writer = PackWriter::Create(directory / "p");
  EXPECT_TRUE(writer->Finish());
  EXPECT_EQ(writer->Finish().error().code, ErrorCode::kInvalidArgument);
}

// First uses, which check and remember, from several threads; and one that takes modules over.
TEST(Pack, AnswersManyThreadsAtOnce) {
  const TemporaryDirectory directory;
  const Model model = ModelMaker(9).Make(100);
  WritePack(directory / "p", model);
  const auto pack = OpenPack(directory / "p");
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      ExpectHolds(*pack, model);
      EXPECT_TRUE(pack->Verify());
    });
  }
  auto writer = PackWriter::Create(directory / "q");
  std::uint32_t id = 0;
  for (const auto& module : model) {
    EXPECT_TRUE(writer->AddFrom(pack, ModuleId{id++}, RecordOf(module)));
  }
  EXPECT_TRUE(writer->Finish());
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(FileBytesOf(directory / "q"), FileBytesOf(directory / "p"));
}

// Whoever imports a module is among its candidates, however the import is written.
TEST(Pack, FindsCandidateImporters) {
  const TemporaryDirectory directory;
  Model model;
  const auto add = [&](const char* path, std::initializer_list<const char*> names) {
    ModelModule& module = model[{"r", path}];
    module.summary = SoundSummary(0, false);
    module.interface_hash = InterfaceHashOf(module.summary);
    for (const char* name : names) module.names.emplace(name, false);
  };
  add("main.py", {"pkg", "sub", "deep"});  // import pkg.sub.deep
  add("pkg/__init__.py", {});              // from .sub import *  would mention sub
  add("pkg/sub/__init__.py", {});
  add("pkg/sub/deep.py", {"here"});   // from . import here: imports pkg.sub
  add("pkg/sub/down/leaf.py", {});    // from .. import *: imports pkg.sub
  add("pkg-stubs/sub/stub.pyi", {});  // from . import *
  add("pkgsub.py", {"other"});
  WritePack(directory / "p", model);
  const auto pack = OpenPack(directory / "p");
  const auto paths = [&](std::string_view name) {
    std::set<std::string> found;
    for (const ModuleId id : *CandidateImporters(*pack, name)) {
      found.emplace(pack->module(id)->path);
    }
    return found;
  };
  EXPECT_EQ(paths("pkg.sub"),
            (std::set<std::string>{"main.py", "pkg/sub/__init__.py", "pkg/sub/deep.py",
                                   "pkg/sub/down/leaf.py", "pkg-stubs/sub/stub.pyi"}));
  EXPECT_EQ(paths("pkg.sub.deep"), (std::set<std::string>{"main.py"}));
  EXPECT_EQ(paths("absent"), std::set<std::string>{});
}

}  // namespace
}  // namespace coppice::test
