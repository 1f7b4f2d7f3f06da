// Evaluation of everything that the summaries of an index mention, beside what walking them costs.
//
// COPPICE_BENCH_INDEX names the index, or a pack.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "summaries/resolution/types/evaluation.h"

namespace coppice {
namespace {

[[noreturn]] void Fail(const std::string& message) {
  std::fprintf(stderr, "evaluation_bench: %s\n", message.c_str());
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
  return Take(Index::Open(variable));
}

// What has been checked once is not checked again: the first pass over an index pays for that.
const std::shared_ptr<const Index>& CheckedIndex() {
  static const std::shared_ptr<const Index> index = [] {
    auto opened = Open();
    for (uint32_t file = 0; file < opened->file_count(); ++file)
      Take(opened->summary(ModuleRef{file}));
    return opened;
  }();
  return index;
}

Evaluations Evaluate(const std::shared_ptr<const Index>& index, SearchProfile profile,
                     uint32_t* shapes = nullptr) {
  NameResolver resolver(Take(ModuleFinder::Make(index, profile)));
  TypeEvaluator evaluator(resolver);
  Evaluations evaluations = EvaluateAll(evaluator);
  if (shapes != nullptr) *shapes = evaluator.types().size();
  return evaluations;
}

void Report(benchmark::State& state, const Evaluations& evaluations) {
  const auto size = static_cast<double>(evaluations.size());
  const auto source = static_cast<double>(evaluations.source_bytes);
  uint64_t typed = 0;
  uint64_t named = 0;
  for (const EvaluationCounts& counts : evaluations.counts) {
    typed += counts.typed;
    named += counts.named;
  }
  using benchmark::Counter;
  constexpr auto kEach = Counter::kIsIterationInvariantRate;
  state.counters["evaluations"] = size;
  state.counters["per_second"] = Counter(size, kEach);
  state.counters["s_per_100MB"] = Counter(source / 1e8, Counter::Flags(kEach | Counter::kInvert));
  state.counters["bytes_each"] = static_cast<double>(evaluations.bytes()) / size;
  state.counters["worked_out"] = static_cast<double>(evaluations.worked_out) / size;
  state.counters["typed"] = static_cast<double>(typed) / size;
  state.counters["typed_or_named"] = static_cast<double>(typed + named) / size;
}

// From an index that nobody has read yet in this process, finder included.
void Cold(benchmark::State& state) {
  const auto profile = static_cast<SearchProfile>(state.range(0));
  const Evaluations expected = Evaluate(CheckedIndex(), profile);
  for (auto _ : state) {
    state.PauseTiming();
    auto index = Open();
    state.ResumeTiming();
    const Evaluations evaluations = Evaluate(index, profile);
    if (evaluations.size() != expected.size()) Fail("another number of evaluations");
  }
  Report(state, expected);
}

void Checked(benchmark::State& state) {
  const auto profile = static_cast<SearchProfile>(state.range(0));
  const Evaluations expected = Evaluate(CheckedIndex(), profile);
  for (auto _ : state) benchmark::DoNotOptimize(Evaluate(CheckedIndex(), profile).size());
  Report(state, expected);
}

// Every text of every symbol, and nothing made of it: what evaluation cannot cost less than.
void Walk(benchmark::State& state) {
  const Index& index = *CheckedIndex();
  uint64_t texts = 0;
  uint64_t bytes = 0;
  for (auto _ : state) {
    texts = bytes = 0;
    std::vector<SymbolText> of_symbol;
    for (uint32_t file = 0; file < index.file_count(); ++file) {
      const SummaryView view = Take(index.summary(ModuleRef{file}));
      for (uint32_t row = 0; row < view.symbol_count(); ++row) {
        view.symbol(row).texts(of_symbol);
        for (const SymbolText& text : of_symbol) bytes += view.text(text.string).size();
        texts += of_symbol.size();
      }
    }
  }
  benchmark::DoNotOptimize(bytes);
  state.counters["texts"] = static_cast<double>(texts);
}

constexpr int64_t kRuntime = static_cast<int64_t>(SearchProfile::kRuntime);
constexpr int64_t kPyright = static_cast<int64_t>(SearchProfile::kPyright);
BENCHMARK(Cold)->Arg(kRuntime)->Arg(kPyright)->Unit(benchmark::kMillisecond);
BENCHMARK(Checked)->Arg(kRuntime)->Arg(kPyright)->Unit(benchmark::kMillisecond);
BENCHMARK(Walk)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace coppice
