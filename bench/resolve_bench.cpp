// Names across modules: a name three re-exports away, asked again and for the first time, and all
// public names of an index.
//
// COPPICE_BENCH_INDEX names an index for the last; without it that one is left out.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "arena/memory_pool.h"
#include "parser/parser.h"
#include "summaries/pack_writer.h"
#include "summaries/resolution/names/name_resolver.h"
#include "summaries/summary_builder.h"

namespace coppice {
namespace {

[[noreturn]] void Fail(const std::string& message) {
  std::fprintf(stderr, "resolve_bench: %s\n", message.c_str());
  std::exit(1);
}

template <class T>
T Take(Result<T> result) {
  if (!result) Fail(result.error().message);
  return std::move(*result);
}

void Take(const Result<void>& result) {
  if (!result) Fail(result.error().message);
}

// A package that shows a class of a module three imports behind it.
std::shared_ptr<const ModuleFinder> ReExports() {
  const std::pair<const char*, const char*> files[] = {
      {"package/__init__.py", "from package.api import Client\n"},
      {"package/_client.py", "class Client:\n  def get(self, url): ...\n"},
      {"package/_public.py", "from package._client import Client\n"},
      {"package/api.py", "from ._public import *\n"},
  };
  std::string directory = "/tmp/coppice-bench-XXXXXX";
  if (mkdtemp(directory.data()) == nullptr) Fail("no temporary directory");
  const std::string path = directory + "/pack";
  {
    PackWriter writer = Take(PackWriter::Create(path));
    MemoryPool pool;
    Parser parser(pool);
    SummaryBuilder builder;
    for (const auto& [file, text] : files) {
      const auto tree = parser.Parse(text);
      if (!tree) Fail("what it measures cannot be parsed");
      const BuiltSummary& summary = builder.Build(*tree);
      ModuleRecord record;
      record.root = "src";
      record.path = file;
      Take(writer.Add(record, std::as_bytes(summary.words), summary.docs, summary.names));
    }
    if (const auto info = writer.Finish(); !info) Fail(info.error().message);
  }
  auto pack = Take(Pack::Open(path, Pack::OpenMode::kPrivateCopy));
  std::remove(path.c_str());
  std::remove(directory.c_str());
  Environment environment;
  environment.roots.push_back({"src", {}, RootRole::kProject, {}, {}});
  return Take(ModuleFinder::Make(Take(Index::Make({pack}, environment)), SearchProfile::kRuntime));
}

void Check(const NameResolver& resolver, const Answer& answer) {
  if (answer.definitions.size() != 1 ||
      resolver.finder().name(answer.definitions[0].module) != "package._client") {
    Fail("the name is resolved wrongly");
  }
}

void ResolveDottedNameAgain(benchmark::State& state) {
  NameResolver resolver(ReExports());
  Check(resolver, resolver.Resolve("package.Client"));
  for (auto _ : state) benchmark::DoNotOptimize(resolver.Resolve("package.Client"));
}
BENCHMARK(ResolveDottedNameAgain);

void ResolveNameOfModuleAgain(benchmark::State& state) {
  NameResolver resolver(ReExports());
  const ModuleRef package = resolver.finder().Find("package");
  Check(resolver, resolver.Resolve(package, "Client"));
  for (auto _ : state) benchmark::DoNotOptimize(resolver.Resolve(package, "Client"));
}
BENCHMARK(ResolveNameOfModuleAgain);

void ResolveForTheFirstTime(benchmark::State& state) {
  const auto finder = ReExports();
  for (auto _ : state) {
    NameResolver resolver(finder);
    benchmark::DoNotOptimize(resolver.Resolve("package.Client"));
  }
}
BENCHMARK(ResolveForTheFirstTime);

void ResolveEverything(benchmark::State& state) {
  const char* const path = std::getenv("COPPICE_BENCH_INDEX");
  if (path == nullptr) {
    state.SkipWithError("COPPICE_BENCH_INDEX names no index");
    return;
  }
  const auto finder = Take(ModuleFinder::Make(Take(Index::Open(path)), SearchProfile::kRuntime));
  size_t names = 0;
  size_t found = 0;
  for (auto _ : state) {
    names = found = 0;
    NameResolver resolver(finder);
    for (uint32_t file = 0; file < finder->index().file_count(); ++file) {
      const ModuleRef module{file};
      for (const std::string_view name : resolver.NamesOf(module)) {
        ++names;
        found += !resolver.Resolve(module, name).definitions.empty();
      }
    }
  }
  state.counters["names"] = static_cast<double>(names);
  state.counters["found"] = static_cast<double>(found);
  state.counters["names/s"] =
      benchmark::Counter(static_cast<double>(names), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(ResolveEverything)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
}  // namespace coppice
