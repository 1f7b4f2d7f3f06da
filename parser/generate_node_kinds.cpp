// Build-time program: writes the enums of node kinds and fields from the grammar's own tables, so
// that they cannot drift from it.
//
//   generate_node_kinds DIRECTORY    writes DIRECTORY/node_kind.h and DIRECTORY/symbol_kind.h
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "language.h"
#include "parser/tree_sitter_core.h"

namespace {

struct Kind {
  std::string enumerator;
  std::string name;  // the grammar's
  bool named;
  bool visible;
};

std::string UpperCamel(std::string_view words) {
  std::string result;
  bool upper = true;
  for (const char c : words) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) {
      upper = true;
    } else {
      result += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
      upper = false;
    }
  }
  return result;
}

std::string SpellPunctuation(std::string_view token) {
  static const std::map<char, std::string> kNames = {
      {'!', "Bang"},         {'"', "Quote"},     {'#', "Hash"},        {'$', "Dollar"},
      {'%', "Percent"},      {'&', "Ampersand"}, {'\'', "Apostrophe"}, {'(', "LeftParen"},
      {')', "RightParen"},   {'*', "Star"},      {'+', "Plus"},        {',', "Comma"},
      {'-', "Minus"},        {'.', "Dot"},       {'/', "Slash"},       {':', "Colon"},
      {';', "Semicolon"},    {'<', "Less"},      {'=', "Equal"},       {'>', "Greater"},
      {'?', "Question"},     {'@', "At"},        {'[', "LeftBracket"}, {'\\', "Backslash"},
      {']', "RightBracket"}, {'^', "Caret"},     {'_', "Underscore"},  {'`', "Backquote"},
      {'{', "LeftBrace"},    {'|', "Bar"},       {'}', "RightBrace"},  {'~', "Tilde"}};
  std::string result;
  for (const char c : token) {
    const auto name = kNames.find(c);
    result += name == kNames.end() ? "Character" + std::to_string(static_cast<unsigned char>(c))
                                   : name->second;
  }
  return result;
}

std::string Enumerator(std::string_view name, bool named, bool visible) {
  std::string spelled = UpperCamel(name);
  if (spelled.empty()) spelled = SpellPunctuation(name);
  if (!visible) return "kHidden" + spelled;
  return (named ? "k" : "kToken") + spelled;
}

std::string Quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

constexpr std::string_view kNotice =
    "// Generated from the grammar by parser/generate_node_kinds.cpp: do not edit.\n#pragma "
    "once\n\n";

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string directory = argv[1];
  const TSLanguage* language = coppice_tree_sitter_language();

  // A kind for every public symbol that a tree can show; hidden tokens, because error recovery may
  // report them missing.
  std::map<TSSymbol, Kind> by_symbol;
  const uint32_t symbols = language->symbol_count + language->alias_count;
  for (uint32_t s = 1; s < symbols; ++s) {
    const auto symbol = static_cast<TSSymbol>(s);
    const TSSymbolMetadata meta = language->symbol_metadata[symbol];
    const TSSymbol shown = language->public_symbol_map[symbol];
    if ((!meta.visible && symbol >= language->token_count) || by_symbol.contains(shown)) continue;
    const std::string_view name = language->symbol_names[shown];
    by_symbol.emplace(shown, Kind{Enumerator(name, meta.named, meta.visible), std::string(name),
                                  meta.named, meta.visible});
  }
  std::vector<Kind> kinds = {{"kNoNode", "", false, false},
                             {"kError", "ERROR", true, true},
                             {"kUnexpected", "UNEXPECTED", true, true}};
  std::map<TSSymbol, size_t> number;
  size_t named_kinds = 0;
  for (const bool named : {true, false}) {
    for (const auto& [symbol, kind] : by_symbol) {
      if (kind.named != named) continue;
      for (const Kind& other : kinds) {
        if (other.enumerator == kind.enumerator) {
          std::fprintf(stderr, "two kinds would be called %s\n", kind.enumerator.c_str());
          return 1;
        }
      }
      number[symbol] = kinds.size();
      kinds.push_back(kind);
    }
    if (named) named_kinds = kinds.size();
  }

  std::ofstream header(directory + "/node_kind.h");
  header
      << kNotice << "#include <array>\n#include <cstdint>\n#include <string_view>\n\n"
      << "namespace coppice {\n\n"
      << "// Named kinds come first; then kToken... for anonymous tokens. kHidden... are tokens\n"
      << "// without text, which a tree shows only where they are missing.\n"
      << "enum class NodeKind : uint16_t {\n";
  for (const Kind& kind : kinds) {
    header << "  " << kind.enumerator << ",";
    if (!kind.named && !kind.name.empty()) header << "  // " << Quoted(kind.name);
    header << "\n";
  }
  header << "};\n\ninline constexpr uint16_t kNodeKindCount = " << kinds.size() << ";\n\n"
         << "enum class Field : uint8_t {\n  kNone,\n";
  for (uint32_t f = 1; f <= language->field_count; ++f) {
    header << "  k" << UpperCamel(language->field_names[f]) << ",\n";
  }
  header << "};\n\ninline constexpr uint8_t kFieldCount = " << language->field_count + 1
         << ";\n\nconstexpr bool IsNamed(NodeKind kind) {\n"
         << "  return static_cast<uint16_t>(kind) - 1U < " << named_kinds - 1 << "U;\n}\n\n"
         << "inline constexpr std::array<std::string_view, kNodeKindCount> kNodeKindNames = {\n";
  for (const Kind& kind : kinds) header << "    " << Quoted(kind.name) << ",\n";
  header << "};\n\n// False for kHidden... and kNoNode.\n"
         << "inline constexpr std::array<bool, kNodeKindCount> kNodeKindVisible = {\n";
  for (const Kind& kind : kinds) header << "    " << (kind.visible ? "true" : "false") << ",\n";
  header << "};\n\ninline constexpr std::array<std::string_view, kFieldCount> kFieldNames = {\n"
         << "    \"\",\n";
  for (uint32_t f = 1; f <= language->field_count; ++f) {
    header << "    " << Quoted(language->field_names[f]) << ",\n";
  }
  header << "};\n\n// The grammar's own names; empty for kNoNode and Field::kNone.\n"
         << "constexpr std::string_view NodeKindName(NodeKind kind) {\n"
         << "  return kNodeKindNames[static_cast<uint16_t>(kind)];\n}\n"
         << "constexpr std::string_view FieldName(Field field) {\n"
         << "  return kFieldNames[static_cast<uint8_t>(field)];\n}\n"
         << "constexpr bool IsVisible(NodeKind kind) {\n"
         << "  return kNodeKindVisible[static_cast<uint16_t>(kind)];\n}\n\n"
         << "}  // namespace coppice\n";

  std::ofstream map(directory + "/symbol_kind.h");
  map << kNotice << "#include <array>\n\n#include \"parser/node_kind.h\"\n\nnamespace coppice {\n\n"
      << "// By tree-sitter's symbol; kNoNode for symbols that no tree shows.\n"
      << "inline constexpr std::array<NodeKind, " << symbols << "> kKindOfSymbol = {\n";
  for (uint32_t s = 0; s < symbols; ++s) {
    const auto found = number.find(language->public_symbol_map[s]);
    const bool shown = s != 0 && found != number.end();
    map << "    NodeKind::" << (shown ? kinds[found->second].enumerator : "kNoNode") << ",\n";
  }
  map << "};\n\n}  // namespace coppice\n";

  header.flush();
  map.flush();
  return header && map ? 0 : 1;
}
