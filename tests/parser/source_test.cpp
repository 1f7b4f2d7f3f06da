#include "parser/source.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parser/codec.h"
#include "parser/line_index.h"
#include "parser/parser.h"
#include "parser/utf8.h"

namespace coppice {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

std::string Bytes(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  }
  return bytes;
}

using Rows = std::vector<std::vector<std::string>>;

// The tab-separated lines that tests/oracle/source_oracle.py prints.
Rows AskOracle(const std::string& question) {
  const std::string command =
      std::string("'") + COPPICE_PYTHON + "' '" + COPPICE_SOURCE_ORACLE + "' " + question;
  Rows rows;
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return rows;
  std::string column;
  std::vector<std::string> row;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    if (c != '\t' && c != '\n') {
      column += static_cast<char>(c);
      continue;
    }
    row.push_back(std::move(column));
    column.clear();
    if (c == '\n') rows.push_back(std::exchange(row, {}));
  }
  if (pclose(pipe) != 0) rows.clear();
  return rows;
}

// Some systems package most of iconv's converters apart.
bool HasConverter(std::string_view codec) {
  std::string text;
  return Decode(*FindCodec(codec), "", DecodePolicy::kStrict, text).status == DecodeStatus::kDone;
}

ParseErrorCode RefusalOf(std::string_view bytes) {
  std::string storage;
  const auto source = DecodeSource(bytes, storage);
  EXPECT_FALSE(source.has_value());
  return source.error().code;
}

TEST(Source, Utf8IsNotCopied) {
  const std::string bytes = "\xEF\xBB\xBFx = '\xC3\xA9'\r\n\f\r\n";
  std::string storage;
  const auto source = DecodeSource(bytes, storage);
  ASSERT_TRUE(source) << source.error().reason;
  EXPECT_EQ(source->text.data(), bytes.data() + 3);
  EXPECT_EQ(source->text, std::string_view(bytes).substr(3));
  EXPECT_EQ(source->bom_bytes, 3U);
  EXPECT_EQ(source->encoding, "utf-8");
  EXPECT_TRUE(storage.empty());
}

TEST(Source, LoneCarriageReturnsEndLines) {
  std::string storage;
  const std::string bytes = "\xEF\xBB\xBF# \xC3\xA9\r\r\nx = '''\r'''\r\n\n\r";
  const auto source = DecodeSource(bytes, storage);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->text, "# \xC3\xA9\n\r\nx = '''\n'''\r\n\n\n");
  EXPECT_EQ(source->bom_bytes, 3U);
  EXPECT_EQ(DecodeSource("# coding: latin-1\r'\xe9'\r", storage)->text,
            "# coding: latin-1\n'\xc3\xa9'\n");
  EXPECT_EQ(DecodeLossy("a\r\xff\r", storage)->text, "a\n" + std::string(kReplacement) + "\n");
  const auto invalid = DecodeSource("x\ry\r\nz\n'\xff'", storage);
  ASSERT_FALSE(invalid);
  EXPECT_EQ(invalid.error().reason, "byte 0xff in line 4 is not valid in utf-8");
}

TEST(Source, PlainAsciiUnderALatin1CookieIsNotCopied) {
  const std::string bytes = "# coding: latin-1\nx\n";
  std::string storage;
  const auto source = DecodeSource(bytes, storage);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->text.data(), bytes.data());
  EXPECT_EQ(source->encoding, "iso8859-1");
}

TEST(Source, ErrorsSayWhere) {
  std::string storage;
  const auto invalid = DecodeSource("x\ny\n'\xff'\n", storage);
  ASSERT_FALSE(invalid);
  EXPECT_EQ(invalid.error().offset, 5U);
  EXPECT_EQ(invalid.error().reason, "byte 0xff in line 3 is not valid in utf-8");
  const auto ascii = DecodeSource("# coding: ascii\n\xe9", storage);
  ASSERT_FALSE(ascii);
  EXPECT_EQ(ascii.error().offset, 16U);
  EXPECT_EQ(ascii.error().reason, "byte 0xe9 in line 2 is not valid in ascii");
  const auto nul = DecodeSource(std::string_view("a\n\0", 3), storage);
  ASSERT_FALSE(nul);
  EXPECT_EQ(nul.error().offset, 2U);
  const auto unknown = DecodeSource("#!x\n# coding: nonsense\n", storage);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().offset, 14U);
  EXPECT_EQ(unknown.error().reason, "unknown encoding 'nonsense'");
}

TEST(Source, EveryRefusalHasItsCode) {
  EXPECT_EQ(RefusalOf("\xc0\xaf"), ParseErrorCode::kInvalidBytes);
  EXPECT_EQ(RefusalOf(std::string_view("\0", 1)), ParseErrorCode::kNulByte);
  EXPECT_EQ(RefusalOf("# coding: rot_13\n"), ParseErrorCode::kUnknownEncoding);
  EXPECT_EQ(RefusalOf("# coding: hz\n"), ParseErrorCode::kUnknownEncoding);
  EXPECT_EQ(RefusalOf("\xEF\xBB\xBF# coding: latin-1\n"), ParseErrorCode::kBomCookieMismatch);
  EXPECT_EQ(RefusalOf("# coding: utf-7\n+AAA-"), ParseErrorCode::kNulByte);
}

TEST(Source, LossyKeepsWhatIsSound) {
  const auto lossy = [](std::string_view bytes) {
    std::string storage;
    return std::string(DecodeLossy(bytes, storage).value().text);
  };
  const std::string bad(kReplacement);
  EXPECT_EQ(lossy("x = 1\n"), "x = 1\n");
  EXPECT_EQ(lossy("a\xff\xfe\xc3\xa9z\xe2\x82"), "a" + bad + bad + "\xc3\xa9z" + bad + bad);
  EXPECT_EQ(lossy(std::string_view("a\0b", 3)), "a" + bad + "b");
  EXPECT_EQ(lossy("# coding: nonsense\n\xe9"), "# coding: nonsense\n" + bad);
  EXPECT_EQ(lossy("# coding: ascii\n\xe9"), "# coding: ascii\n" + bad);
  EXPECT_EQ(lossy(std::string_view("# coding: latin-1\n\xe9\0", 20)),
            "# coding: latin-1\n\xc3\xa9" + bad);
  EXPECT_EQ(lossy("\xEF\xBB\xBF# coding: latin-1\n\xe9"), "# coding: latin-1\n" + bad);
  if (!HasConverter("euc_jp")) GTEST_SKIP() << "this system's iconv lacks EUC-JP";
  EXPECT_EQ(lossy("# coding: euc_jp\n\xa4\xff\xa4\xa2"),
            "# coding: euc_jp\n" + bad + bad + "\xe3\x81\x82");
}

TEST(Source, LossyNeverFailsAndIsAlwaysValid) {
  std::mt19937 random(7);
  const std::vector<std::string> heads = {"",
                                          "\xEF\xBB\xBF",
                                          "# coding: gb18030\n",
                                          "# coding: utf-16\n",
                                          "# coding: iso2022_jp\n",
                                          "# coding: utf-7\n",
                                          "# coding: big5hkscs\n",
                                          "# coding: cp1006\n"};
  std::string storage;
  for (int round = 0; round < 4000; ++round) {
    std::string bytes = heads[random() % heads.size()];
    for (auto length = random() % 40; length > 0; --length) bytes += static_cast<char>(random());
    const auto source = DecodeLossy(bytes, storage);
    ASSERT_TRUE(source);
    EXPECT_EQ(ValidUtf8Prefix(source->text), source->text.size());
    EXPECT_EQ(source->text.find('\0'), std::string_view::npos);
  }
}

// Every boundary of table 3-7 of the Unicode standard, at every alignment to the blocks in which
// ASCII is passed over.
TEST(Utf8, AcceptsExactlyWellFormedSequences) {
  const auto well_formed = [](const std::string& s) {
    // By decoding and encoding again, which only well-formed sequences survive.
    const auto at = [&s](std::size_t i) { return static_cast<unsigned char>(s[i]); };
    char32_t point = 0;
    if (s.size() == 2 && (at(0) >> 5) == 6) {
      point = (at(0) & 0x1FU) << 6U;
    } else if (s.size() == 3 && (at(0) >> 4) == 14) {
      point = (at(0) & 0xFU) << 12U | (at(1) & 0x3FU) << 6U;
    } else if (s.size() == 4 && (at(0) >> 3) == 30) {
      point = (at(0) & 7U) << 18U | (at(1) & 0x3FU) << 12U | (at(2) & 0x3FU) << 6U;
    } else {
      return false;
    }
    point |= at(s.size() - 1) & 0x3FU;
    if (point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
    std::string again;
    AppendUtf8(point, again);
    return again == s;
  };
  const std::string edges("\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0");
  for (int lead = 0x80; lead < 0x100; ++lead) {
    for (const char second : edges) {
      for (const char third : edges) {
        for (std::size_t length = 2; length <= 4; ++length) {
          const std::string sequence =
              std::string{static_cast<char>(lead), second, third, third}.substr(0, length);
          if (!well_formed(sequence)) continue;
          for (const std::size_t before : {0U, 1U, 61U, 62U, 63U, 64U, 127U}) {
            const std::string text = std::string(before, 'a') + sequence + std::string(70, 'b');
            EXPECT_EQ(ValidUtf8Prefix(text), text.size()) << lead;
            EXPECT_EQ(ValidUtf8Prefix(text.substr(0, before + length - 1)), before);
          }
        }
        // No prefix of these four bytes is a character: the first is to blame.
        const std::string four{static_cast<char>(lead), second, third, third};
        if (!well_formed(four) && !well_formed(four.substr(0, 3)) &&
            !well_formed(four.substr(0, 2))) {
          EXPECT_EQ(ValidUtf8Prefix("abc" + four), 3U) << lead;
        }
      }
    }
  }
}

TEST(Utf8, FindsTheFirstBadByteAnywhere) {
  for (std::size_t at = 0; at < 300; ++at) {
    std::string text(300, 'x');
    text[at] = '\x80';
    EXPECT_EQ(ValidUtf8Prefix(text), at);
  }
}

TEST(SourceAgainstCPython, AcceptsAndRefusesTheSameFiles) {
  const Rows rows = AskOracle("files");
  ASSERT_GT(rows.size(), 5000U) << "the oracle did not run";
  std::string storage;
  std::size_t unsupported = 0;
  for (const auto& row : rows) {
    const std::string bytes = Bytes(row.at(0));
    const auto source = DecodeSource(bytes, storage);
    if (!source && row.at(1) == "ok" && source.error().reason.ends_with("is not supported")) {
      ++unsupported;
      continue;
    }
    ASSERT_EQ(source.has_value(), row.at(1) == "ok")
        << testing::PrintToString(bytes) << (source ? "" : source.error().reason);
    if (source && row.at(2) != "-") {
      EXPECT_NE(source->text.rfind("'" + Bytes(row.at(2)) + "'"), std::string_view::npos)
          << testing::PrintToString(bytes);
    }
    if (source) {
      std::string lossy_storage;
      EXPECT_EQ(DecodeLossy(bytes, lossy_storage)->text, source->text);
    }
  }
  EXPECT_LT(unsupported, rows.size() / 4);
  if (unsupported != 0) GTEST_SKIP() << "this system's iconv could not read " << unsupported;
}

// Names and strings, and where they are, in the tree that is made of the text.
TEST(SourceAgainstCPython, EndsLinesAtTheSamePlaces) {
  const Rows rows = AskOracle("lines");
  ASSERT_GT(rows.size(), 2000U) << "the oracle did not run";
  MemoryPool pool;
  Parser parser(pool);
  std::string storage;
  for (const auto& row : rows) {
    const std::string bytes = Bytes(row.at(0));
    const auto source = DecodeSource(bytes, storage);
    ASSERT_TRUE(source);
    const auto tree = parser.Parse(source->text);
    ASSERT_TRUE(tree);
    const LineIndex index(source->text);
    std::string names;
    std::string strings;
    for (PreorderCursor c = tree->Preorder(); c; c.Next()) {
      const Node node = c.node();
      const LineColumn at = index.Locate(node.start());
      const std::string place = std::to_string(at.line) + ":" + std::to_string(at.column) + ":";
      // A function's and a parameter's name are none of the nodes that CPython calls Name.
      if (node.kind() == NodeKind::kIdentifier && node.field() != Field::kName) {
        names += place + std::string(node.text()) + ";";
      } else if (node.kind() == NodeKind::kString) {
        std::string text(node.text());
        const std::size_t quotes = text.starts_with("'''") ? 3 : 1;
        text = text.substr(quotes, text.size() - 2 * quotes);
        std::erase(text, '\r');
        strings += place + text + ";";
      }
    }
    EXPECT_EQ(names, row.at(1) == "-" ? "" : Bytes(row.at(1))) << testing::PrintToString(bytes);
    EXPECT_EQ(strings, row.at(2) == "-" ? "" : Bytes(row.at(2))) << testing::PrintToString(bytes);
  }
}

TEST(SourceAgainstCPython, ResolvesTheSameNames) {
  const Rows rows = AskOracle("aliases");
  ASSERT_GT(rows.size(), 300U) << "the oracle did not run";
  // Interpreters later than the table may know a few more names.
  std::size_t unknown = 0;
  for (const auto& row : rows) {
    const Codec* codec = FindCodec(row.at(0));
    if (codec == nullptr) {
      unknown += row.at(1) != "-";
      continue;
    }
    // utf_8_sig is utf-8 to a tokenizer that has looked for the byte order mark itself.
    EXPECT_EQ(codec->name, row.at(1)) << row.at(0);
  }
  EXPECT_LE(unknown, 5U);
}

// CPython and glibc do not follow the revisions of GB 18030 at the same time.
std::size_t KnownDifferences(const std::string& codec) { return codec == "gb18030" ? 40 : 0; }

TEST(SourceAgainstCPython, DecodesEveryCodeTheSame) {
  struct Samples {
    std::string bytes;
    std::vector<std::optional<std::string>> expected;  // UTF-8; nothing where it is invalid
  };
  std::map<std::string, Samples> by_codec;
  std::set<std::string> tried;
  std::set<std::string> missing;
  for (const auto& row : AskOracle("codecs")) {
    const Codec* codec = FindCodec(row.at(0));
    ASSERT_NE(codec, nullptr) << row.at(0);
    if (tried.insert(row.at(0)).second && !HasConverter(row.at(0))) missing.insert(row.at(0));
    if (missing.contains(row.at(0))) continue;
    if (codec->kind == CodecKind::kWhole) {
      std::string text;
      EXPECT_EQ(Decode(*codec, Bytes(row.at(1)), DecodePolicy::kStrict, text).status,
                DecodeStatus::kDone);
      EXPECT_EQ(text, Bytes(row.at(2))) << row.at(0) << ' ' << row.at(1);
      continue;
    }
    // All samples of a codec at once, parted by a byte that no other code contains.
    Samples& samples = by_codec[row.at(0)];
    samples.bytes += Bytes(row.at(1)) + '\0';
    samples.expected.push_back(row.at(2) == "-" ? std::nullopt : std::optional(Bytes(row.at(2))));
  }
  ASSERT_GT(by_codec.size() + missing.size(), 80U) << "the oracle did not run";
  for (const auto& [name, samples] : by_codec) {
    const Codec& codec = *FindCodec(name);
    std::string text;
    ASSERT_EQ(Decode(codec, samples.bytes, DecodePolicy::kReplace, text).status,
              DecodeStatus::kDone)
        << name;
    std::size_t differences = 0;
    std::string described;
    std::size_t at = 0;
    for (const auto& expected : samples.expected) {
      const std::size_t end = text.find('\0', at);
      ASSERT_NE(end, std::string::npos) << name;
      const std::string_view actual = std::string_view(text).substr(at, end - at);
      const bool refused = actual.find(kReplacement) != std::string_view::npos;
      const bool same = expected ? actual == *expected : refused;
      if (!same) {
        ++differences;
        described +=
            testing::PrintToString(expected) + " but " + testing::PrintToString(actual) + "\n";
      }
      at = end + 1;
    }
    EXPECT_LE(differences, KnownDifferences(name)) << name << '\n' << described;
  }
  if (!missing.empty()) {
    GTEST_SKIP() << "this system's iconv lacks " << testing::PrintToString(missing);
  }
}

}  // namespace
}  // namespace coppice
