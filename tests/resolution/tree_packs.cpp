#include "tests/resolution/tree_packs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "summaries/pack_writer.h"
#include "tests/store/temporary_tree.h"

namespace coppice::test {

std::shared_ptr<const Pack> PackOf(std::vector<TreeFile> files, const std::string& path) {
  std::sort(files.begin(), files.end());
  constexpr std::array<uint64_t, 1> kNoSummary = {0};
  auto writer = PackWriter::Create(path);
  if (!writer) {
    ADD_FAILURE() << writer.error().message;
    return nullptr;
  }
  for (const auto& [root, file] : files) {
    ModuleRecord record;
    record.root = root;
    record.path = file;
    const auto added = writer->Add(record, std::as_bytes(std::span(kNoSummary)), {}, {});
    if (!added) ADD_FAILURE() << added.error().message;
  }
  if (const auto info = writer->Finish(); !info) ADD_FAILURE() << info.error().message;
  auto pack = Pack::Open(path, Pack::OpenMode::kPrivateCopy);
  if (pack) return *pack;
  ADD_FAILURE() << pack.error().message;
  return nullptr;
}

std::shared_ptr<const Index> IndexOf(const std::vector<TreeFile>& files, Environment environment) {
  const TemporaryTree directory;
  std::vector<std::shared_ptr<const Pack>> packs;
  if (!files.empty()) packs.push_back(PackOf(files, directory / "tree.pack"));
  auto index = Index::Make(std::move(packs), std::move(environment));
  if (index) return *index;
  ADD_FAILURE() << index.error().message;
  return nullptr;
}

}  // namespace coppice::test
