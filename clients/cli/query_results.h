// What a query found: elements of one JSON array, or lines for people.

#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "clients/cli/aligned_lines.h"
#include "clients/cli/console.h"
#include "clients/cli/json.h"
#include "clients/cli/query.h"
#include "clients/cli/root_directories.h"

namespace coppice::cli {

class QueryResults {
 public:
  QueryResults(const Query& query, const RootDirectories& roots)
      : as_json_(query.json), roots_(roots), json_(output_) {}

  bool as_json() const { return as_json_; }
  const RootDirectories& roots() const { return roots_; }
  Json& json() { return json_; }

  // Begins an object of the array, which is begun with the first one: an error before must not
  // leave a lone bracket.
  void BeginElement() {
    BeginArrayOnce();
    json_.BeginObject();
  }
  // Fields of a module, within an object: `key`, the module's dotted name, and its file as "root"
  // and "path".
  void WriteModuleFields(std::string_view key, std::string_view name, const ModuleInfo& info);
  // The same, for a whole element that is written elsewhere.
  void BeginArrayOnce() {
    if (!std::exchange(array_begun_, true)) json_.BeginArray();
  }

  void AddLine(std::string place, std::string text) {
    lines_.Add(std::move(place), std::move(text));
  }
  // "path", "path:line" and "path:line:column", to be opened.
  std::string PlaceOf(const ModuleInfo& info) const { return Printable(roots_.Path(info)); }
  std::string PlaceOf(const ModuleInfo& info, std::uint32_t line) const {
    return fmt::format("{}:{}", PlaceOf(info), line);
  }
  std::string PlaceOf(const ModuleInfo& info, std::uint32_t line, std::uint32_t column) const {
    return fmt::format("{}:{}:{}", PlaceOf(info), line, column);
  }

  // Whether there is an answer, be it an empty one.
  bool found = false;
  std::string why_nothing;  // and what may have been meant; for people

  // Writes what was not yet written, and says what went wrong or that there is nothing. Returns the
  // exit code.
  int Finish(const Result<void>& result);

 private:
  const bool as_json_;
  const RootDirectories& roots_;
  Output output_;
  Json json_;
  AlignedLines lines_;
  bool array_begun_ = false;
};

}  // namespace coppice::cli
