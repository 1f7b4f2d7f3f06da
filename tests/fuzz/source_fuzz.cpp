// Any bytes as a source file: decoded, parsed, summarised; the summary must be sound.

#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "parser/dump.h"
#include "parser/parser.h"
#include "parser/source.h"
#include "summaries/summary_builder.h"
#include "tests/summaries/read_everything.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace coppice;
  static MemoryPool pool;
  static Parser parser(pool);
  static SummaryBuilder builder;

  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string storage;
  auto source = DecodeSource(bytes, storage);
  if (!source) source = DecodeLossy(bytes, storage);
  if (!source) return 0;
  if (ValidUtf8Prefix(source->text) != source->text.size()) std::abort();

  const auto tree = parser.Parse(source->text);
  if (!tree) return 0;
  for (const auto format : {DumpFormat::kSExpression, DumpFormat::kTree, DumpFormat::kJson}) {
    Dump(*tree, format, [](std::string_view) {});
  }

  const BuiltSummary& built = builder.Build(*tree);
  const auto message = std::as_bytes(built.words);
  if (!SummaryView::Verify(message)) std::abort();
  const SummaryView summary(message);
  ReadEverything(summary);
  if (summary.doc_count() != built.docs.size()) std::abort();
  if (summary.InterfaceHash() != built.interface_hash) std::abort();
  return 0;
}
