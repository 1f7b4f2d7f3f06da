// The list behind FindCodec.

#pragma once

#include <span>

#include "parser/codec.h"

namespace coppice {

// In order of their modules' names; static storage.
std::span<const Codec> AllCodecs();

}  // namespace coppice
