#include "parser/parse_error.h"

#include <stdexcept>

namespace coppice {

void throw_exception_from_error(const ParseError& error, const boost::source_location&) {
  throw std::runtime_error(error.reason);
}

}  // namespace coppice
