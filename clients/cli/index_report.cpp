#include "clients/cli/index_report.h"

#include <fmt/format.h>

namespace coppice::cli {

void PutReport(const IndexReport& report, Json& json) {
  json.Key("modules").Number(report.modules);
  json.Key("parsed").Number(report.parsed);
  json.Key("reused").Number(report.reused);
  json.Key("source_bytes").Number(report.source_bytes);
  json.Key("lines").Number(report.lines);
  json.Key("files_with_errors").Number(report.files_with_errors);
  json.Key("undecodable").Number(report.undecodable);
  json.Key("skipped").Number(report.skipped);
  json.Key("seconds").Real(report.seconds);
  json.Key("ast_bytes").Number(report.ast_bytes);
  json.Key("ast_nodes").Number(report.ast_nodes);
  json.Key("summary_bytes").Number(report.summary_bytes);
  json.Key("docs_bytes").Number(report.docs_bytes);
  json.Key("pack_bytes").Number(report.pack_bytes);
  json.Key("peak_rss_bytes").Number(report.peak_rss_bytes);
}

void PrintReport(const IndexReport& report, const std::string& pack, Output& output) {
  const auto source = static_cast<double>(report.source_bytes);
  // Of what was read: to confirm that files are unchanged is no work by the megabyte.
  const double read = static_cast<double>(report.read_bytes) / 1e6;
  const std::string speed = report.parsed != 0 && report.seconds > 0
                                ? fmt::format("  {:.1f} MB/s", read / report.seconds)
                                : "";
  output.Print("{:<12} {:>12}  {} parsed, {} reused{}\n", "modules", Grouped(report.modules),
               Grouped(report.parsed), Grouped(report.reused),
               report.skipped != 0 ? fmt::format(", {} skipped", Grouped(report.skipped)) : "");
  output.Print("{:<12} {:>12}  {}\n", "lines", Grouped(report.lines), Megabytes(source));
  output.Print("{:<12} {:>12.2f}{}\n", "seconds", report.seconds, speed);
  output.Print(
      "{:<12} {:>12}  modules with syntax errors{}\n", "errors", Grouped(report.files_with_errors),
      report.undecodable != 0 ? fmt::format(", {} more not decodable", Grouped(report.undecodable))
                              : "");
  output.Print("{:<12} {:>12}  {}{}\n", "pack", Megabytes(static_cast<double>(report.pack_bytes)),
               Printable(pack), report.pack_written ? "" : " (was up to date)");
  output.Print("{:<12} {:>12}\n", "peak memory",
               Megabytes(static_cast<double>(report.peak_rss_bytes)));
}

}  // namespace coppice::cli
