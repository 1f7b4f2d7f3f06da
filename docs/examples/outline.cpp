// Prints the outline of one Python file: source text to syntax tree to summary, in memory.
//
//   outline module.py

#include <cstdio>
#include <string>

#include "parser/parser.h"
#include "parser/source.h"
#include "store/file_system.h"
#include "summaries/summary_builder.h"
#include "summaries/summary_view.h"

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: outline FILE\n"), 2;
  std::string bytes;
  constexpr uint64_t kLargest = uint64_t{16} << 20;
  const auto read = coppice::PosixFileSystem().ReadFile(argv[1], kLargest, bytes);
  if (!read) return std::fprintf(stderr, "%s: %s\n", argv[1], read.error().reason.c_str()), 1;

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
