#include "store/path_file.h"

#include <algorithm>
#include <utility>

#include "parser/source.h"

namespace coppice {
namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 20;

// UTF-8 of the characters beyond ASCII for which str.isspace() is true, and of those among them
// that end a line for str.splitlines.
constexpr std::string_view kWideSpaces[] = {"\u0085", "\u00a0", "\u1680", "\u2000", "\u2001",
                                            "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
                                            "\u2007", "\u2008", "\u2009", "\u200a", "\u2028",
                                            "\u2029", "\u202f", "\u205f", "\u3000"};
constexpr std::string_view kWideLineEnds[] = {"\u0085", "\u2028", "\u2029"};

std::string_view StrippedAtEnd(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\n\r\v\f\x1c\x1d\x1e\x1f";
  while (true) {
    text = text.substr(0, text.find_last_not_of(kSpaces) + 1);
    const auto* const space =
        std::find_if(std::begin(kWideSpaces), std::end(kWideSpaces),
                     [&](std::string_view wide) { return text.ends_with(wide); });
    if (space == std::end(kWideSpaces)) return text;
    text.remove_suffix(space->size());
  }
}

// Length of the line end at the start of `text`, 0 if there is none.
std::size_t LineEnd(std::string_view text, PathFileForm form) {
  if (text.starts_with("\r\n")) return 2;
  if (text.front() == '\n' || text.front() == '\r') return 1;
  if (form == PathFileForm::kLines) return 0;
  constexpr std::string_view kNarrow = "\v\f\x1c\x1d\x1e";
  if (kNarrow.find(text.front()) != kNarrow.npos) return 1;
  for (const std::string_view wide : kWideLineEnds) {
    if (text.starts_with(wide)) return wide.size();
  }
  return 0;
}

// Cuts the first line off `text`.
std::string_view TakeLine(std::string_view& text, PathFileForm form) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t length = LineEnd(text.substr(at), form);
    if (length == 0) continue;
    const std::string_view line = text.substr(0, at);
    text.remove_prefix(at + length);
    return line;
  }
  return std::exchange(text, {});
}

}  // namespace

Result<std::vector<PathFileLine>> ReadPathFile(const FileSystem& files, const std::string& path,
                                               PathFileForm form) {
  std::string contents;
  const auto read = files.ReadFile(path, kMaxBytes, contents);
  if (!read) return Error{ErrorCode::kIo, path + ": " + read.error().reason};
  if (ValidUtf8Prefix(contents) != contents.size()) {
    return Error{ErrorCode::kDamaged, path + ": not UTF-8"};
  }
  std::string_view text = contents;
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (form == PathFileForm::kUnicode && text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  std::vector<PathFileLine> lines;
  for (std::uint32_t number = 1; !text.empty(); ++number) {
    const std::string_view line = TakeLine(text, form);
    const std::string_view stripped = StrippedAtEnd(line);
    if (line.starts_with('#') || stripped.empty()) continue;
    if (line.starts_with("import ") || line.starts_with("import\t")) {
      lines.push_back({number, PathFileLine::Kind::kImport, std::string(line)});
    } else {
      lines.push_back({number, PathFileLine::Kind::kPath, std::string(stripped)});
    }
  }
  return lines;
}

}  // namespace coppice
