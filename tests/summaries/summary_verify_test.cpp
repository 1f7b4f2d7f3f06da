// Hostile bytes: refused, or every accessor can be called.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#define XXH_INLINE_ALL
#include "summaries/summary_writer.h"
#include "tests/summaries/read_everything.h"
#include "tests/summaries/summary_print.h"

namespace coppice {
namespace {

constexpr std::string_view kSource =
    "'doc'\nimport a.b as c\nfrom . import d\n__all__ = ['f', *d.__all__]\n"
    "if x:\n  v: int = 1\nclass C(B, metaclass=M):\n  'doc'\n  class D: é = 𝄞; y = 1\n"
    "  def m(self, *a: int, k=1, **w) -> str: self.z = 2\n@deco\ndef f[T](a, /): pass\n"
    "type X[T] = T\ndef long():\n";

MadeSummary Sample() {
  std::string source(kSource);
  for (int i = 0; i < 300; ++i) source += "  pass\n";
  return Summarize(source);
}

// Bytes in memory that is aligned and no larger, so that sanitizers see what lies beyond.
struct Copy {
  explicit Copy(std::span<const std::byte> bytes)
      : words(new uint64_t[(bytes.size() + 7) / 8]), size(bytes.size()) {
    std::memcpy(words.get(), bytes.data(), size);
  }
  std::span<const std::byte> bytes() const {
    return {reinterpret_cast<const std::byte*>(words.get()), size};
  }
  std::unique_ptr<uint64_t[]> words;
  size_t size;
};

// Whether the bytes are taken; reads all of them if so.
bool Read(std::span<const std::byte> bytes) {
  const Copy copy(bytes);
  if (!SummaryView::Verify(copy.bytes())) return false;
  ReadEverything(SummaryView(copy.bytes()));
  return true;
}

TEST(SummaryVerify, TakesWhatItsBuilderMakes) {
  EXPECT_TRUE(Read(Sample().bytes()));
  EXPECT_TRUE(Read(Summarize("").bytes()));
}

TEST(SummaryVerify, EveryByteChanged) {
  const MadeSummary sample = Sample();
  size_t refused = 0;
  for (size_t at = 0; at < sample.bytes().size(); ++at) {
    for (const int change : {0x01, 0x80, 0xff}) {
      std::vector<std::byte> bytes(sample.bytes().begin(), sample.bytes().end());
      bytes[at] ^= static_cast<std::byte>(change);
      refused += Read(bytes) ? 0 : 1;
    }
  }
  EXPECT_GT(refused, sample.bytes().size() / 4);
}

TEST(SummaryVerify, EveryTruncation) {
  const MadeSummary sample = Sample();
  for (size_t size = 0; size < sample.bytes().size(); ++size) {
    EXPECT_FALSE(Read(sample.bytes().first(size))) << size;
  }
}

TEST(SummaryVerify, EveryPairOfHeaderBytes) {
  const MadeSummary sample = Sample();
  // Root pointer, widths, version, pointer to the data, counts.
  constexpr size_t kHeader = 56;
  for (size_t first = 0; first < kHeader; ++first) {
    for (size_t second = first + 1; second < kHeader; ++second) {
      std::vector<std::byte> bytes(sample.bytes().begin(), sample.bytes().end());
      bytes[first] = std::byte{0xff};
      bytes[second] = std::byte{0};
      Read(bytes);
    }
  }
}

TEST(SummaryVerify, SaysWhatIsWrong) {
  const MadeSummary sample = Sample();
  const auto bytes = sample.bytes();
  EXPECT_EQ(SummaryView::Verify(bytes.first(12)).error().code, ErrorCode::kDamaged);
  std::vector<std::byte> shifted(bytes.size() + 8);
  auto* const odd = shifted.data() + (reinterpret_cast<uintptr_t>(shifted.data()) % 8 == 0 ? 1 : 0);
  std::memcpy(odd, bytes.data(), bytes.size());
  const auto unaligned = SummaryView::Verify({odd, bytes.size()});
  EXPECT_NE(unaligned.error().message.find("aligned"), std::string::npos);
  std::vector<uint64_t> other_version = sample.words;
  other_version[3] += 1;  // the version is in the low bits of the struct's third word
  const auto version = SummaryView::Verify(std::as_bytes(std::span(other_version)));
  EXPECT_EQ(version.error().code, ErrorCode::kUnsupportedVersion);
}

// A definition so long that its lines take four bytes, which can hold any other number.
TEST(SummaryVerify, RefusesLinesBeyondAllNumbers) {
  constexpr uint32_t kLines = 0x01020304;
  SummaryDraft draft;
  DraftSymbol symbol{};
  symbol.owner = kNoRow;
  symbol.name = draft.String("f");
  symbol.kind = SymbolKind::kFunction;
  symbol.end_offset = kLines + 1;
  draft.AddSymbol(symbol);
  SummaryWriter writer;
  const auto words = std::as_bytes(writer.Write(draft, std::string(kLines, '\n') + "x"));
  std::vector<std::byte> bytes(words.begin(), words.end());
  ASSERT_TRUE(Read(bytes));
  const SummaryView view(words);
  EXPECT_EQ(view.symbol(0).end_line(), kLines + 1);
  std::vector<std::byte> cell(sizeof kLines);
  std::memcpy(cell.data(), &kLines, sizeof kLines);
  const auto at = std::search(bytes.begin(), bytes.end(), cell.begin(), cell.end());
  ASSERT_NE(at, bytes.end());
  std::fill_n(at, cell.size(), std::byte{0xff});
  EXPECT_FALSE(Read(bytes));
}

// A message has its limits; the writer knows them before Cap'n Proto throws.
TEST(SummaryWriter, RefusesWhatNoMessageHolds) {
  const std::string long_text(size_t{1} << 20, 'a');
  SummaryWriter writer;
  for (const size_t strings : {100, 600}) {
    SummaryDraft draft;
    for (size_t i = 0; i < strings; ++i) {
      draft.exports.push_back({draft.String(std::string_view(long_text).substr(i)), false});
    }
    EXPECT_EQ(writer.Write(draft, "").empty(), strings == 600);
  }
  EXPECT_FALSE(writer.Write(SummaryDraft(), "").empty());
}

}  // namespace
}  // namespace coppice
