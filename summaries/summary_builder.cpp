#include "summaries/summary_builder.h"

#include "summaries/summary_view.h"
#include "summaries/summary_walker.h"
#include "summaries/summary_writer.h"

namespace coppice {

struct SummaryBuilder::Impl {
  SummaryWalker walker;
  SummaryWriter writer;
  std::vector<std::string_view> docs;
  BuiltSummary built;
};

SummaryBuilder::SummaryBuilder() : impl_(std::make_unique<Impl>()) {}
SummaryBuilder::SummaryBuilder(SummaryBuilder&&) noexcept = default;
SummaryBuilder& SummaryBuilder::operator=(SummaryBuilder&&) noexcept = default;
SummaryBuilder::~SummaryBuilder() = default;

const BuiltSummary& SummaryBuilder::Build(const SyntaxTree& tree) {
  SummaryWalker& walker = impl_->walker;
  walker.Walk(tree);
  SummaryDraft& draft = walker.draft;
  BuiltSummary& built = impl_->built;
  built.truncated = draft.full();
  built.words = impl_->writer.Write(draft, tree.text());
  if (built.words.empty()) {
    draft.Clear();
    walker.names.Clear();  // they may live in the draft
    built.words = impl_->writer.Write(draft, tree.text());
    built.truncated = true;
  }
  built.lines = impl_->writer.lines();
  built.interface_hash = SummaryView(std::as_bytes(built.words)).InterfaceHash();

  impl_->docs.clear();
  if (draft.has_doc) impl_->docs.push_back(walker.docs.front());
  for (const uint32_t id : impl_->writer.rows()) {
    const DraftSymbol& symbol = draft.symbols[id];
    if (symbol.has_doc) impl_->docs.push_back(walker.docs[symbol.doc]);
  }
  built.docs = impl_->docs;
  built.names = walker.names.mentions();
  return built;
}

}  // namespace coppice
