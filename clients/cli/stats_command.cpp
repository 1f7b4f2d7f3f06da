// coppice stats: what a pack holds, and how large its parts are.

#include <array>
#include <memory>
#include <string>

#include "clients/cli/arguments.h"
#include "clients/cli/command.h"
#include "clients/cli/console.h"
#include "clients/cli/json.h"
#include "clients/cli/open_pack.h"

namespace coppice::cli {
namespace {

constexpr const char* kHelp =
    R"(Usage: coppice stats PACK [--json]

Prints what PACK holds and how many bytes each part of it takes.

  --json    one object: producer, format_version, schema_version, identity, roots, modules,
            modules_with_errors, modules_unknown (could not be decoded), source_bytes, lines, names
            (distinct identifiers), postings, has_docs, docs_raw_bytes (before compression), and the
            sizes of the parts in the file: pack_bytes (all of it), summary_bytes, docs_bytes,
            module_bytes, name_bytes

Example:
  coppice stats python3.pack

Exit codes: 0 done, 2 wrong call, 3 PACK is not there, unreadable, damaged or no pack.
)";

struct Call {
  std::string pack;
  bool json = false;
};

struct SyntaxCounts {
  std::uint64_t errors = 0;
  std::uint64_t unknown = 0;
};

Result<SyntaxCounts> CountSyntax(const Pack& pack) {
  SyntaxCounts counts;
  for (std::uint32_t row = 0; row < pack.module_count(); ++row) {
    const Result<ModuleInfo> module = pack.module(ModuleId{row});
    if (!module) return module.error();
    if (module->syntax == SyntaxState::kErrors) ++counts.errors;
    if (module->syntax == SyntaxState::kUnknown) ++counts.unknown;
  }
  return counts;
}

void PrintJson(const Pack& pack, const SyntaxCounts& counts, Output& output) {
  const PackInfo& info = pack.info();
  Json json(output);
  json.BeginObject();
  json.Key("producer").String(info.producer);
  json.Key("format_version").Number(info.format_version);
  json.Key("schema_version").Number(info.schema_version);
  json.Key("identity").Hash(info.identity.high, info.identity.low);
  json.Key("roots").BeginArray();
  for (const std::string_view root : pack.roots()) json.Bytes(root);
  json.EndArray();
  json.Key("modules").Number(info.module_count);
  json.Key("modules_with_errors").Number(counts.errors);
  json.Key("modules_unknown").Number(counts.unknown);
  json.Key("source_bytes").Number(info.source_bytes);
  json.Key("lines").Number(info.line_count);
  json.Key("names").Number(info.name_count);
  json.Key("postings").Number(info.posting_count);
  json.Key("has_docs").Bool(info.has_docs);
  json.Key("docs_raw_bytes").Number(info.docs_raw_bytes);
  json.Key("pack_bytes").Number(info.pack_bytes);
  json.Key("summary_bytes").Number(info.summary_bytes);
  json.Key("docs_bytes").Number(info.docs_bytes);
  json.Key("module_bytes").Number(info.module_bytes);
  json.Key("name_bytes").Number(info.name_bytes);
  json.EndObject();
  output.Put('\n');
}

void PrintTable(const Pack& pack, const SyntaxCounts& counts, Output& output) {
  const PackInfo& info = pack.info();
  output.Print("{:<12} {:>14}  {} with syntax errors, {} not decodable\n", "modules",
               Grouped(info.module_count), Grouped(counts.errors), Grouped(counts.unknown));
  output.Print("{:<12} {:>14}  {} lines\n", "source",
               Megabytes(static_cast<double>(info.source_bytes)), Grouped(info.line_count));
  output.Print("{:<12} {:>14}  {} mentions in modules\n", "names", Grouped(info.name_count),
               Grouped(info.posting_count));

  const double source = static_cast<double>(info.source_bytes);
  const auto part = [&](const char* name, std::uint64_t bytes, const std::string& note) {
    const auto size = static_cast<double>(bytes);
    output.Print("{:<12} {:>14}  {:.3f} per source byte{}\n", name, Grouped(bytes),
                 source > 0 ? size / source : 0, note);
  };
  part("pack", info.pack_bytes, "");
  part("  summaries", info.summary_bytes, "");
  part("  modules", info.module_bytes, "");
  part("  names", info.name_bytes, "");
  part("  docstrings", info.docs_bytes,
       info.has_docs ? fmt::format(", {} before compression", Grouped(info.docs_raw_bytes))
                     : ", left out");

  std::string roots;
  for (const std::string_view root : pack.roots()) {
    roots += (roots.empty() ? "" : ", ") + Printable(root);
  }
  output.Print("{:<12} {}\n", "roots", roots);
  output.Print("{:<12} {}, format {}, schema {}\n", "written by", Printable(info.producer),
               info.format_version, info.schema_version);
  output.Print("{:<12} {:016x}{:016x}\n", "identity", info.identity.high, info.identity.low);
}

int Run(const Call& call) {
  const Result<std::shared_ptr<const Pack>> pack = OpenPack(call.pack);
  if (!pack) return Fail(pack.error());
  const Result<SyntaxCounts> counts = CountSyntax(**pack);
  if (!counts) return Fail(counts.error());
  Output output;
  if (call.json) {
    PrintJson(**pack, *counts, output);
  } else {
    PrintTable(**pack, *counts, output);
  }
  return output.Finish();
}

}  // namespace

Action DeclareStats(CLI::App& app) {
  SetHelp(app, kHelp);
  const auto call = std::make_shared<Call>();
  app.add_option("PACK", call->pack)->required()->check(NotEmpty());
  app.add_flag("--json", call->json);
  return [call] { return Run(*call); };
}

}  // namespace coppice::cli
