// Prints the outline of one Python file: source text to syntax tree to summary, in memory.
//
//   outline module.py

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "parser/parser.h"
#include "parser/source.h"
#include "summaries/summary_builder.h"
#include "summaries/summary_view.h"

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: outline FILE\n"), 2;
  std::ifstream file(argv[1], std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (!file) return std::fprintf(stderr, "%s: cannot be read\n", argv[1]), 1;

  std::string storage;  // holds the text if it had to be converted to UTF-8
  const auto source = coppice::DecodeSource(bytes, storage);
  if (!source) return std::fprintf(stderr, "%s\n", source.error().reason.c_str()), 1;

  coppice::MemoryPool pool;
  coppice::Parser parser(pool);
  const auto tree = parser.Parse(source->text);
  if (!tree) return std::fprintf(stderr, "%s\n", tree.error().reason.c_str()), 1;

  coppice::SummaryBuilder builder;
  const coppice::BuiltSummary& built = builder.Build(*tree);
  const coppice::SummaryView summary(std::as_bytes(built.words));
  for (const uint32_t row : summary.RowsByPosition()) {
    const coppice::Symbol symbol = summary.symbol(row);
    const std::string_view kind = coppice::KindName(symbol.kind());
    std::printf("%5u  %-10.*s %s\n", symbol.line(), static_cast<int>(kind.size()), kind.data(),
                symbol.qualname().c_str());
  }
}
