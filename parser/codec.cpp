#include "parser/codec.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>
#include <unordered_map>

#include "parser/codec_table.h"
#include "parser/utf8.h"

namespace coppice {
namespace {

unsigned char Byte(char c) { return static_cast<unsigned char>(c); }

// Calls visit(word) for the blank-separated words of `text` until it returns true.
template <class Visit>
bool AnyWord(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (visit(text.substr(0, end))) return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

// encodings.normalize_encoding, after the registry's lower-casing.
std::string NormalizedName(std::string_view name) {
  std::string normalized;
  bool separated = false;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool kept = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.';
    if (!kept) {
      separated = true;
      continue;
    }
    if (separated && !normalized.empty()) normalized += '_';
    separated = false;
    normalized += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return normalized;
}

// An open iconv descriptor to UTF-8.
class Converter {
 public:
  explicit Converter(std::string_view charset)
      : descriptor_(iconv_open("UTF-8", std::string(charset).c_str())) {}
  ~Converter() {
    if (*this) iconv_close(descriptor_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  // errno of iconv_open is of no interest: the system either knows the charset or does not.
  explicit operator bool() const {
    // iconv_t is a pointer type here and -1 its invalid value, as POSIX has it.
    return reinterpret_cast<std::intptr_t>(descriptor_) != -1;
  }

  // Appends what `input` from `*used` on decodes to and moves `*used` past what was read.
  // Returns 0, EILSEQ (the bytes at *used are invalid) or EINVAL (they are incomplete).
  int Append(std::string_view input, std::size_t* used, std::string& text) {
    std::array<char, 4096> buffer;
    while (true) {
      char* in = const_cast<char*>(input.data()) + *used;  // iconv does not write through it
      std::size_t in_left = input.size() - *used;
      char* out = buffer.data();
      std::size_t out_left = buffer.size();
      const std::size_t result = iconv(descriptor_, &in, &in_left, &out, &out_left);
      const int error = result == static_cast<std::size_t>(-1) ? errno : 0;
      text.append(buffer.data(), buffer.size() - out_left);
      *used = input.size() - in_left;
      if (error != E2BIG) return error;
    }
  }

  // Appends what the descriptor holds back and returns to the initial state.
  void Finish(std::string& text) {
    std::array<char, 64> buffer;
    char* out = buffer.data();
    std::size_t out_left = buffer.size();
    iconv(descriptor_, nullptr, nullptr, &out, &out_left);
    text.append(buffer.data(), buffer.size() - out_left);
  }

  // All of `code`, which begins in the initial state, as one character. EINVAL asks for more.
  int AppendCharacter(std::string_view code, std::string& text) {
    const std::size_t before = text.size();
    std::size_t used = 0;
    const int error = Append(code, &used, text);
    Finish(text);
    if (error != 0) text.resize(before);
    return error;
  }

 private:
  iconv_t descriptor_;
};

// What CPython maps otherwise than iconv: from a code's bytes to UTF-8, nullopt for an error.
class Corrections {
 public:
  explicit Corrections(std::string_view facts) {
    AnyWord(facts, [this](std::string_view run) {
      AddRun(run);
      return false;
    });
  }

  // Null if the code is as iconv has it.
  const std::optional<std::string>* Find(std::string_view code) const {
    if (!leads_[Byte(code.front())]) return nullptr;
    const auto found = by_code_.find(std::string(code));
    return found == by_code_.end() ? nullptr : &found->second;
  }

 private:
  static std::uint32_t Hex(std::string_view digits) {
    std::uint32_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return value;
  }

  void Add(std::uint32_t code, std::size_t length, std::optional<std::string> text) {
    std::string bytes;
    for (std::size_t i = length; i-- > 0;) bytes += static_cast<char>((code >> (8 * i)) & 0xFF);
    leads_[Byte(bytes.front())] = true;
    by_code_.emplace(std::move(bytes), std::move(text));
  }

  void AddRun(std::string_view run) {
    const std::size_t equals = run.find('=');
    const std::size_t length = equals / 2;
    std::uint32_t code = Hex(run.substr(0, equals));
    std::string_view values = run.substr(equals + 1);
    while (!values.empty()) {
      const std::size_t end = std::min(values.find(','), values.size());
      code = AddValue(values.substr(0, end), code, length);
      values.remove_prefix(std::min(end + 1, values.size()));
    }
  }

  // Returns the code after the last one that `value` is about.
  std::uint32_t AddValue(std::string_view value, std::uint32_t code, std::size_t length) {
    if (value.front() == '-') {
      int count = 1;
      std::from_chars(value.data() + 1, value.data() + value.size(), count);
      for (; count > 0; --count) Add(code++, length, std::nullopt);
      return code;
    }
    std::string text;
    const std::size_t plus = value.find('+');
    if (plus != value.npos) {
      AppendUtf8(Hex(value.substr(0, plus)), text);
      AppendUtf8(Hex(value.substr(plus + 1)), text);
      Add(code++, length, std::move(text));
      return code;
    }
    const std::size_t dots = value.find("..");
    const std::uint32_t first = Hex(value.substr(0, dots));
    const std::uint32_t last = dots == value.npos ? first : Hex(value.substr(dots + 2));
    for (std::uint32_t point = first; point <= last; ++point) {
      text.clear();
      AppendUtf8(point, text);
      Add(code++, length, text);
    }
    return code;
  }

  std::unordered_map<std::string, std::optional<std::string>> by_code_;
  std::array<bool, 256> leads_ = {};  // the first bytes of all codes in by_code_
};

DecodeOutcome DecodeLatin1(std::string_view bytes, std::string& text) {
  for (const char c : bytes) AppendUtf8(Byte(c), text);
  return {DecodeStatus::kDone};
}

DecodeOutcome DecodeAscii(std::string_view bytes, DecodePolicy policy, std::string& text) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (Byte(bytes[at]) < 0x80) {
      text += bytes[at];
    } else if (policy == DecodePolicy::kReplace) {
      text += kReplacementCharacter;
    } else {
      return {DecodeStatus::kInvalid, at};
    }
  }
  return {DecodeStatus::kDone};
}

DecodeOutcome DecodeSingleByte(const Codec& codec, std::string_view bytes, DecodePolicy policy,
                               std::string& text) {
  Converter converter(codec.iconv_name);
  if (!converter) return {DecodeStatus::kNoConverter};
  const Corrections corrections(codec.corrections);
  std::array<std::optional<std::string>, 256> table;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const char c = static_cast<char>(i);
    const std::string_view code(&c, 1);
    if (const auto* corrected = corrections.Find(code)) {
      table[i] = *corrected;
    } else if (std::string character; converter.AppendCharacter(code, character) == 0) {
      table[i] = std::move(character);
    }
  }
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (const auto& character = table[Byte(bytes[at])]) {
      text += *character;
    } else if (policy == DecodePolicy::kReplace) {
      text += kReplacementCharacter;
    } else {
      return {DecodeStatus::kInvalid, at};
    }
  }
  return {DecodeStatus::kDone};
}

// iconv reads lone bytes that begin nothing as C1 controls in some charsets; CPython does not.
bool IsC1Control(std::string_view character) {
  return character.size() == 2 && character[0] == '\xC2' && Byte(character[1]) < 0xA0;
}

class MultiByteDecoder {
 public:
  explicit MultiByteDecoder(const Codec& codec)
      : converter_(codec.iconv_name), corrections_(codec.corrections) {}

  explicit operator bool() const { return static_cast<bool>(converter_); }

  // Appends the character at the head of `bytes` and returns its length, 0 if there is none.
  std::size_t AppendNext(std::string_view bytes, std::string& text) {
    const std::size_t longest = std::min(kLongestCode, bytes.size());
    for (std::size_t length = 1; length <= longest; ++length) {
      const auto* corrected = corrections_.Find(bytes.substr(0, length));
      if (!corrected) continue;
      if (!*corrected) return 0;
      text += **corrected;
      return length;
    }
    if (Byte(bytes.front()) < 0x80) {
      text += bytes.front();
      return 1;
    }
    for (std::size_t length = 1; length <= longest; ++length) {
      const std::size_t before = text.size();
      const int error = converter_.AppendCharacter(bytes.substr(0, length), text);
      if (error == EINVAL) continue;
      if (error != 0) return 0;
      if (length > 1 || !IsC1Control(std::string_view(text).substr(before))) return length;
      text.resize(before);
      return 0;
    }
    return 0;
  }

 private:
  static constexpr std::size_t kLongestCode = 4;  // of GB 18030

  Converter converter_;
  Corrections corrections_;
};

DecodeOutcome DecodeMultiByte(const Codec& codec, std::string_view bytes, DecodePolicy policy,
                              std::string& text) {
  MultiByteDecoder decoder(codec);
  if (!decoder) return {DecodeStatus::kNoConverter};
  for (std::size_t at = 0; at < bytes.size();) {
    if (const std::size_t length = decoder.AppendNext(bytes.substr(at), text)) {
      at += length;
    } else if (policy == DecodePolicy::kReplace) {
      text += kReplacementCharacter;
      ++at;
    } else {
      return {DecodeStatus::kInvalid, at};
    }
  }
  return {DecodeStatus::kDone};
}

// CPython takes every ASCII character in UTF-7 for itself, where iconv wants some encoded (RFC
// 2152, rule 3). None of them can be within an encoded run: it ends there.
bool IsPlainInUtf7(char c) {
  return Byte(c) < 0x80 && std::isalnum(Byte(c)) == 0 && c != '+' && c != '/' && c != '-';
}

DecodeOutcome DecodeWhole(const Codec& codec, std::string_view bytes, DecodePolicy policy,
                          std::string& text) {
  Converter converter(codec.iconv_name);
  if (!converter) return {DecodeStatus::kNoConverter};
  const bool utf7 = codec.iconv_name == "UTF-7";
  std::size_t used = 0;
  while (converter.Append(bytes, &used, text) != 0) {
    if (utf7 && IsPlainInUtf7(bytes[used])) {
      converter.Finish(text);
      text += bytes[used];
    } else if (policy == DecodePolicy::kStrict) {
      return {DecodeStatus::kInvalid, used};
    } else {
      text += kReplacementCharacter;
    }
    ++used;
  }
  converter.Finish(text);
  return {DecodeStatus::kDone};
}

}  // namespace

const Codec* FindCodec(std::string_view name) {
  const std::string normalized = NormalizedName(name);
  std::string undotted = normalized;
  std::replace(undotted.begin(), undotted.end(), '.', '_');
  const auto find = [](std::string_view wanted) -> const Codec* {
    for (const Codec& codec : AllCodecs()) {
      if (AnyWord(codec.aliases, [&](std::string_view alias) { return alias == wanted; })) {
        return &codec;
      }
    }
    return nullptr;
  };
  if (const Codec* codec = find(normalized)) return codec;
  // Dots give way in aliases only: no module is found by a name with a dot.
  const Codec* codec = find(undotted);
  return codec && codec->aliases.substr(0, codec->aliases.find(' ')) == undotted ? nullptr : codec;
}

DecodeOutcome Decode(const Codec& codec, std::string_view bytes, DecodePolicy policy,
                     std::string& text) {
  text.clear();
  text.reserve(bytes.size() + bytes.size() / 4);
  switch (codec.kind) {
    case CodecKind::kLatin1:
      return DecodeLatin1(bytes, text);
    case CodecKind::kAscii:
      return DecodeAscii(bytes, policy, text);
    case CodecKind::kSingleByte:
      return DecodeSingleByte(codec, bytes, policy, text);
    case CodecKind::kMultiByte:
      return DecodeMultiByte(codec, bytes, policy, text);
    case CodecKind::kWhole:
      return DecodeWhole(codec, bytes, policy, text);
    case CodecKind::kUtf8:
    case CodecKind::kUnsupported:
      break;
  }
  return {DecodeStatus::kNoConverter};
}

}  // namespace coppice
