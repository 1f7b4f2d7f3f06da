// Times parsing with lowering against loops that parse and free the same files with tree-sitter.
//
//   parse_rival [--rounds N] [--json] [--mode NAME] PATH... | -
//
// PATH is a file, or a directory with its .py files; "-" reads NUL-ended paths of files from
// standard input.
//
// Modes, run in turn each round, all over texts that were read before:
//   scratch  the library's own tree-sitter objects, flags and allocator: parse and free
//   plain    tree-sitter built with -O2 and used with malloc: parse and free
//   tree     parse, lower and free: what the library does for a syntax tree
// Times are medians over the rounds, by the clock. --mode runs only one of them.
#include <tree_sitter/api.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "arena/scratch.h"
#include "parser/parser.h"
#include "parser/tree_sitter_core.h"

extern "C" const TSLanguage* tree_sitter_python();

namespace {

namespace fs = std::filesystem;
using namespace coppice;

struct Totals {
  uint64_t nodes = 0;
  uint64_t tree_bytes = 0;
  uint64_t largest_scratch = 0;
  double worst_scratch_per_byte = 0;  // of files over 64 KiB
  uint64_t scratch = 0;
};

uint64_t ParseWithScratch(const std::vector<std::string>& texts, coppice_scratch* scratch) {
  uint64_t parsed = 0;
  scratch->limit = scratch->base + scratch->capacity;
  for (const std::string& text : texts) {
    coppice_parse_watch watch{};
    watch.max_work = UINT64_MAX;
    parsed += coppice_tree_sitter_parse(scratch, &watch, text.data(),
                                        static_cast<uint32_t>(text.size())) != nullptr;
    coppice_scratch_reset(scratch, Parser::kKeptScratchBytes);
  }
  return parsed;
}

uint64_t ParsePlainly(const std::vector<std::string>& texts, TSParser* parser) {
  uint64_t parsed = 0;
  for (const std::string& text : texts) {
    TSTree* tree =
        ts_parser_parse_string(parser, nullptr, text.data(), static_cast<uint32_t>(text.size()));
    parsed += tree != nullptr;
    ts_tree_delete(tree);
  }
  return parsed;
}

uint64_t ParseToTrees(const std::vector<std::string>& texts, Parser& parser, Totals* totals) {
  uint64_t parsed = 0;
  for (const std::string& text : texts) {
    const auto tree = parser.Parse(text, {.text = TextStorage::kBorrow});
    if (!tree) continue;
    ++parsed;
    const size_t peak = parser.statistics().peak_scratch_bytes;
    totals->nodes += tree->node_count();
    totals->tree_bytes += tree->byte_size();
    totals->scratch += peak;
    totals->largest_scratch = std::max<uint64_t>(totals->largest_scratch, peak);
    if (text.size() > 65536) {
      totals->worst_scratch_per_byte =
          std::max(totals->worst_scratch_per_byte,
                   static_cast<double>(peak) / static_cast<double>(text.size()));
    }
  }
  return parsed;
}

double Seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  size_t rounds = 5;
  bool json = false;
  std::string only;
  std::vector<std::string> texts;
  size_t bytes = 0;
  const auto add = [&](const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    texts.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    bytes += texts.back().size();
  };
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--json") {
      json = true;
    } else if (argument == "--rounds" && i + 1 < argc) {
      rounds = std::strtoull(argv[++i], nullptr, 10);
    } else if (argument == "--mode" && i + 1 < argc) {
      only = argv[++i];
    } else if (argument == "-") {
      for (std::string path; std::getline(std::cin, path, '\0');) add(path);
    } else if (fs::is_directory(argument)) {
      std::vector<fs::path> files;
      for (const auto& entry : fs::recursive_directory_iterator(argument)) {
        if (entry.path().extension() == ".py" && entry.is_regular_file()) files.push_back(entry);
      }
      std::sort(files.begin(), files.end());
      for (const fs::path& file : files) add(file);
    } else {
      add(argument);
    }
  }
  if (texts.empty()) {
    std::fputs("usage: parse_rival [--rounds N] [--json] [--mode scratch|plain|tree] PATH... | -\n",
               stderr);
    return 2;
  }

  MemoryPool pool;
  Parser parser(pool);
  coppice_scratch scratch;
  if (coppice_scratch_init(&scratch, size_t{8} << 30) != 0) return 1;
  TSParser* plain = ts_parser_new();
  ts_parser_set_language(plain, tree_sitter_python());
  Totals totals;

  constexpr std::array<std::string_view, 3> kModes = {"scratch", "plain", "tree"};
  std::array<std::vector<double>, 3> seconds;
  for (size_t round = 0; round < rounds; ++round) {
    for (size_t mode = 0; mode < kModes.size(); ++mode) {
      if (!only.empty() && only != kModes[mode]) continue;
      const double start = Seconds();
      totals = mode == 2 ? Totals{} : totals;
      const uint64_t parsed = mode == 0   ? ParseWithScratch(texts, &scratch)
                              : mode == 1 ? ParsePlainly(texts, plain)
                                          : ParseToTrees(texts, parser, &totals);
      seconds[mode].push_back(Seconds() - start);
      if (parsed != texts.size()) {
        std::fprintf(stderr, "%s: only %llu of %zu files parsed\n", kModes[mode].data(),
                     static_cast<unsigned long long>(parsed), texts.size());
        return 1;
      }
    }
  }
  ts_parser_delete(plain);
  coppice_scratch_destroy(&scratch);

  std::array<double, 3> median;
  std::vector<double> to_scratch;
  std::vector<double> to_plain;
  for (size_t mode = 0; mode < kModes.size(); ++mode) median[mode] = Median(seconds[mode]);
  if (only.empty()) {
    for (size_t round = 0; round < rounds; ++round) {
      to_scratch.push_back(seconds[2][round] / seconds[0][round]);
      to_plain.push_back(seconds[2][round] / seconds[1][round]);
    }
  }
  const auto size = static_cast<double>(bytes);
  const auto per = [](uint64_t a, double b) { return b == 0 ? 0 : static_cast<double>(a) / b; };
  std::printf(
      json ? "{\"files\": %zu, \"source_bytes\": %zu, \"scratch_seconds\": %.4f, "
             "\"plain_seconds\": %.4f, \"tree_seconds\": %.4f, \"tree_to_scratch\": %.4f, "
             "\"tree_to_plain\": %.4f, \"nodes\": %llu, \"bytes_per_node\": %.4f, "
             "\"bytes_per_source_byte\": %.4f, \"scratch_per_source_byte\": %.2f, "
             "\"worst_scratch_per_source_byte\": %.2f, \"largest_scratch\": %llu}\n"
           : "files %zu, source bytes %zu\nseconds: scratch %.3f, plain %.3f, tree %.3f\n"
             "tree to scratch %.3f, tree to plain %.3f\nnodes %llu, bytes a node %.3f, bytes a "
             "source byte %.4f\nscratch a source byte: mean %.1f, worst over 64 KiB %.1f; largest "
             "%llu\n",
      texts.size(), bytes, median[0], median[1], median[2], Median(to_scratch), Median(to_plain),
      static_cast<unsigned long long>(totals.nodes),
      per(totals.tree_bytes, static_cast<double>(totals.nodes)), per(totals.tree_bytes, size),
      per(totals.scratch, size), totals.worst_scratch_per_byte,
      static_cast<unsigned long long>(totals.largest_scratch));
  return 0;
}
