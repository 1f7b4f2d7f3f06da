// coppice verify: checks every byte of a pack.

#include <memory>
#include <set>
#include <string>

#include "clients/cli/arguments.h"
#include "clients/cli/command.h"
#include "clients/cli/console.h"
#include "clients/cli/open_pack.h"
#include "summaries/docs_reader.h"
#include "summaries/pack.h"

namespace coppice::cli {
namespace {

constexpr const char* kHelp =
    R"(Usage: coppice verify PACK

Checks every checksum of PACK, that the tables agree with each other, and that every summary is
sound; names what is damaged: the first damaged table, and every damaged module.

Example:
  coppice verify python3.pack && cp python3.pack /srv/packs/

Exit codes: 0 sound, 1 damaged, or a file that is no pack, 2 wrong call, 3 PACK is not there, cannot
be read, or is of a version that this program does not read.
)";

struct Call {
  std::string pack;
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

int Run(const Call& call) {
  // Read at once: a file that is checked may be one that somebody is still copying.
  const Result<std::shared_ptr<const Pack>> pack =
      OpenPack(call.pack, Pack::OpenMode::kPrivateCopy);
  const Result<void> result = pack ? (*pack)->Verify() : Result<void>(pack.error());
  if (!result) {
    const int code = Fail(result.error());
    if (pack) PrintDamagedModules(**pack, result.error().message);
    return result.error().code == ErrorCode::kDamaged ? int{kNothingFound} : code;
  }
  Output output;
  output.Print("{}: sound, {} modules, {} bytes\n", Printable(call.pack),
               Grouped((*pack)->module_count()), Grouped((*pack)->info().pack_bytes));
  return output.Finish();
}

}  // namespace

Action DeclareVerify(CLI::App& app) {
  SetHelp(app, kHelp);
  const auto call = std::make_shared<Call>();
  app.add_option("PACK", call->pack)->required()->check(NotEmpty());
  return [call] { return Run(*call); };
}

}  // namespace coppice::cli
