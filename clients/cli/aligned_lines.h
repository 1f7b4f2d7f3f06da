// Lines for people: a place, and what is there.

#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "clients/cli/console.h"

namespace coppice::cli {

// Lines of two columns, the first as wide as its widest text.
class AlignedLines {
 public:
  void Add(std::string place, std::string text) {
    // One long path must not push everything off the screen.
    constexpr std::size_t kMaxWidth = 72;
    width_ = std::max(width_, std::min(place.size(), kMaxWidth));
    lines_.emplace_back(std::move(place), std::move(text));
  }
  void Print(Output& output) const {
    for (const auto& [place, text] : lines_) {
      if (text.empty()) {
        output.Print("{}\n", place);
      } else {
        output.Print("{:<{}}  {}\n", place, width_, text);
      }
    }
  }

 private:
  std::size_t width_ = 0;
  std::vector<std::pair<std::string, std::string>> lines_;
};

}  // namespace coppice::cli
