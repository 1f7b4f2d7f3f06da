// Numbers as packs and summaries store them: little-endian cells and LEB128.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

namespace coppice {

// Cells are little-endian wherever the reader runs; summaries are read in place, and Cap'n Proto is
// little-endian too.
static_assert(std::endian::native == std::endian::little,
              "reading summaries in place on a big-endian machine is untested");

// A cell of `width` bytes, 0 to 8; the value of a cell of no bytes is 0. Reads its first and its
// last bytes at once, which overlap where the width is no power of two.
inline std::uint64_t LoadCell(const std::byte* cell, unsigned width) {
  const auto ends = [cell, width]<class Part>(Part) {
    constexpr unsigned kSize = sizeof(Part);
    Part first;
    Part last;
    std::memcpy(&first, cell, kSize);
    std::memcpy(&last, cell + (width - kSize), kSize);
    return std::uint64_t{first} | std::uint64_t{last} << (8 * (width - kSize));
  };
  if (width >= 4) return ends(std::uint32_t{});
  if (width >= 2) return ends(std::uint16_t{});
  return width == 0 ? 0 : std::to_integer<std::uint64_t>(*cell);
}

// The same for a width of 0 to 4 where four bytes can be read whatever the width is: no branches.
inline std::uint32_t LoadPaddedCell(const std::byte* cell, unsigned width) {
  std::uint32_t value;
  std::memcpy(&value, cell, sizeof value);
  return static_cast<std::uint32_t>(value & ((std::uint64_t{1} << (8 * width)) - 1));
}

// Returns where the next cell goes.
inline char* StoreCell(char* cell, std::uint64_t value, unsigned width) {
  for (; width != 0; --width, value >>= 8) *cell++ = static_cast<char>(value);
  return cell;
}

inline void AppendCell(std::string& out, std::uint64_t value, unsigned width) {
  char cell[sizeof value];
  out.append(cell, StoreCell(cell, value, width));
}

// The least width that holds `value`.
inline unsigned CellWidth(std::uint64_t value) {
  unsigned width = 0;
  for (; value != 0; value >>= 8) ++width;
  return width;
}

// Unsigned LEB128 (DWARF 5, section 7.6) in its shortest form.
inline void AppendVarint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

// Reads one and moves `at` behind it. False if the bytes end before it does, or if it is not in its
// shortest form, or over 64 bits; `at` is then anywhere up to `end`.
inline bool ReadVarint(const std::uint8_t*& at, const std::uint8_t* end, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; at != end && shift < 64; shift += 7) {
    const std::uint64_t byte = *at++;
    if (shift == 63 && byte > 1) return false;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return byte != 0 || shift == 0;
  }
  return false;
}

inline const std::uint8_t* AsOctets(const std::byte* bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes);
}
inline const char* AsChars(const std::byte* bytes) { return reinterpret_cast<const char*>(bytes); }

}  // namespace coppice
