// Content hashes: XXH3 of the xxHash library, seed 0. They find damage and equal content; they are
// no defence against someone who makes collisions on purpose.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace coppice {

struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  friend auto operator<=>(const Hash128&, const Hash128&) = default;
};

std::uint64_t Hash64(std::string_view bytes);
std::uint64_t Hash64(std::span<const std::byte> bytes);
Hash128 HashContent(std::string_view bytes);
Hash128 HashContent(std::span<const std::byte> bytes);

// 32 hexadecimal digits, the high half first.
std::string HexDigits(const Hash128& hash);

}  // namespace coppice
