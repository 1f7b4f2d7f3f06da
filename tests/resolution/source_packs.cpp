#include "tests/resolution/source_packs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

#include "arena/memory_pool.h"
#include "parser/parser.h"
#include "summaries/hash.h"
#include "summaries/pack_writer.h"
#include "summaries/summary_builder.h"
#include "tests/store/temporary_tree.h"

namespace coppice::test {

std::shared_ptr<const ModuleFinder> FinderOf(std::vector<SourceFile> files, Environment environment,
                                             SearchProfile profile) {
  std::sort(files.begin(), files.end(), [](const SourceFile& a, const SourceFile& b) {
    return std::tie(a.root, a.path) < std::tie(b.root, b.path);
  });
  const TemporaryTree directory;
  auto writer = PackWriter::Create(directory / "sources.pack");
  if (!writer) {
    ADD_FAILURE() << writer.error().message;
    return nullptr;
  }
  MemoryPool pool;
  Parser parser(pool);
  SummaryBuilder builder;
  for (const SourceFile& file : files) {
    const auto tree = parser.Parse(file.text);
    if (!tree) {
      ADD_FAILURE() << file.path << " cannot be parsed";
      return nullptr;
    }
    const BuiltSummary& summary = builder.Build(*tree);
    ModuleRecord record;
    record.root = file.root;
    record.path = file.path;
    record.content_hash = HashContent(file.text);
    const auto added =
        writer->Add(record, std::as_bytes(summary.words), summary.docs, summary.names);
    if (!added) ADD_FAILURE() << added.error().message;
  }
  if (const auto info = writer->Finish(); !info) ADD_FAILURE() << info.error().message;
  auto pack = Pack::Open(directory / "sources.pack", Pack::OpenMode::kPrivateCopy);
  if (!pack) {
    ADD_FAILURE() << pack.error().message;
    return nullptr;
  }
  auto index = Index::Make({*std::move(pack)}, std::move(environment));
  if (!index) {
    ADD_FAILURE() << index.error().message;
    return nullptr;
  }
  auto finder = ModuleFinder::Make(*std::move(index), profile);
  if (finder) return *std::move(finder);
  ADD_FAILURE() << finder.error().message;
  return nullptr;
}

}  // namespace coppice::test
