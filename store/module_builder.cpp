#include "store/module_builder.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <new>
#include <utility>

#include "parser/source.h"
#include "store/sidecar.h"

namespace coppice {
namespace {

// Buffers that a file left larger than this are given back after it.
constexpr std::size_t kKeptBufferBytes = std::size_t{2} << 20;

// As git tells them: a NUL near the beginning.
bool LooksBinary(std::string_view bytes) {
  constexpr std::size_t kSniffedBytes = 8000;
  return bytes.substr(0, kSniffedBytes).find('\0') != std::string_view::npos;
}

std::int64_t NowNanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string ReasonFor(const FileError& error, std::uint64_t max_bytes) {
  switch (error.code) {
    case FileErrorCode::kNotFound:
      return "skipped: it vanished while the index was made";
    case FileErrorCode::kTooLarge:
      return "skipped: it is larger than the limit of " + std::to_string(max_bytes) + " bytes";
    default:
      return "skipped: " + error.reason;
  }
}

}  // namespace

KeptModule::KeptModule(const BuiltModule& module)
    : module_(module),
      summary_(module.summary.begin(), module.summary.end()),
      docs_(module.docs.begin(), module.docs.end()),
      names_(module.names.begin(), module.names.end()) {
  std::size_t size = 0;
  for (const std::string_view doc : docs_) size += doc.size();
  for (const NameMention& mention : names_) size += mention.name.size();
  text_.reserve(size);  // so that it does not move below
  const auto keep = [this](std::string_view text) {
    text_ += text;
    return std::string_view(text_).substr(text_.size() - text.size());
  };
  for (std::string_view& doc : docs_) doc = keep(doc);
  for (NameMention& mention : names_) mention.name = keep(mention.name);
  module_.summary = summary_;
  module_.docs = docs_;
  module_.names = names_;
}

std::size_t KeptModule::byte_size() const {
  return sizeof *this + summary_.size() * sizeof(std::uint64_t) +
         docs_.size() * sizeof(std::string_view) + names_.size() * sizeof(NameMention) +
         text_.size() + module_.warning.size();
}

ModuleBuilder::ModuleBuilder(const FileSystem& files, MemoryPool& pool, MemoryBudget& scratch,
                             const WrittenContents& written, const std::atomic<bool>* cancelled)
    : files_(files), scratch_(scratch), written_(written), cancelled_(cancelled), parser_(pool) {}

const BuiltModule& ModuleBuilder::Build(const std::string& root, const std::string& path,
                                        std::uint64_t max_bytes, const KnownContents& known) {
  module_ = BuiltModule{};
  tree_.reset();
  ReleaseSlack();
  try {
    const std::int64_t now = NowNanoseconds();
    const std::uint64_t limit = std::min<std::uint64_t>(max_bytes, Parser::kMaxTextBytes);
    const FileResult<FileStat> read = Read(root, path, limit);
    if (!read) {
      Skip(ReasonFor(read.error(), limit));
      return module_;
    }
    module_.stat = *read;
    module_.racy = IsRacy(*read, now);
    module_.source_bytes = static_cast<std::uint32_t>(source_.size());
    module_.content_hash = HashContent(std::string_view(source_));
    if (const auto found = known.find(module_.content_hash); found != known.end()) {
      module_.outcome = ModuleOutcome::kKnown;
      module_.same = found->second;
    } else if (const auto original = written_.Find(module_.content_hash)) {
      module_.outcome = ModuleOutcome::kCopy;
      module_.same = original->id;
      module_.syntax = original->syntax;
      module_.ast_bytes = original->ast_bytes;
      module_.ast_nodes = original->ast_nodes;
    } else {
      BuildFromSource();
    }
  } catch (const std::bad_alloc&) {
    tree_.reset();
    Skip("skipped: out of memory");
  }
  return module_;
}

FileResult<FileStat> ModuleBuilder::Read(const std::string& root, const std::string& path,
                                         std::uint64_t max_bytes) {
  if (!directory_ || root_ != root) {
    directory_.reset();  // so that no more than one is open
    auto directory = files_.OpenDirectory(root);
    if (!directory) return directory.error();
    directory_ = *std::move(directory);
    root_ = root;
  }
  return directory_->ReadFile(path, max_bytes, source_);
}

void ModuleBuilder::BuildFromSource() {
  SyntaxState syntax = SyntaxState::kClean;
  ParseResult<DecodedSource> source = DecodeSource(source_, decoded_);
  if (!source) {
    if (LooksBinary(source_)) return Skip("skipped: not text, but binary data");
    syntax = SyntaxState::kUnknown;
    module_.warning = "indexed as far as possible: " + source.error().reason;
    source = DecodeLossy(source_, decoded_);
    if (!source) return Skip("skipped: " + source.error().reason);
  }

  const std::string_view text = source->text;
  ParseOptions options;
  options.text = TextStorage::kBorrow;
  options.cancelled = cancelled_;
  {
    const MemoryBudget::Reservation reservation =
        scratch_.Reserve(text.size() * Parser::kScratchBytesPerTextByte);
    ParseResult<SyntaxTree> tree = parser_.Parse(text, options);
    if (!tree) return Skip("skipped: " + tree.error().reason);
    tree_.emplace(std::move(*tree));
  }
  if (syntax == SyntaxState::kClean && tree_->has_errors()) syntax = SyntaxState::kErrors;

  const BuiltSummary& summary = summaries_.Build(*tree_);
  if (summary.truncated && module_.warning.empty()) {
    module_.warning = "indexed in part: it has more symbols than a summary holds";
  }
  module_.outcome = ModuleOutcome::kBuilt;
  module_.syntax = syntax;
  module_.lines = summary.lines;
  module_.interface_hash = summary.interface_hash;
  module_.ast_bytes = tree_->byte_size();
  module_.ast_nodes = tree_->node_count();
  module_.summary = summary.words;
  module_.docs = summary.docs;
  module_.names = summary.names;
}

void ModuleBuilder::Skip(std::string reason) {
  module_.outcome = ModuleOutcome::kSkipped;
  module_.warning = std::move(reason);
}

void ModuleBuilder::ReleaseSlack() {
  for (std::string* buffer : {&source_, &decoded_}) {
    if (buffer->capacity() > kKeptBufferBytes) std::string().swap(*buffer);
  }
}

}  // namespace coppice
