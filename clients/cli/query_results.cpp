#include "clients/cli/query_results.h"

namespace coppice::cli {

void QueryResults::WriteModuleFields(std::string_view key, std::string_view name,
                                     const ModuleInfo& info) {
  json_.Key(key).Bytes(name);
  json_.Key("root").Bytes(roots_.Directory(info.root));
  json_.Key("path").Bytes(info.path);
}

int QueryResults::Finish(const Result<void>& result) {
  if (!result) {
    output_.Finish();
    return Fail(result.error());
  }
  if (as_json_) {
    BeginArrayOnce();
    json_.EndArray();
    output_.Put('\n');
  } else {
    lines_.Print(output_);
  }
  const int code = output_.Finish(found ? kDone : kNothingFound);
  if (code == kNothingFound) PrintNote("nothing found: " + why_nothing);
  return code;
}

}  // namespace coppice::cli
