#include "clients/cli/symbol_text.h"

namespace coppice::cli {

std::string_view WrittenName(const SummaryView& summary, const Symbol& symbol) {
  const std::string_view name = symbol.name();
  const std::optional<std::uint32_t> owner = symbol.owner();
  if (!owner || !name.starts_with('_') || name.ends_with("__")) return name;
  std::string_view prefix = summary.symbol(*owner).name();
  prefix.remove_prefix(std::min(prefix.find_first_not_of('_'), prefix.size()));
  const std::string_view rest = name.substr(1);
  if (prefix.empty() || !rest.starts_with(prefix)) return name;
  const std::string_view written = rest.substr(prefix.size());
  return written.starts_with("__") ? written : name;
}

std::string Signature(const Symbol& symbol) {
  if (symbol.kind() != SymbolKind::kFunction) return {};
  const SymbolDetails details = symbol.details();
  std::string text = "(";
  bool after_positional_only = false;
  bool star_written = false;
  const auto separate = [&text] {
    if (text.size() > 1) text += ", ";
  };
  for (const Parameter& parameter : details.params) {
    if (after_positional_only && parameter.kind != ParameterKind::kPositionalOnly) {
      text += ", /";
      after_positional_only = false;
    }
    if (parameter.kind == ParameterKind::kKeywordOnly && !star_written) {
      separate();
      text += '*';
      star_written = true;
    }
    separate();
    if (parameter.kind == ParameterKind::kVarargs) {
      text += '*';
      star_written = true;
    }
    if (parameter.kind == ParameterKind::kKwargs) text += "**";
    text += parameter.name;
    if (parameter.annotation) text.append(": ").append(*parameter.annotation);
    if (parameter.default_value) {
      text.append(parameter.annotation ? " = " : "=").append(*parameter.default_value);
    }
    if (parameter.kind == ParameterKind::kPositionalOnly) after_positional_only = true;
  }
  if (after_positional_only) text += ", /";
  text += ')';
  if (details.returns) text.append(" -> ").append(*details.returns);
  return text;
}

std::string ImportText(const Import& import) {
  std::string text;
  if (import.name) {
    text.append("from ").append(import.level, '.').append(import.module);
    text.append(" import ").append(*import.name);
  } else {
    text.append("import ").append(import.module);
  }
  if (import.alias) text.append(" as ").append(import.binds);
  return text;
}

}  // namespace coppice::cli
