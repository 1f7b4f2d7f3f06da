#include "clients/cli/json.h"

#include <fmt/format.h>

#include <string>

#include "parser/source.h"

namespace coppice::cli {
namespace {

void AppendEscaped(std::string& out, std::string_view text) {
  for (const char character : text) {
    const auto code = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      out += '\\';
      out += character;
    } else if (code < 0x20) {
      out += fmt::format("\\u{:04x}", code);
    } else {
      out += character;
    }
  }
}

}  // namespace

void Json::Bytes(std::string_view bytes) {
  if (ValidUtf8Prefix(bytes) == bytes.size()) return String(bytes);
  std::string out = "\"";
  while (!bytes.empty()) {
    const std::size_t valid = ValidUtf8Prefix(bytes);
    AppendEscaped(out, bytes.substr(0, valid));
    bytes.remove_prefix(valid);
    if (bytes.empty()) break;
    out += fmt::format("\\udc{:02x}", static_cast<unsigned char>(bytes.front()));
    bytes.remove_prefix(1);
  }
  out += '"';
  writer_.RawValue(out.data(), out.size(), rapidjson::kStringType);
}

void Json::Hash(std::uint64_t hash) { String(fmt::format("{:016x}", hash)); }
void Json::Hash(std::uint64_t high, std::uint64_t low) {
  String(fmt::format("{:016x}{:016x}", high, low));
}

}  // namespace coppice::cli
