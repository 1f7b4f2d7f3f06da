#include "parser/record.h"

namespace coppice::record {

constinit const std::array<Code, kEscape> kCodes = {};

}  // namespace coppice::record
