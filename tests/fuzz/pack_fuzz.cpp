// A pack's bytes to every call of the reader.
//
// The first byte of an input chooses what the rest is: a file as it is, a file whose checksums are
// made right first, or edits (offset in two bytes, value) to a sound pack, whose checksums are made
// right too, so that the fuzzer sees behind them.
#include <stdlib.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "summaries/docs_reader.h"
#include "summaries/pack.h"
#include "summaries/pack_writer.h"
#include "tests/summaries/pack_repair.h"
#include "tests/summaries/read_everything.h"
#include "tests/summaries/sound_summary.h"

namespace coppice {
namespace {

std::string MakePack() {
  std::string directory = "/tmp/pack_fuzz-XXXXXX";
  if (mkdtemp(directory.data()) == nullptr) abort();
  const std::string file = directory + "/p";
  auto writer = PackWriter::Create(file);
  if (!writer) abort();
  const std::vector<std::uint64_t> summary = test::SoundSummary(2, true);
  const std::uint64_t interface_hash = test::InterfaceHashOf(summary);
  const std::string_view docs[] = {"Says something."};
  const NameMention names[] = {{"alpha", true}, {"beta", false}, {"module", false}};
  const std::pair<const char*, const char*> files[] = {
      {"first", "a.py"}, {"first", "a.pyi"}, {"second", "b/__init__.py"}, {"second", "b/c.py"}};
  for (const auto& [root, path] : files) {
    const ModuleRecord record{.root = root,
                              .path = path,
                              .content_hash = {1, 2},
                              .interface_hash = interface_hash,
                              .lines = 3,
                              .source_bytes = 4};
    if (!writer->Add(record, std::as_bytes(std::span(summary)), docs, names)) abort();
  }
  if (!writer->Finish()) abort();
  std::ifstream stream(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  std::remove(file.c_str());
  std::remove(directory.c_str());
  if (!Pack::FromBytes(std::as_bytes(std::span(bytes)), "sound", Pack::Checking::kAll)) abort();
  return bytes;
}

std::string InputToPack(std::span<const std::uint8_t> input) {
  static const std::string sound = MakePack();
  const std::uint8_t form = input.empty() ? 0 : input[0];
  if (!input.empty()) input = input.subspan(1);
  if (form % 4 < 2) {
    std::string bytes(input.begin(), input.end());
    return form % 4 == 0 ? bytes : test::RepairChecksums(std::move(bytes));
  }
  std::string bytes = sound;
  for (; input.size() >= 3; input = input.subspan(3)) {
    bytes[static_cast<std::size_t>(input[0] << 8 | input[1]) % bytes.size()] =
        static_cast<char>(input[2]);
  }
  return test::RepairChecksums(std::move(bytes));
}

void AskEverything(const Pack& pack) {
  DocsReader docs(pack);
  for (std::uint32_t row = 0; row < pack.module_count() && row < 100; ++row) {
    const ModuleId id{row};
    if (const auto summary = pack.summary(id)) ReadEverything(*summary);
    static_cast<void>(docs.Read(id));
    const auto info = pack.module(id);
    if (!info) continue;
    static_cast<void>(pack.FindFile(info->root, info->path));
    static_cast<void>(pack.FindPathPrefix(info->root, info->path.substr(0, 2)));
    const std::string name = info->name();
    if (const auto found = pack.FindModules(name)) {
      for (const ModuleId same : *found) static_cast<void>(pack.module(same));
    }
    static_cast<void>(CandidateImporters(pack, name));
  }
  for (const char* name : {"", "alpha", "beta", "absent"}) {
    if (const auto found = pack.FindName(name)) {
      for (const NamePosting& posting : *found) static_cast<void>(pack.module(posting.module));
    }
    static_cast<void>(pack.SearchNames(name, 3, CaseMatch::kIgnoreAscii));
  }
  static_cast<void>(pack.Verify());
}

}  // namespace
}  // namespace coppice

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes = coppice::InputToPack({data, size});
  const auto pack = coppice::Pack::FromBytes(std::as_bytes(std::span(bytes)), "fuzz");
  if (pack) coppice::AskEverything(**pack);
  return 0;
}
