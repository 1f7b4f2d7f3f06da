// Compares the compact tree with tree-sitter's own for every Python file below the given
// directories, whole and damaged.
//
//   lossless [--python EXE] [--damaged N] [--every K] [--seed S] [--max-damaged-bytes B] PATH...
//
// --python adds the interpreter's standard library (without site-packages); --damaged adds N cut,
// spliced or overwritten variants a file (and then leaves the whole files out); --every takes each
// K-th file only. Exits with 1 after the first differences, with 77 if there is nothing to compare.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/parser/tree_oracle.h"

namespace {

namespace fs = std::filesystem;
using Random = std::mt19937_64;

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string StandardLibrary(const std::string& python) {
  const std::string command =
      python + " -c 'import sysconfig; print(sysconfig.get_paths()[\"stdlib\"])' 2>/dev/null";
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {};
  std::array<char, 4096> line{};
  const bool read = std::fgets(line.data(), line.size(), pipe) != nullptr;
  pclose(pipe);
  if (!read) return {};
  line[std::strcspn(line.data(), "\n")] = '\0';
  return line.data();
}

// `packages`: whether to look into site-packages, which lies within the standard library.
void Collect(const fs::path& root, bool packages, std::vector<std::string>& files) {
  std::error_code error;
  if (fs::is_regular_file(root, error)) files.push_back(root);
  for (fs::recursive_directory_iterator
           it(root, fs::directory_options::skip_permission_denied, error),
       end;
       it != end; it.increment(error)) {
    const std::string name = it->path().filename();
    if (!packages && (name == "site-packages" || name == "dist-packages")) {
      it.disable_recursion_pending();
      continue;
    }
    const std::string extension = it->path().extension();
    if ((extension == ".py" || extension == ".pyi") && it->is_regular_file(error)) {
      files.push_back(it->path());
    }
  }
}

size_t Below(Random& random, size_t bound) { return bound == 0 ? 0 : random() % bound; }

// A piece of `text`, cut anywhere, even inside a character.
std::string Piece(const std::string& text, size_t max_bytes, Random& random) {
  const size_t from = Below(random, text.size() + 1);
  return text.substr(from, Below(random, std::min(text.size() - from, max_bytes) + 1));
}

std::string Damaged(const std::string& text, const std::string& other, size_t max_bytes,
                    Random& random) {
  std::string result = text.size() <= max_bytes ? text : Piece(text, max_bytes, random);
  const size_t at = Below(random, result.size() + 1);
  switch (random() % 4) {
    case 0:  // cut off
      result.resize(at);
      break;
    case 1:  // a hole
      result.erase(at, Below(random, 200));
      break;
    case 2:  // a splice
      result.insert(at, Piece(other, 2000, random));
      break;
    default: {  // single bytes overwritten, inserted and removed
      using std::string_view_literals::operator""sv;
      static constexpr std::string_view kNasty = "()[]{}\"'`\\\n\r\t\f :;,.#*=@!$?\0\xFF\xC3\xED"sv;
      for (size_t n = 1 + Below(random, 8); n > 0 && !result.empty(); --n) {
        const size_t where = Below(random, result.size());
        const char byte =
            random() % 2 == 0 ? kNasty[Below(random, kNasty.size())] : static_cast<char>(random());
        switch (random() % 3) {
          case 0:
            result[where] = byte;
            break;
          case 1:
            result.insert(where, 1, byte);
            break;
          default:
            result.erase(where, 1);
        }
      }
    }
  }
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> files;
  size_t variants = 0;
  size_t every = 1;
  size_t max_bytes = size_t{32} << 10;
  uint64_t seed = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const auto value = [&]() -> const char* { return i + 1 < argc ? argv[++i] : ""; };
    if (argument == "--python") {
      Collect(StandardLibrary(value()), false, files);
    } else if (argument == "--damaged") {
      variants = std::strtoull(value(), nullptr, 10);
    } else if (argument == "--every") {
      every = std::max<size_t>(1, std::strtoull(value(), nullptr, 10));
    } else if (argument == "--max-damaged-bytes") {
      max_bytes = std::strtoull(value(), nullptr, 10);
    } else if (argument == "--seed") {
      seed = std::strtoull(value(), nullptr, 10);
    } else {
      Collect(argv[i], true, files);
    }
  }
  std::sort(files.begin(), files.end());
  if (files.empty()) {
    std::puts("skipped: no Python files found");
    return 77;
  }

  coppice::test::TreeOracle oracle;
  Random random(seed);
  uint64_t texts = 0;
  uint64_t bytes = 0;
  int differences = 0;
  const auto compare = [&](const std::string& text, const std::string& path, const char* how) {
    ++texts;
    bytes += text.size();
    const std::string difference = oracle.Difference(text);
    if (difference.empty()) return;
    ++differences;
    std::printf("%s (%s): %s\n", path.c_str(), how, difference.c_str());
    std::ofstream("lossless_difference.py", std::ios::binary) << text;
  };
  std::string other;
  for (size_t i = 0; i < files.size() && differences < 10; i += every) {
    const std::string text = ReadFile(files[i]);
    if (variants == 0) compare(text, files[i], "whole");
    for (size_t v = 0; v < variants; ++v) {
      compare(Damaged(text, other, max_bytes, random), files[i], "damaged");
    }
    other = text;
  }
  std::printf("%llu texts, %.1f MB, %llu nodes, %llu S-expressions compared, %d differences\n",
              static_cast<unsigned long long>(texts), static_cast<double>(bytes) / 1e6,
              static_cast<unsigned long long>(oracle.nodes_compared()),
              static_cast<unsigned long long>(oracle.expressions_compared()), differences);
  return differences == 0 ? 0 : 1;
}
