#include "tests/resolution/source_index.h"

#include <gtest/gtest.h>

#include <span>
#include <utility>

#include "arena/memory_pool.h"
#include "parser/parser.h"
#include "summaries/hash.h"
#include "summaries/pack_writer.h"
#include "summaries/summary_builder.h"
#include "tests/store/temporary_tree.h"

namespace coppice::test {
namespace {

constexpr const char* kRoot = "src";

using Place = std::pair<std::string, std::string>;

Place PlaceOf(const std::string& key) {
  const std::size_t colon = key.find(':');
  if (colon == key.npos) return {kRoot, key};
  return {key.substr(0, colon), key.substr(colon + 1)};
}

void Add(PackWriter& writer, const Place& place, const std::string& text) {
  MemoryPool pool;
  const auto tree = Parser(pool).Parse(text);
  ASSERT_TRUE(tree);
  SummaryBuilder builder;
  const BuiltSummary& summary = builder.Build(*tree);
  ModuleRecord record;
  record.root = place.first;
  record.path = place.second;
  record.content_hash = HashContent(text);
  record.interface_hash = summary.interface_hash;
  const auto added = writer.Add(record, std::as_bytes(summary.words), summary.docs, summary.names);
  ASSERT_TRUE(added) << added.error().message;
}

std::shared_ptr<const Pack> PackOfSources(const Sources& sources) {
  const TemporaryTree directory;
  auto writer = PackWriter::Create(directory / "sources.pack");
  if (!writer) {
    ADD_FAILURE() << writer.error().message;
    return nullptr;
  }
  std::map<Place, std::string> by_place;
  for (const auto& [key, text] : sources) by_place[PlaceOf(key)] = text;
  for (const auto& [place, text] : by_place) Add(*writer, place, text);
  if (const auto info = writer->Finish(); !info) ADD_FAILURE() << info.error().message;
  auto pack = Pack::Open(directory / "sources.pack", Pack::OpenMode::kPrivateCopy);
  if (pack) return *std::move(pack);
  ADD_FAILURE() << pack.error().message;
  return nullptr;
}

}  // namespace

std::shared_ptr<const Index> IndexOfPacks(const std::vector<Sources>& packs,
                                          Environment environment) {
  std::vector<std::shared_ptr<const Pack>> opened;
  for (const Sources& sources : packs) opened.push_back(PackOfSources(sources));
  if (environment.roots.empty()) {
    environment.roots.push_back({kRoot, {}, RootRole::kProject, {}, {}});
  }
  auto index = Index::Make(std::move(opened), std::move(environment));
  if (index) return *index;
  ADD_FAILURE() << index.error().message;
  return nullptr;
}

std::shared_ptr<const ModuleFinder> FinderOfSources(const Sources& sources, SearchProfile profile,
                                                    Environment environment) {
  auto finder = ModuleFinder::Make(IndexOfPacks({sources}, std::move(environment)), profile);
  if (finder) return *finder;
  ADD_FAILURE() << finder.error().message;
  return nullptr;
}

}  // namespace coppice::test
