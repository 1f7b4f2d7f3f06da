// Import resolution of a whole environment: making a finder, finding the module of every import
// statement of every module that can be imported, and the graph of all imports.
//
// COPPICE_BENCH_INDEX names the index, or single packs separated by ':' (the first is the standard
// library's, the others installed packages').
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "summaries/resolution/graph/import_graph.h"
#include "summaries/resolution/imports/module_finder.h"

namespace coppice {
namespace {

[[noreturn]] void Fail(const std::string& message) {
  std::fprintf(stderr, "import_bench: %s\n", message.c_str());
  std::exit(1);
}

template <class T>
T Take(Result<T> result) {
  if (!result) Fail(result.error().message);
  return std::move(*result);
}

std::shared_ptr<const Index> Open() {
  const char* const variable = std::getenv("COPPICE_BENCH_INDEX");
  if (variable == nullptr) Fail("COPPICE_BENCH_INDEX names no index");
  std::string_view paths = variable;
  if (paths.find(':') == paths.npos) return Take(Index::Open(variable));
  std::vector<std::shared_ptr<const Pack>> packs;
  Environment environment;
  while (!paths.empty()) {
    const std::size_t end = std::min(paths.find(':'), paths.size());
    packs.push_back(Take(Pack::Open(std::string(paths.substr(0, end)))));
    for (const std::string_view root : packs.back()->roots()) {
      environment.roots.push_back(
          {std::string(root),
           {},
           packs.size() == 1 ? RootRole::kStandardLibrary : RootRole::kSitePackages,
           {},
           {}});
    }
    paths.remove_prefix(std::min(end + 1, paths.size()));
  }
  return Take(Index::Make(std::move(packs), std::move(environment)));
}

const std::shared_ptr<const Index>& TheIndex() {
  static const std::shared_ptr<const Index> index = Open();
  return index;
}

struct Counts {
  std::size_t imports = 0;
  std::size_t found = 0;
};

// `import a.b`: a.b. `from a import b`: a, and the module a.b if there is one.
Counts FindImports(const ModuleFinder& finder) {
  const Index& index = finder.index();
  Counts counts;
  for (uint32_t number = 0; number < index.file_count(); ++number) {
    const ModuleRef file{number};
    const SummaryView summary = Take(index.summary(file));
    for (uint32_t row = 0; row < summary.import_count(); ++row) {
      const Import import = summary.import(row);
      const ModuleRef module = finder.FindFrom(file, import.level, import.module);
      ++counts.imports;
      counts.found += module != kNoModule;
      if (module != kNoModule && import.name && *import.name != "*") {
        benchmark::DoNotOptimize(finder.FindChild(module, *import.name));
      }
    }
  }
  return counts;
}

SearchProfile ProfileOf(const benchmark::State& state) {
  return SearchProfile{static_cast<uint8_t>(state.range(0))};
}

void Make(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(Take(ModuleFinder::Make(TheIndex(), ProfileOf(state))));
  }
  state.counters["modules"] = TheIndex()->file_count();
}

void FindAll(benchmark::State& state) {
  const auto finder = Take(ModuleFinder::Make(TheIndex(), ProfileOf(state)));
  Counts counts = FindImports(*finder);
  if (counts.found * 2 < counts.imports && ProfileOf(state) == SearchProfile::kRuntime) {
    Fail("most imports are not found");
  }
  for (auto _ : state) counts = FindImports(*finder);
  state.counters["imports"] = static_cast<double>(counts.imports);
  state.counters["found"] = static_cast<double>(counts.found);
}

void MakeAndFindAll(benchmark::State& state) {
  FindImports(*Take(ModuleFinder::Make(TheIndex(), ProfileOf(state))));  // checks the summaries
  for (auto _ : state) {
    const auto finder = Take(ModuleFinder::Make(TheIndex(), ProfileOf(state)));
    benchmark::DoNotOptimize(FindImports(*finder));
  }
}

// The import graph of the whole index, from verified summaries.
void MakeGraph(benchmark::State& state) {
  const auto finder = Take(ModuleFinder::Make(TheIndex(), ProfileOf(state)));
  uint32_t edges = Take(ImportGraph::Make(*finder)).edge_count();
  for (auto _ : state) edges = Take(ImportGraph::Make(*finder)).edge_count();
  state.counters["modules"] = finder->module_count();
  state.counters["edges"] = edges;
}

void FindCycles(benchmark::State& state) {
  const auto finder = Take(ModuleFinder::Make(TheIndex(), SearchProfile::kRuntime));
  const ImportGraph graph = Take(ImportGraph::Make(*finder));
  const auto allowed = ImportLabels(static_cast<uint32_t>(state.range(0)));
  std::size_t cycles = 0;
  std::size_t largest = 0;
  for (auto _ : state) {
    const auto found = graph.Cycles(allowed);
    cycles = found.size();
    largest = found.empty() ? 0 : found.front().size();
  }
  state.counters["cycles"] = static_cast<double>(cycles);
  state.counters["largest"] = static_cast<double>(largest);
}

// Of the module that most modules import.
void FindTransitiveImporters(benchmark::State& state) {
  const auto finder = Take(ModuleFinder::Make(TheIndex(), SearchProfile::kRuntime));
  const ImportGraph graph = Take(ImportGraph::Make(*finder));
  ModuleRef module{0};
  for (uint32_t other = 1; other < graph.module_count(); ++other) {
    if (graph.importers(ModuleRef{other}).size() > graph.importers(module).size()) {
      module = ModuleRef{other};
    }
  }
  std::size_t importers = 0;
  for (auto _ : state) {
    importers = graph.TransitiveImporters(module, ImportLabels::All()).size();
  }
  state.counters["importers"] = static_cast<double>(importers);
}

BENCHMARK(Make)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);
BENCHMARK(FindAll)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);
BENCHMARK(MakeAndFindAll)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);
BENCHMARK(MakeGraph)->DenseRange(0, 2)->Unit(benchmark::kMillisecond);
BENCHMARK(FindCycles)->DenseRange(0, 3)->Unit(benchmark::kMillisecond);
BENCHMARK(FindTransitiveImporters)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace coppice
