#include "clients/cli/open_pack.h"

namespace coppice::cli {

Result<std::shared_ptr<const Pack>> OpenPack(const std::string& path, Pack::OpenMode mode) {
  Result<std::shared_ptr<const Pack>> pack = Pack::Open(path, mode);
  if (!pack && pack.error().code == ErrorCode::kNotFound) {
    return Error{ErrorCode::kNotFound,
                 path + ": there is no such pack; build it with: coppice index ROOT... -o " + path};
  }
  return pack;
}

}  // namespace coppice::cli
