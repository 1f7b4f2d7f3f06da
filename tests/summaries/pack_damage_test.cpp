// No bytes make a pack crash, and no damage makes it lie.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "summaries/docs_reader.h"
#include "summaries/pack.h"
#include "summaries/pack_format.h"
#include "summaries/wire_bytes.h"
#include "tests/summaries/pack_model.h"
#include "tests/summaries/pack_repair.h"
#include "tests/summaries/read_everything.h"

namespace coppice::test {
namespace {

namespace format = pack_format;

constexpr const char* kError = "error";

template <class T>
bool IsError(const Result<T>& result, std::string& out) {
  if (result) return false;
  // A damaged pack says so, and which one.
  if (!result.error().message.starts_with("label: ") ||
      result.error().code == ErrorCode::kInvalidArgument) {
    ADD_FAILURE() << result.error().message;
  }
  out = kError;
  return true;
}

// A row that the pack has.
std::string Row(const Pack& pack, ModuleId id) {
  EXPECT_LT(static_cast<std::uint32_t>(id), pack.module_count());
  return std::to_string(static_cast<std::uint32_t>(id)) + ' ';
}

std::string Postings(const Pack& pack, const NamePostings& postings) {
  std::string out;
  for (const NamePosting& posting : postings) {
    out += Row(pack, posting.module) + (posting.defined ? "! " : "");
  }
  return out;
}

std::string SummaryAnswer(const Pack& pack, ModuleId id) {
  std::string out;
  const auto summary = pack.summary(id);
  if (IsError(summary, out)) return out;
  return std::to_string(ReadEverything(*summary));
}

std::string ModuleAnswer(const Pack& pack, ModuleId id) {
  std::string out;
  const auto info = pack.module(id);
  if (IsError(info, out)) return out;
  return std::string(info->root) + '\0' + std::string(info->path) + '\0' +
         std::to_string(info->content_hash.low) + ' ' + std::to_string(info->content_hash.high) +
         ' ' + std::to_string(info->interface_hash) + ' ' + std::to_string(info->source_bytes) +
         ' ' + std::to_string(info->lines) + ' ' + std::to_string(int(info->syntax)) + info->name();
}

std::string DocsAnswer(DocsReader& reader, ModuleId id) {
  std::string out;
  const auto docs = reader.Read(id);
  if (IsError(docs, out)) return out;
  for (std::size_t i = 0; i < docs->size(); ++i) out += std::string((*docs)[i]) + '\0';
  return out;
}

// What to ask a pack about, and everything that it answers.
struct Questions {
  std::vector<std::string> modules;
  std::vector<std::pair<std::string, std::string>> files;
  std::vector<std::string> names;
};

std::vector<std::string> Answers(const Pack& pack, std::uint32_t module_count,
                                 const Questions& ask) {
  std::vector<std::string> answers;
  std::string out;
  DocsReader docs(pack);
  for (std::uint32_t row = 0; row < std::min(module_count, pack.module_count()); ++row) {
    const ModuleId id{row};
    answers.push_back(ModuleAnswer(pack, id));
    answers.push_back(SummaryAnswer(pack, id));
    answers.push_back(DocsAnswer(docs, id));
  }
  for (const std::string& name : ask.modules) {
    const auto found = pack.FindModules(name);
    if (!IsError(found, out)) {
      out = "modules ";
      for (const ModuleId id : *found) out += Row(pack, id);
    }
    answers.push_back(out);
    const auto importers = CandidateImporters(pack, name);
    if (!IsError(importers, out)) {
      out = "importers ";
      for (const ModuleId id : *importers) out += Row(pack, id);
    }
    answers.push_back(out);
  }
  for (const auto& [root, path] : ask.files) {
    const auto found = pack.FindFile(root, path);
    if (!IsError(found, out)) {
      out = *found ? Row(pack, **found) : "no file";
    }
    answers.push_back(out);
    const auto range = pack.FindPathPrefix(root, path.substr(0, 2));
    if (!IsError(range, out)) {
      EXPECT_LE(range->first, range->last);
      EXPECT_LE(range->last, pack.module_count());
      out = std::to_string(range->first) + '-' + std::to_string(range->last);
    }
    answers.push_back(out);
  }
  for (const std::string& name : ask.names) {
    const auto found = pack.FindName(name);
    if (!IsError(found, out)) out = "postings " + Postings(pack, *found);
    answers.push_back(out);
  }
  const auto matches = pack.SearchNames("a", 5, CaseMatch::kIgnoreAscii);
  if (!IsError(matches, out)) {
    out.clear();
    for (const NameMatch& match : *matches) {
      out += std::string(match.name) + ':' + Postings(pack, match.postings);
    }
  }
  answers.push_back(out);
  return answers;
}

class PackDamage : public ::testing::Test {
 protected:
  void SetUp() override {
    ModelMaker make(11);
    model_ = make.Make(12);
    for (auto& [key, module] : model_) {
      module.summary = SoundSummary(make.Below(6), !module.docs.empty());
      module.interface_hash = InterfaceHashOf(module.summary);
    }
    WritePack(directory_ / "p", model_);
    bytes_ = FileBytesOf(directory_ / "p");
    const auto all = std::as_bytes(std::span(bytes_));
    header_ = *format::DecodeHeader(all);
    toc_ = *format::DecodeToc(all.subspan(header_.toc_offset), header_.toc_offset);
    const auto pack = Open(bytes_);
    ASSERT_TRUE(pack);
    for (const auto& [key, module] : model_) {
      ask_.files.push_back(key);
      ask_.names.insert(ask_.names.end(), {key.second, "absent" + key.second});
      for (const auto& [name, defined] : module.names) ask_.names.push_back(name);
    }
    for (std::uint32_t id = 0; id < (*pack)->module_count(); ++id) {
      ask_.modules.push_back((*pack)->module(ModuleId{id})->name());
    }
    ask_.modules.push_back("absent.module");
    truth_ = Answers(**pack, 1000, ask_);
    ASSERT_TRUE(std::ranges::find(truth_, kError) == truth_.end());
    ASSERT_TRUE((*pack)->Verify());
  }

  static Result<std::shared_ptr<const Pack>> Open(
      const std::string& bytes, Pack::Checking checking = Pack::Checking::kOnUse) {
    return Pack::FromBytes(std::as_bytes(std::span(bytes)), "label", checking);
  }

  // Refused, or each answer is the true one or an error; and found by Verify in any case.
  void ExpectNoLie(const std::string& damaged) {
    EXPECT_FALSE(Open(damaged, Pack::Checking::kAll));
    const auto pack = Open(damaged);
    if (!pack) return;
    const auto answers = Answers(**pack, 1000, ask_);
    ASSERT_EQ(answers.size(), truth_.size());
    for (std::size_t i = 0; i < answers.size(); ++i) {
      EXPECT_TRUE(answers[i] == kError || answers[i] == truth_[i]) << answers[i];
    }
  }

  const TemporaryDirectory directory_;
  Model model_;
  std::string bytes_;
  format::Header header_;
  format::TableOfContents toc_;
  Questions ask_;
  std::vector<std::string> truth_;
};

TEST_F(PackDamage, EveryFlippedByteIsFoundOut) {
  std::mt19937 random(1);
  for (std::size_t at = 0; at < bytes_.size(); ++at) {
    SCOPED_TRACE(at);
    std::string damaged = bytes_;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 + random() % 255));
    ExpectNoLie(damaged);
    if (HasFatalFailure()) return;
  }
}

TEST_F(PackDamage, EveryTruncationIsRefused) {
  for (std::size_t size = 0; size < bytes_.size(); ++size) {
    EXPECT_FALSE(Open(bytes_.substr(0, size))) << size;
    EXPECT_FALSE(Open(bytes_.substr(size + 1))) << size;
  }
  EXPECT_FALSE(Open(bytes_ + '\0'));
  EXPECT_FALSE(Open(bytes_ + bytes_));
}

TEST_F(PackDamage, SwappedPiecesAreFoundOut) {
  std::mt19937 random(2);
  for (int round = 0; round < 300; ++round) {
    std::string damaged = bytes_;
    const std::size_t size = 1 + random() % 200;
    const std::size_t from = random() % (damaged.size() - size);
    const std::size_t to = random() % (damaged.size() - size);
    damaged.replace(to, size, bytes_, from, size);
    if (damaged != bytes_) ExpectNoLie(damaged);
    if (HasFatalFailure()) return;
  }
}

TEST_F(PackDamage, NamesTheModule) {
  const auto pack = Open(bytes_);
  std::string damaged = bytes_;
  damaged[format::kHeaderBytes] = static_cast<char>(damaged[format::kHeaderBytes] + 1);
  const auto error = (*Open(damaged))->summary(ModuleId{0}).error();
  EXPECT_EQ(error.code, ErrorCode::kDamaged);
  const auto first = (*pack)->module(ModuleId{0});
  EXPECT_NE(error.message.find(std::string(first->root) + '/' + std::string(first->path)),
            std::string::npos)
      << error.message;
}

TEST_F(PackDamage, OtherVersionsAreNamed) {
  for (const std::size_t field : {8, 12}) {
    std::string other = bytes_;
    other[field] = 9;
    std::string sum;
    AppendCell(sum, Hash64(std::string_view(other).substr(0, 56)), 8);
    other.replace(56, 8, sum);
    EXPECT_EQ(Open(other).error().code, ErrorCode::kUnsupportedVersion);
  }
}

TEST_F(PackDamage, HandmadePacksDoNoHarm) {
  ASSERT_EQ(RepairChecksums(bytes_), bytes_);
  std::mt19937 random(3);
  static constexpr unsigned kNasty[] = {0, 1, 0x7f, 0x80, 0xff};
  std::size_t opened = 0;
  std::size_t accepted = 0;
  for (int round = 0; round < 8000; ++round) {
    std::string damaged = bytes_;
    // One of the sections, or the table of contents without its checksums.
    const std::size_t section = random() % (format::kSectionCount + 1);
    const format::Extent extent =
        section == format::kSectionCount
            ? format::Extent{header_.toc_offset, header_.toc_bytes - toc_.block_checksums.size()}
            : toc_.sections[section];
    if (extent.size == 0) continue;
    for (unsigned count = 1 + random() % 4; count != 0; --count) {
      damaged[extent.offset + random() % extent.size] =
          static_cast<char>(random() % 2 == 0 ? random() : kNasty[random() % std::size(kNasty)]);
    }
    const auto pack = Open(RepairChecksums(std::move(damaged)));
    if (!pack) continue;
    ++opened;
    EXPECT_FALSE(Answers(**pack, 1000, ask_).empty());
    // A content hash, say, can be anything.
    if ((*pack)->Verify()) ++accepted;
  }
  EXPECT_GT(opened, 4000u);
  EXPECT_LT(accepted, opened / 2);
}

// Every checksum is right, but tables contradict each other: Verify says which.
class PackContradictions : public PackDamage {
 protected:
  void ExpectRefused(std::string damaged, std::string_view what,
                     ErrorCode code = ErrorCode::kDamaged) {
    ASSERT_NE(damaged, bytes_);
    const auto pack = Open(RepairChecksums(std::move(damaged)));
    ASSERT_TRUE(pack) << pack.error().message;
    EXPECT_FALSE(Answers(**pack, 1000, ask_).empty());
    EXPECT_TRUE((*pack)->VerifyChecksums());
    const auto verified = (*pack)->Verify();
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().code, code);
    EXPECT_NE(verified.error().message.find(what), std::string::npos) << verified.error().message;
  }

  std::uint64_t Cell(std::uint64_t at, unsigned width) const {
    return LoadCell(std::as_bytes(std::span(bytes_)).data() + at, width);
  }

  // The pack with another number in a cell.
  std::string With(std::uint64_t at, std::uint64_t value, unsigned width) const {
    std::string cell;
    AppendCell(cell, value, width);
    return std::string(bytes_).replace(at, width, cell);
  }
};

TEST_F(PackContradictions, InTheLookupOfModules) {
  const auto order = toc_.sections[format::kModuleOrder];
  const std::size_t stride = format::ModuleOrderBytes(toc_);
  ASSERT_GE(order.size, 2 * stride);
  std::string swapped = bytes_;
  for (std::size_t i = 0; i < stride; ++i) {
    std::swap(swapped[order.offset + i], swapped[order.offset + stride + i]);
  }
  ExpectRefused(std::move(swapped), "the lookup");
  std::string twice = bytes_;
  twice.replace(order.offset + stride, stride, bytes_, order.offset, stride);
  ExpectRefused(std::move(twice), "the lookup");
  ExpectRefused(With(order.offset, Cell(order.offset, 1) ^ 1, 1), "the lookup");
}

TEST_F(PackContradictions, InTheNameDictionary) {
  // The names of a bucket become the end of the one before it.
  const auto buckets = toc_.sections[format::kNameBuckets];
  const unsigned width = toc_.name_bucket_width;
  std::uint64_t at = buckets.offset;
  while (Cell(at, width) == Cell(at + width, width)) at += width;
  ASSERT_LT(at + width, buckets.offset + buckets.size);
  ExpectRefused(With(at, Cell(at + width, width), width), "an entry of the name dictionary");

  // Of the first entry, whose lengths are short: the last posting, and a letter of the name.
  const auto names = toc_.sections[format::kNames];
  const std::uint64_t head = Cell(names.offset, 1);
  ASSERT_TRUE((head & 31) != 31 && head >> 5 != 7);
  const std::uint64_t last = names.offset + (head & 31) + (head >> 5);
  ExpectRefused(With(last, 0x7f, 1), "an entry of the name dictionary");
  ExpectRefused(With(names.offset + 1, 'Q', 1), "an entry of the name dictionary");
}

TEST_F(PackContradictions, InTheSums) {
  const std::uint64_t sums = header_.toc_offset + 17 + format::kRowColumnCount;
  ASSERT_EQ(Cell(sums, 8), toc_.name_count);
  for (const auto& [index, what] : {std::pair(1, "the sums of the name dictionary"),
                                    std::pair(3, "the sums of the module table"),
                                    std::pair(4, "the sums of the module table")}) {
    const std::uint64_t at = sums + 8 * static_cast<std::uint64_t>(index);
    ExpectRefused(With(at, Cell(at, 8) + 1, 8), what);
  }
}

TEST_F(PackContradictions, BetweenModulesAndSummaries) {
  const std::uint64_t interface_hash = toc_.sections[format::kModules].offset + 16;
  ExpectRefused(With(interface_hash, Cell(interface_hash, 8) + 1, 8), "the interface hash");
  // The version of the first summary.
  const std::uint64_t version = toc_.sections[format::kSummaries].offset + 24;
  ASSERT_EQ(Cell(version, 2), kSummaryVersion);
  ExpectRefused(With(version, kSummaryVersion + 1, 2), "the summary",
                ErrorCode::kUnsupportedVersion);
}

TEST_F(PackContradictions, BetweenModulesAndDocstrings) {
  std::ranges::find_if(model_, [](const auto& module) {
    return !module.second.docs.empty();
  })->second.docs.push_back("One too many.");
  WritePack(directory_ / "more", model_);
  ExpectRefused(FileBytesOf(directory_ / "more"), "the number of docstrings");
}

TEST_F(PackContradictions, InTheTableOfDocstringBlocks) {
  const auto blocks = toc_.sections[format::kDocsBlocks];
  const std::uint64_t last = blocks.offset + blocks.size - format::kDocsBlockRowBytes;
  for (const std::uint64_t cell : {0, 8}) {
    ExpectRefused(With(last + cell, Cell(last + cell, 8) - 1, 8), "the table of docstring blocks");
  }
}

// A byte more is said to be in a block than comes out of it.
TEST_F(PackContradictions, InTheSizeOfADocstringBlock) {
  for (auto& [place, module] : model_) {
    module.docs.assign(module.docs.size(), std::string(230000, 'd'));  // a block each
  }
  WritePack(directory_ / "blocks", model_);
  bytes_ = FileBytesOf(directory_ / "blocks");
  const auto all = std::as_bytes(std::span(bytes_));
  const std::uint64_t toc_offset = format::DecodeHeader(all)->toc_offset;
  const auto toc = *format::DecodeToc(all.subspan(toc_offset), toc_offset);
  const std::uint64_t first = toc.sections[format::kDocsBlocks].offset;
  const auto pack = Open(RepairChecksums(With(first, Cell(first, 8) + 1, 8)));
  ASSERT_TRUE(pack);
  const auto documented =
      std::ranges::find_if(model_, [](const auto& module) { return !module.second.docs.empty(); });
  const ModuleId id{static_cast<std::uint32_t>(std::distance(model_.begin(), documented))};
  EXPECT_FALSE((*pack)->docs(id));
}

TEST_F(PackContradictions, InTheStateOfAFile) {
  std::uint64_t row_bytes = 0;
  for (const std::uint8_t width : toc_.column_widths) row_bytes += width;
  const std::uint64_t flags = toc_.sections[format::kModules].offset + row_bytes - 1;
  ASSERT_EQ(toc_.column_widths[format::kFlags], 1);
  const auto pack = Open(RepairChecksums(With(flags, Cell(flags, 1) | 3, 1)));
  ASSERT_TRUE(pack);
  std::string out;
  EXPECT_TRUE(IsError((*pack)->module(ModuleId{0}), out));
  EXPECT_FALSE((*pack)->Verify());
}

TEST_F(PackDamage, NothingIsTakenOverFromDamage) {
  std::string damaged = bytes_;
  const auto names = toc_.sections[format::kNames];
  damaged[names.offset + names.size / 2] ^= 1;
  const auto older = Open(damaged);
  ASSERT_TRUE(older);
  auto writer = PackWriter::Create(directory_ / "new");
  std::uint32_t id = 0;
  for (const auto& module : model_) {
    ASSERT_TRUE(writer->AddFrom(*older, ModuleId{id++}, RecordOf(module)));
  }
  const auto finished = writer->Finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, ErrorCode::kDamaged);
  EXPECT_TRUE(finished.error().message.starts_with("label: "));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "new"));
}

}  // namespace
}  // namespace coppice::test
