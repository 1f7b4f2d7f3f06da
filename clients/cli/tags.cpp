#include "clients/cli/tags.h"

#include <algorithm>
#include <string_view>

#include "clients/cli/symbol_text.h"

namespace coppice::cli {
namespace {

// Those of Universal Ctags' Python parser, where it has them.
char KindLetter(const Symbol& symbol) {
  switch (symbol.kind()) {
    case SymbolKind::kClass:
      return 'c';
    case SymbolKind::kFunction:
      return symbol.owner() ? 'm' : 'f';
    case SymbolKind::kVariable:
      return 'v';
    case SymbolKind::kAttribute:
      return 'a';
    case SymbolKind::kTypeAlias:
      break;
  }
  return 't';
}

constexpr std::string_view kHeader =
    "!_TAG_FILE_ENCODING\tutf-8\t//\n"
    "!_TAG_FILE_FORMAT\t2\t/extended format/\n"
    "!_TAG_FILE_SORTED\t1\t/0=unsorted, 1=sorted, 2=foldcase/\n"
    "!_TAG_KIND_DESCRIPTION!Python\ta,attribute\t/attributes of instances/\n"
    "!_TAG_KIND_DESCRIPTION!Python\tc,class\t/classes/\n"
    "!_TAG_KIND_DESCRIPTION!Python\tf,function\t/functions/\n"
    "!_TAG_KIND_DESCRIPTION!Python\tm,member\t/methods/\n"
    "!_TAG_KIND_DESCRIPTION!Python\tt,typealias\t/type aliases/\n"
    "!_TAG_KIND_DESCRIPTION!Python\tv,variable\t/variables/\n"
    "!_TAG_OUTPUT_MODE\tu-ctags\t/u-ctags or e-ctags/\n"
    "!_TAG_PROGRAM_NAME\tcoppice\t//\n"
    "!_TAG_PROGRAM_VERSION\t" COPPICE_VERSION "\t//\n";

void AppendField(std::string& line, std::string_view key, std::string_view value) {
  line.append("\t").append(key).append(":");
  for (const char character : value) {
    switch (character) {
      case '\\':
        line += "\\\\";
        break;
      case '\t':
        line += "\\t";
        break;
      case '\n':
        line += "\\n";
        break;
      case '\r':
        line += "\\r";
        break;
      default:
        line += character;
    }
  }
}

}  // namespace

bool Tags::Add(const LoadedModule& module, const std::string& path) {
  if (path.find_first_of("\t\n\r") != std::string::npos) return false;
  const SummaryView& summary = module.summary;
  for (std::uint32_t row = 0; row < summary.symbol_count(); ++row) {
    const Symbol symbol = summary.symbol(row);
    std::string line(WrittenName(summary, symbol));
    const std::string number = std::to_string(symbol.line());
    line.append("\t").append(path).append("\t").append(number).append(";\"\t");
    line += KindLetter(symbol);
    AppendField(line, "line", number);
    if (const std::optional<std::uint32_t> owner = symbol.owner()) {
      AppendField(line, "class", summary.symbol(*owner).qualname());
    }
    if (symbol.kind() == SymbolKind::kFunction)
      AppendField(line, "signature", SignatureText(symbol));
    if (symbol.end_line() != symbol.line()) {
      AppendField(line, "end", std::to_string(symbol.end_line()));
    }
    lines_.push_back(std::move(line));
  }
  return true;
}

void Tags::Print(Output& output) {
  // By bytes: a tab sorts before whatever can be part of a name.
  std::ranges::sort(lines_);
  output.Append(kHeader);
  for (const std::string& line : lines_) {
    output.Append(line);
    output.Put('\n');
    if (output.failed()) return;
  }
}

}  // namespace coppice::cli
