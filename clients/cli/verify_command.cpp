// coppice verify: checks every byte of a pack, or of those of an index.

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "clients/cli/arguments.h"
#include "clients/cli/command.h"
#include "clients/cli/console.h"
#include "clients/cli/open_pack.h"
#include "summaries/docs_reader.h"
#include "summaries/pack.h"

namespace coppice::cli {
namespace {

constexpr const char* kHelp =
    R"(Usage: coppice verify INDEX

Checks every checksum of a pack, that the tables agree with each other, and that every summary is
sound; names what is damaged: the first damaged table, and every damaged module. INDEX is a pack, or
an index (its directory or its index.json): then all of its packs, and that they are those it names.

Examples:
  coppice verify python3.pack && cp python3.pack /srv/packs/
  coppice verify .coppice

Exit codes: 0 sound, 1 damaged, or a file that is neither pack nor index, 2 wrong call, 3 INDEX is
not there, cannot be read, or is of a version that this program does not read.
)";

struct Call {
  std::string index;
};

// What else is damaged, once Verify has found something: a check of one module after another, as it
// stops at the first.
void PrintDamagedModules(const Pack& pack, const std::string& known) {
  std::set<std::string> problems;
  const auto note = [&](const auto& result) {
    if (result || result.error().code == ErrorCode::kUnavailable) return;
    if (result.error().message != known && problems.insert(result.error().message).second) {
      PrintError(Printable(result.error().message));
    }
  };
  DocsReader docs(pack);
  for (std::uint32_t row = 0; row < pack.module_count(); ++row) {
    note(pack.module(ModuleId{row}));
    note(pack.summary(ModuleId{row}));
    note(docs.Read(ModuleId{row}));
  }
}

int VerifyPack(const std::string& path, Output& output) {
  // Read at once: a file that is checked may be one that somebody is still copying.
  const Result<std::shared_ptr<const Pack>> pack = OpenPack(path, Pack::OpenMode::kPrivateCopy);
  const Result<void> result = pack ? (*pack)->Verify() : Result<void>(pack.error());
  if (!result) {
    const int code = Fail(result.error());
    if (pack) PrintDamagedModules(**pack, result.error().message);
    return result.error().code == ErrorCode::kDamaged ? int{kNothingFound} : code;
  }
  output.Print("{}: sound, {} modules, {} bytes\n", Printable(path),
               Grouped((*pack)->module_count()), Grouped((*pack)->info().pack_bytes));
  return kDone;
}

// Whether packs that are sound alone are those that the index names.
int VerifyIndex(const std::string& path) {
  const Result<std::shared_ptr<const Index>> index = OpenIndex(path);
  if (index) return kDone;
  const int code = Fail(index.error());
  return index.error().code == ErrorCode::kDamaged ? int{kNothingFound} : code;
}

int Run(const Call& call) {
  const Result<std::vector<std::string>> packs = PacksOf(call.index);
  if (!packs) {
    const int code = Fail(packs.error());
    return packs.error().code == ErrorCode::kDamaged ? int{kNothingFound} : code;
  }
  Output output;
  int code = kDone;
  for (const std::string& pack : *packs) code = std::max(code, VerifyPack(pack, output));
  if (code == kDone && NamesManifest(call.index)) code = VerifyIndex(call.index);
  return output.Finish(code);
}

}  // namespace

Action DeclareVerify(CLI::App& app) {
  SetHelp(app, kHelp);
  const auto call = std::make_shared<Call>();
  app.add_option("INDEX", call->index)->required()->check(NotEmpty());
  return [call] { return Run(*call); };
}

}  // namespace coppice::cli
