// Maintainer's program: measures which records are commonest in real code and writes the table of
// head codes, record_codes.cpp. Run it when the grammar changes, as docs/ast.md says; the table is
// part of the format.
#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "parser/parser.h"
#include "parser/record.h"

namespace {

using namespace coppice;
using record::kOpen;
using record::Shape;

// Shape, kind, field, gap, length; what does not fit a code's byte counts as kOpen.
using Form = std::tuple<Shape, NodeKind, Field, uint8_t, uint8_t>;

struct Statistic {
  uint64_t count = 0;
  uint32_t bytes = 0;  // with the codes chosen so far, beside what every form costs
};

uint32_t OpenBytes(uint8_t value) { return value < 240 ? 1 : 2; }

// The codes that could stand for a form, each with what it would cost.
std::vector<std::pair<Form, uint32_t>> Candidates(const Form& form) {
  const auto [shape, kind, field, gap, length] = form;
  std::vector<std::pair<Form, uint32_t>> result;
  const uint32_t gap_bytes = OpenBytes(gap);
  const uint32_t length_bytes = shape == Shape::kInner ? 0 : OpenBytes(length);
  for (const uint8_t g : {gap, kOpen}) {
    for (const uint8_t l : {length, kOpen}) {
      if (shape == Shape::kLeaf &&
          ((g != kOpen && g >= record::kLeafGaps) || (l != kOpen && l >= record::kLeafLengths))) {
        continue;
      }
      result.emplace_back(Form{shape, kind, field, g, l},
                          1 + (g == kOpen ? gap_bytes : 0) + (l == kOpen ? length_bytes : 0));
    }
  }
  return result;
}

std::string Enumerator(std::string_view name, bool named) {
  // Only kinds without punctuation in their name are common enough to be spelled by themselves.
  std::string result = named ? "k" : "kToken";
  bool upper = true;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) {
      upper = true;
      continue;
    }
    result += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = false;
  }
  return result;
}

std::string KindExpression(NodeKind kind) {
  static const std::map<char, std::string> kPunctuation = {
      {'=', "Equal"}, {'-', "Minus"},      {'+', "Plus"},      {'*', "Star"},    {':', "Colon"},
      {',', "Comma"}, {'<', "Less"},       {'>', "Greater"},   {'%', "Percent"}, {'/', "Slash"},
      {'!', "Bang"},  {'|', "Bar"},        {'&', "Ampersand"}, {'@', "At"},      {'^', "Caret"},
      {'~', "Tilde"}, {'_', "Underscore"}, {'.', "Dot"}};
  const std::string_view name = NodeKindName(kind);
  std::string spelled = Enumerator(name, IsNamed(kind));
  if (spelled == "kToken") {
    for (const char c : name) spelled += kPunctuation.at(c);
  }
  return "NodeKind::" + spelled;
}

}  // namespace

int main() {
  MemoryPool pool;
  Parser parser(pool);
  std::map<Form, Statistic> forms;
  for (std::string path; std::getline(std::cin, path);) {
    std::ifstream in(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto tree = parser.Parse(text, {.text = TextStorage::kBorrow});
    // Tables of data say little about code, and large ones would outweigh everything else.
    if (!tree || text.size() > 300'000) continue;
    const TreeView& view = tree->view();
    for (const uint8_t* at = view.records; at < view.records + view.records_size;) {
      const record::Record r = record::Read(at);
      at = r.end;
      if (r.marks != 0) continue;
      const auto gap = static_cast<uint8_t>(std::min<uint32_t>(r.gap, kOpen));
      const auto length =
          r.inner ? kOpen : static_cast<uint8_t>(std::min<uint32_t>(r.length, kOpen));
      Statistic& s = forms[{r.inner ? Shape::kInner : Shape::kLeaf, r.kind, r.field, gap, length}];
      ++s.count;
      s.bytes = 3 + OpenBytes(gap) + (r.inner ? 0 : OpenBytes(length));  // escaped
    }
  }

  std::map<Form, std::vector<std::pair<const Form*, uint32_t>>> users;
  for (const auto& [form, statistic] : forms) {
    for (const auto& [code, bytes] : Candidates(form)) users[code].emplace_back(&form, bytes);
  }
  std::vector<Form> chosen;
  while (chosen.size() < record::kCodes.size()) {
    const Form* best = nullptr;
    uint64_t best_saving = 0;
    for (const auto& [code, served] : users) {
      uint64_t saving = 0;
      for (const auto& [form, bytes] : served) {
        const Statistic& s = forms[*form];
        if (bytes < s.bytes) saving += s.count * (s.bytes - bytes);
      }
      if (saving > best_saving) {
        best_saving = saving;
        best = &code;
      }
    }
    if (best == nullptr) break;
    for (const auto& [form, bytes] : users[*best]) {
      forms[*form].bytes = std::min(forms[*form].bytes, bytes);
    }
    chosen.push_back(*best);
  }

  std::puts(
      "// Made by train_record_codes from the files that docs/ast.md names: do not edit. The "
      "table\n"
      "// is part of the format.\n#include <algorithm>\n\n#include \"parser/record.h\"\n\n"
      "namespace coppice::record {\nnamespace {\n\n"
      "constexpr Shape kLeaf = Shape::kLeaf;\nconstexpr Shape kInner = Shape::kInner;\n\n"
      "}  // namespace\n\n"
      "constexpr std::array<Code, kEscape> kCodes = {{");
  std::sort(chosen.begin(), chosen.end());
  for (const auto& [shape, kind, field, gap, length] : chosen) {
    std::string name(FieldName(field));
    name = name.empty() ? "kNone" : Enumerator(name, true);
    const auto number = [](uint8_t value) {
      return value == kOpen ? std::string("kOpen") : std::to_string(value);
    };
    std::printf("    {%s, %s, Field::%s, %s, %s},\n", shape == Shape::kLeaf ? "kLeaf" : "kInner",
                KindExpression(kind).c_str(), name.c_str(), number(gap).c_str(),
                number(length).c_str());
  }
  std::puts(
      "}};\n\n"
      "static_assert(std::ranges::all_of(kCodes, [](const Code& code) {\n"
      "  return code.shape == kInner || ((code.gap == kOpen || code.gap < kLeafGaps) &&\n"
      "                                  (code.length == kOpen || code.length < kLeafLengths));\n"
      "}));\n\n"
      "}  // namespace coppice::record");
}
