// What summaries cost beside parsing: time to build, to verify and to look something up, and where
// their bytes go.
//
// COPPICE_BENCH_SOURCE names a directory of Python files to measure, at most 16 MB of them.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "bench/summary_parts.h"
#include "parser/parser.h"
#include "parser/source.h"
#include "summaries/summary_builder.h"
#include "summaries/summary_view.h"

namespace coppice {
namespace {

constexpr size_t kMaxSourceBytes = size_t{16} << 20;

[[noreturn]] void Fail(const std::string& message) {
  std::fprintf(stderr, "summary_bench: %s\n", message.c_str());
  std::exit(1);
}

// Parsed files and their summaries.
struct Corpus {
  MemoryPool pool;
  std::vector<std::string> texts;
  std::vector<SyntaxTree> trees;
  std::vector<std::vector<uint64_t>> summaries;
  size_t source_bytes = 0;

  Corpus() {
    const char* const root = std::getenv("COPPICE_BENCH_SOURCE");
    if (root == nullptr) Fail("COPPICE_BENCH_SOURCE names no directory");
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      if (entry.is_regular_file() && entry.path().extension() == ".py") {
        paths.push_back(entry.path());
      }
    }
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) Read(path);
    Parser parser(pool);
    ParseOptions options;
    options.text = TextStorage::kBorrow;
    SummaryBuilder builder;
    for (const std::string& text : texts) {
      auto tree = parser.Parse(text, options);
      if (!tree) Fail(tree.error().reason);
      trees.push_back(std::move(*tree));
      const auto words = builder.Build(trees.back()).words;
      summaries.emplace_back(words.begin(), words.end());
    }
  }

  void Read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    std::string storage;
    const std::string source = bytes.str();
    const auto decoded = DecodeSource(source, storage);
    if (!decoded || source_bytes + source.size() > kMaxSourceBytes) return;
    source_bytes += source.size();
    texts.emplace_back(decoded->text);
  }
};

const Corpus& TheCorpus() {
  static const Corpus corpus;
  return corpus;
}

std::span<const std::byte> Bytes(const std::vector<uint64_t>& words) {
  return std::as_bytes(std::span(words));
}

void Build(benchmark::State& state) {
  const Corpus& corpus = TheCorpus();
  SummaryBuilder builder;
  size_t summary_bytes = 0;
  for (auto _ : state) {
    summary_bytes = 0;
    for (const SyntaxTree& tree : corpus.trees) {
      summary_bytes += builder.Build(tree).words.size() * sizeof(uint64_t);
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * corpus.source_bytes));
  state.counters["bytes_per_source_byte"] =
      static_cast<double>(summary_bytes) / static_cast<double>(corpus.source_bytes);
}
BENCHMARK(Build)->Unit(benchmark::kMillisecond);

void Parse(benchmark::State& state) {
  const Corpus& corpus = TheCorpus();
  MemoryPool pool;
  Parser parser(pool);
  ParseOptions options;
  options.text = TextStorage::kBorrow;
  for (auto _ : state) {
    for (const std::string& text : corpus.texts) {
      if (!parser.Parse(text, options)) Fail("no tree");
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * corpus.source_bytes));
}
BENCHMARK(Parse)->Unit(benchmark::kMillisecond);

void Verify(benchmark::State& state) {
  const Corpus& corpus = TheCorpus();
  size_t bytes = 0;
  for (auto _ : state) {
    for (const auto& words : corpus.summaries) {
      if (!SummaryView::Verify(Bytes(words))) Fail("a summary is refused");
      bytes += words.size() * sizeof(uint64_t);
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(bytes));
}
BENCHMARK(Verify)->Unit(benchmark::kMillisecond);

// A view of a warm summary and one name in it, each time another one.
void Lookup(benchmark::State& state) {
  const Corpus& corpus = TheCorpus();
  struct Query {
    size_t module;
    std::string name;
  };
  std::vector<Query> queries;
  for (size_t module = 0; module < corpus.summaries.size() && module < 64; ++module) {
    const SummaryView view(Bytes(corpus.summaries[module]));
    const RowRange rows = view.ModuleSymbols();
    for (uint32_t row = rows.first; row < rows.last; row += 7) {
      queries.push_back({module, std::string(view.symbol(row).name())});
    }
  }
  if (queries.empty()) Fail("no names");
  size_t next = 0;
  for (auto _ : state) {
    const Query& query = queries[next];
    const SummaryView view(Bytes(corpus.summaries[query.module]));
    if (view.FindSymbols(query.name).empty()) Fail("a name is not found");
    if (++next == queries.size()) next = 0;
  }
}
BENCHMARK(Lookup);

void Open(benchmark::State& state) {
  const Corpus& corpus = TheCorpus();
  const auto words = Bytes(corpus.summaries.front());
  for (auto _ : state) {
    SummaryView view(words);
    benchmark::DoNotOptimize(view);
  }
}
BENCHMARK(Open);

void InterfaceHash(benchmark::State& state) {
  const Corpus& corpus = TheCorpus();
  for (auto _ : state) {
    for (const auto& words : corpus.summaries) {
      benchmark::DoNotOptimize(SummaryView(Bytes(words)).InterfaceHash());
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * corpus.source_bytes));
}
BENCHMARK(InterfaceHash)->Unit(benchmark::kMillisecond);

// No time: bytes of each part, per 1000 source bytes.
void Sizes(benchmark::State& state) {
  const Corpus& corpus = TheCorpus();
  std::map<std::string, double> parts;
  for (const auto& words : corpus.summaries) {
    for (const auto& [part, bytes] : SummaryParts(Bytes(words))) {
      parts[std::string(part)] += static_cast<double>(bytes);
    }
  }
  for (auto _ : state) {
  }
  for (const auto& [part, bytes] : parts) {
    state.counters[part] = 1000 * bytes / static_cast<double>(corpus.source_bytes);
  }
}
BENCHMARK(Sizes)->Iterations(1);

}  // namespace
}  // namespace coppice
