#include "tests/summaries/sound_summary.h"

#include <cstdlib>
#include <span>
#include <string>

#include "arena/memory_pool.h"
#include "parser/parser.h"
#include "summaries/summary_builder.h"
#include "summaries/summary_view.h"

namespace coppice::test {

std::vector<std::uint64_t> SoundSummary(unsigned exports, bool has_doc) {
  std::string source = has_doc ? "'''Says something.'''\n" : "";
  source += "__all__ = [";
  for (unsigned i = 0; i < exports; ++i) source += "'name" + std::to_string(i) + "', ";
  source += "]\n";
  if (exports > 3) {
    source +=
        "import a.b as c\nfrom ..d import *\nif c:\n  v: int = 1\nclass C(B, metaclass=M):\n"
        "  class D: é = 1\n  @e\n  def m(self, *a: int, k=1, **w) -> str: self.z = 2\n";
  }
  MemoryPool pool;
  const auto tree = Parser(pool).Parse(source);
  if (!tree) std::abort();
  SummaryBuilder builder;
  const BuiltSummary& summary = builder.Build(*tree);
  return {summary.words.begin(), summary.words.end()};
}

std::uint64_t InterfaceHashOf(const std::vector<std::uint64_t>& summary) {
  return SummaryView(std::as_bytes(std::span(summary))).InterfaceHash();
}

}  // namespace coppice::test
