// Any bytes as a summary message: refused, or every accessor answers within its bounds.

#include <cstring>
#include <span>
#include <vector>

#include "tests/summaries/read_everything.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace coppice;
  std::vector<uint64_t> words(size / sizeof(uint64_t));
  if (!words.empty()) std::memcpy(words.data(), data, words.size() * sizeof(uint64_t));
  const auto message = std::as_bytes(std::span(words));
  if (SummaryView::Verify(message)) ReadEverything(SummaryView(message));
  return 0;
}
