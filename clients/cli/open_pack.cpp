#include "clients/cli/open_pack.h"

#include <filesystem>
#include <system_error>

namespace coppice::cli {

Result<std::shared_ptr<const Pack>> OpenPack(const std::string& path, Pack::OpenMode mode) {
  Result<std::shared_ptr<const Pack>> pack = Pack::Open(path, mode);
  if (!pack && pack.error().code == ErrorCode::kNotFound) {
    return Error{ErrorCode::kNotFound,
                 path + ": there is no such pack; build it with: coppice index ROOT... -o " + path};
  }
  return pack;
}

Result<std::shared_ptr<const Index>> OpenIndex(const std::string& path) {
  std::error_code ignored;
  Result<std::shared_ptr<const Index>> index = Index::Open(path);
  if (!index && index.error().code == ErrorCode::kNotFound &&
      !std::filesystem::exists(path, ignored)) {
    return Error{ErrorCode::kNotFound,
                 path +
                     ": there is no such index or pack; build one with: coppice index ROOT... "
                     "-o " +
                     path};
  }
  return index;
}

}  // namespace coppice::cli
