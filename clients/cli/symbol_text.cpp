#include "clients/cli/symbol_text.h"

#include <algorithm>
#include <optional>

namespace coppice::cli {
namespace {

std::optional<std::string_view> DefaultOf(const Parameter& parameter) {
  return parameter.default_value;
}
std::optional<std::string_view> DefaultOf(const SignatureParameter& parameter) {
  if (!parameter.has_default) return std::nullopt;
  return parameter.default_text.value_or("...");
}

template <class Parameters>
std::string ParametersText(const Parameters& parameters,
                           const std::optional<std::string_view>& returns) {
  std::string text = "(";
  bool after_positional_only = false;
  bool star_written = false;
  const auto separate = [&text] {
    if (text.size() > 1) text += ", ";
  };
  for (const auto& parameter : parameters) {
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
    if (const auto value = DefaultOf(parameter)) {
      text.append(parameter.annotation ? " = " : "=").append(*value);
    }
    if (parameter.kind == ParameterKind::kPositionalOnly) after_positional_only = true;
  }
  if (after_positional_only) text += ", /";
  text += ')';
  if (returns) text.append(" -> ").append(*returns);
  return text;
}

}  // namespace

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

std::string SignatureText(const Symbol& symbol) {
  if (symbol.kind() != SymbolKind::kFunction) return {};
  const SymbolDetails details = symbol.details();
  return ParametersText(details.params, details.returns);
}

std::string SignatureText(const Signature& signature) {
  return ParametersText(signature.parameters, signature.returns);
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
