// Opening packs and looking things up in them, and what writing one costs beside parsing.
//
// COPPICE_BENCH_PACK names a pack to measure; otherwise one of 10,000 modules is made up, with
// names as frequent as in real code.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "summaries/docs_reader.h"
#include "summaries/pack.h"
#include "summaries/pack_writer.h"

namespace coppice {
namespace {

constexpr std::uint32_t kModules = 10000;
constexpr std::uint32_t kDistinctNames = 130000;
constexpr std::uint32_t kNamesPerModule = 55;  // 0.0055 a source byte, 10 KB a module
constexpr std::size_t kQueries = 1024;         // more than a predictor learns; warm in the cache

[[noreturn]] void Fail(const std::string& message) {
  std::fprintf(stderr, "pack_bench: %s\n", message.c_str());
  std::exit(1);
}

template <class T>
T Take(Result<T> result) {
  if (!result) Fail(result.error().message);
  return std::move(*result);
}

// Modules that a made-up pack holds.
class Modules {
 public:
  Modules() {
    for (std::uint32_t i = 0; i < kDistinctNames; ++i) names_.push_back(Word() + '_' + Word());
    for (std::uint32_t i = 0; i < kModules; ++i) {
      char path[64];
      std::snprintf(path, sizeof path, "package%02u/sub%02u/module_%05u.py", i / 500, i / 50 % 10,
                    i);
      paths_.emplace_back(path);
      std::vector<NameMention>& mentions = mentions_.emplace_back();
      for (std::uint32_t n = 0; n < kNamesPerModule; ++n) {
        // Zipf's law, roughly: the k-th name is 1/k as frequent as the first.
        const double uniform = std::uniform_real_distribution<>(0, 1)(random_);
        const auto rank = static_cast<std::size_t>(std::pow(kDistinctNames, uniform)) - 1;
        mentions.push_back({names_[std::min(rank, names_.size() - 1)], n % 6 == 0});
      }
      summaries_.emplace_back(150 + random_() % 50, random_());
      docs_.push_back(Word() + ' ' + names_[i] + ' ' + Word());
    }
  }

  // Bytes of the pack.
  std::uint64_t Write(const std::string& path) const {
    auto writer = Take(PackWriter::Create(path));
    for (std::uint32_t i = 0; i < kModules; ++i) {
      const std::string_view docs[] = {docs_[i]};
      const ModuleRecord record{.root = "site",
                                .path = paths_[i],
                                .content_hash = {i, i},
                                .lines = 300,
                                .source_bytes = 10000};
      const auto added =
          writer.Add(record, std::as_bytes(std::span(summaries_[i])), docs, mentions_[i]);
      if (!added) Fail(added.error().message);
    }
    return Take(writer.Finish()).pack_bytes;
  }

 private:
  std::string Word() {
    std::string word;
    for (std::size_t size = 3 + random_() % 7; size != 0; --size) {
      word += static_cast<char>('a' + random_() % 26);
    }
    return word;
  }

  std::mt19937_64 random_{1};
  std::vector<std::string> names_;
  std::vector<std::string> paths_;
  std::vector<std::vector<NameMention>> mentions_;
  std::vector<std::vector<std::uint64_t>> summaries_;
  std::vector<std::string> docs_;
};

class Directory {
 public:
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "pack_bench-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) Fail("cannot make a temporary directory");
    path_ = name;
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  std::string operator/(const char* name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// The pack that is measured, and questions to it whose answers are known.
struct Fixture {
  Fixture() {
    if (const char* given = std::getenv("COPPICE_BENCH_PACK")) {
      path = given;
    } else {
      path = directory / "p";
      Modules().Write(path);
    }
    pack = Take(Pack::Open(path));
    std::mt19937 random(2);
    const auto all = Take(pack->SearchNames("", SIZE_MAX));
    for (std::size_t i = 0; i < kQueries; ++i) {
      const ModuleId id{static_cast<std::uint32_t>(random() % pack->module_count())};
      const ModuleInfo info = Take(pack->module(id));
      ids.push_back(id);
      files.emplace_back(info.root, info.path);
      if (const std::string name = info.name(); !name.empty()) modules.push_back(name);
      names.emplace_back(all[random() % all.size()].name);
    }
    if (std::getenv("COPPICE_BENCH_PACK") != nullptr) {
      for (const ModuleId id : ids) {
        const SummaryView summary = Take(pack->summary(id));
        const auto count = summary.ModuleSymbols().size();
        if (count == 0) continue;
        const std::string_view name =
            summary.symbol(static_cast<std::uint32_t>(random() % count)).name();
        if (summary.FindSymbols(name).empty()) Fail("a symbol is not found");
        symbols.emplace_back(id, name);
      }
    }
    // Right before fast.
    for (std::size_t i = 0; i < kQueries; ++i) {
      if (Take(pack->FindName(names[i])).empty()) Fail("a name is not found");
      if (!Take(pack->FindName(names[i] + "\n")).empty()) Fail("a name is made up");
      if (Take(pack->FindFile(files[i].first, files[i].second)) != ids[i]) Fail("a file is lost");
    }
    for (const std::string& name : modules) {
      if (Take(pack->FindModules(name)).empty()) Fail("a module is not found");
    }
  }

  static const Fixture& Get() {
    static const Fixture fixture;
    return fixture;
  }

  const Directory directory;
  std::string path;
  std::shared_ptr<const Pack> pack;
  std::vector<ModuleId> ids;
  std::vector<std::pair<std::string, std::string>> files;
  std::vector<std::string> modules;
  std::vector<std::string> names;
  std::vector<std::pair<ModuleId, std::string_view>> symbols;  // of real packs only
};

void Nothing(benchmark::State& state) {
  const Fixture& fixture = Fixture::Get();
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(fixture.names[i++ % kQueries].data());
  }
}
BENCHMARK(Nothing);

void Open(benchmark::State& state) {
  const Fixture& fixture = Fixture::Get();
  for (auto _ : state) benchmark::DoNotOptimize(Take(Pack::Open(fixture.path)));
  state.counters["pack_bytes"] = static_cast<double>(fixture.pack->info().pack_bytes);
}
BENCHMARK(Open)->Unit(benchmark::kMicrosecond);

void FindModule(benchmark::State& state) {
  const Fixture& fixture = Fixture::Get();
  std::size_t i = 0;
  for (auto _ : state) {
    const auto found = fixture.pack->FindModules(fixture.modules[i++ % fixture.modules.size()]);
    benchmark::DoNotOptimize((*found)[0]);
  }
}
BENCHMARK(FindModule);

void FindName(benchmark::State& state) {
  const Fixture& fixture = Fixture::Get();
  std::size_t i = 0;
  for (auto _ : state) {
    const auto found = fixture.pack->FindName(fixture.names[i++ % kQueries]);
    benchmark::DoNotOptimize(found->begin()->module);
  }
}
BENCHMARK(FindName);

void FindFile(benchmark::State& state) {
  const Fixture& fixture = Fixture::Get();
  std::size_t i = 0;
  for (auto _ : state) {
    const auto& [root, path] = fixture.files[i++ % kQueries];
    benchmark::DoNotOptimize(fixture.pack->FindFile(root, path));
  }
}
BENCHMARK(FindFile);

// A symbol of a known module: its summary's view, and the symbol in it.
void FindSymbol(benchmark::State& state) {
  const Fixture& fixture = Fixture::Get();
  if (fixture.symbols.empty()) return state.SkipWithError("made-up summaries have no symbols");
  std::size_t i = 0;
  for (auto _ : state) {
    const auto& [id, name] = fixture.symbols[i++ % fixture.symbols.size()];
    const SummaryView summary = *fixture.pack->summary(id);
    benchmark::DoNotOptimize(summary.FindSymbols(name).first);
  }
}
BENCHMARK(FindSymbol);

void SummaryBytes(benchmark::State& state) {
  const Fixture& fixture = Fixture::Get();
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(fixture.pack->summary_bytes(fixture.ids[i++ % kQueries]));
  }
}
BENCHMARK(SummaryBytes);

void SearchNames(benchmark::State& state) {
  const Fixture& fixture = Fixture::Get();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        fixture.pack->SearchNames("conf", 50, static_cast<CaseMatch>(state.range(0))));
  }
  state.counters["names"] = static_cast<double>(fixture.pack->info().name_count);
}
BENCHMARK(SearchNames)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

void OneModulesDocs(benchmark::State& state) {
  const Fixture& fixture = Fixture::Get();
  if (!fixture.pack->info().has_docs) {
    state.SkipWithError("the pack has no docstrings");
    return;
  }
  std::size_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(fixture.pack->docs(fixture.ids[i++ % kQueries]));
}
BENCHMARK(OneModulesDocs)->Unit(benchmark::kMicrosecond);

void AllModulesDocs(benchmark::State& state) {
  const Fixture& fixture = Fixture::Get();
  for (auto _ : state) {
    DocsReader reader(*fixture.pack);
    for (std::uint32_t id = 0; id < fixture.pack->module_count(); ++id) {
      benchmark::DoNotOptimize(reader.Read(ModuleId{id}));
    }
  }
}
BENCHMARK(AllModulesDocs)->Unit(benchmark::kMillisecond);

void WriteWhole(benchmark::State& state) {
  const Directory directory;
  const Modules modules;
  std::uint64_t bytes = 0;
  for (auto _ : state) bytes = modules.Write(directory / "p");
  state.counters["pack_bytes"] = static_cast<double>(bytes);
}
BENCHMARK(WriteWhole)->Unit(benchmark::kMillisecond);

// Every module taken over from an older pack.
void WriteUpdated(benchmark::State& state) {
  const Fixture& fixture = Fixture::Get();
  const Directory directory;
  for (auto _ : state) {
    auto writer =
        Take(PackWriter::Create(directory / "p", {.docs = fixture.pack->info().has_docs}));
    for (std::uint32_t id = 0; id < fixture.pack->module_count(); ++id) {
      const ModuleInfo info = Take(fixture.pack->module(ModuleId{id}));
      const auto added =
          writer.AddFrom(fixture.pack, ModuleId{id},
                         {info.root, info.path, info.content_hash, info.interface_hash, info.syntax,
                          info.lines, info.source_bytes});
      if (!added) Fail(added.error().message);
    }
    if (Take(writer.Finish()).identity != fixture.pack->info().identity) {
      Fail("taking everything over makes another pack");
    }
  }
}
BENCHMARK(WriteUpdated)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace coppice
