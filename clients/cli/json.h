// JSON on standard output, written as it comes.

#pragma once

#include <rapidjson/writer.h>

#include <cstdint>
#include <optional>
#include <string_view>

#include "clients/cli/console.h"

namespace coppice::cli {

// Objects and arrays nest on the heap, not on the stack.
class Json {
 public:
  explicit Json(Output& output) : writer_(output) { writer_.SetMaxDecimalPlaces(6); }

  void BeginObject() { writer_.StartObject(); }
  void EndObject() { writer_.EndObject(); }
  void BeginArray() { writer_.StartArray(); }
  void EndArray() { writer_.EndArray(); }
  Json& Key(std::string_view key) {
    writer_.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
    return *this;
  }

  // Valid UTF-8.
  void String(std::string_view text) {
    writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
  // Any bytes: those that are no UTF-8 become \udc80 to \udcff, as Python's surrogateescape has
  // them, so that nothing is lost.
  void Bytes(std::string_view bytes);
  void Number(std::uint64_t number) { writer_.Uint64(number); }
  void Real(double number) { writer_.Double(number); }
  void Bool(bool value) { writer_.Bool(value); }
  void Null() { writer_.Null(); }
  // 16 or 32 hexadecimal digits.
  void Hash(std::uint64_t hash);
  void Hash(std::uint64_t high, std::uint64_t low);

  // Left out if there is none.
  void OptionalField(std::string_view key, const std::optional<std::string_view>& text) {
    if (text) Key(key).String(*text);
  }

  // Makes ready for another value at the top level.
  void NextLine(Output& output) {
    output.Put('\n');
    writer_.Reset(output);
  }

 private:
  rapidjson::Writer<Output> writer_;
};

}  // namespace coppice::cli
