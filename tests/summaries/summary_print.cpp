#include "tests/summaries/summary_print.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "parser/parser.h"
#include "summaries/summary_builder.h"

namespace coppice {
namespace {

std::string Guards(const SummaryView& view, std::optional<uint32_t> guard) {
  std::string out;
  for (const Guard& each : view.guards(guard)) {
    out += " | ";
    out += KindName(each.kind);
    out += '(' + std::string(each.test) + ")/" + std::to_string(each.branch);
  }
  return out;
}

template <class List, class Format>
std::string Join(const List& list, std::string_view open, std::string_view close, Format format) {
  std::string out(open);
  for (const auto& item : list) {
    if (out.size() != open.size()) out += ", ";
    out += format(item);
  }
  return out += close;
}

std::string Text(std::string_view text) { return std::string(text); }

std::string ParameterText(const Parameter& parameter) {
  std::string out;
  if (parameter.kind == ParameterKind::kVarargs) out += '*';
  if (parameter.kind == ParameterKind::kKwargs) out += "**";
  out += parameter.name;
  if (parameter.kind == ParameterKind::kPositionalOnly) out += "/";
  if (parameter.kind == ParameterKind::kKeywordOnly) out += "!";
  if (parameter.annotation) out += ": " + Text(*parameter.annotation);
  if (parameter.default_value) out += " = " + Text(*parameter.default_value);
  return out;
}

std::string PrintedSymbol(const SummaryView& view, const Symbol& symbol) {
  const SymbolDetails details = symbol.details();
  std::string out(KindName(symbol.kind()));
  out += ' ' + symbol.qualname();
  if (!details.type_params.empty()) out += Join(details.type_params, "<", ">", Text);
  if (symbol.kind() == SymbolKind::kFunction) out += Join(details.params, "(", ")", ParameterText);
  if (!details.bases.empty() || !details.keywords.empty()) {
    out += Join(details.bases, "(", ")", Text);
    out += Join(details.keywords, "{", "}", [](const Keyword& keyword) {
      return Text(keyword.name) + ": " + Text(keyword.text);
    });
  }
  if (details.returns) out += " -> " + Text(*details.returns);
  if (details.annotation) out += ": " + Text(*details.annotation);
  if (details.value_form == ValueForm::kOpaque) out += " = ...";
  if (details.value_form == ValueForm::kText) out += " = " + Text(details.value);
  for (const std::string_view decorator : details.decorators) out += " @" + Text(decorator);
  std::string flags;
  symbol.flags().ForEach([&](SymbolFlag flag) { flags += ' ' + Text(FlagName(flag)); });
  if (symbol.has_doc()) flags += " doc";
  if (!flags.empty()) out += " [" + flags.substr(1) + ']';
  return out + Guards(view, symbol.guard()) + '\n';
}

std::string ImportText(const SummaryView& view, const Import& import) {
  std::string out;
  const std::string module = std::string(import.level, '.') + Text(import.module);
  out += import.name ? "from " + module + " import " + Text(*import.name) : "import " + module;
  if (import.alias) out += " as " + Text(import.binds);
  if (!import.alias && import.binds != "*" &&
      import.binds != import.name.value_or(import.module.substr(0, import.module.find('.')))) {
    out += " binding " + Text(import.binds);
  }
  if (import.scope != ImportScope::kModule) out += " in " + Text(ScopeName(import.scope));
  return out + Guards(view, import.guard) + '\n';
}

}  // namespace

MadeSummary Summarize(std::string_view source) {
  MemoryPool pool;
  Parser parser(pool);
  const auto tree = parser.Parse(source);
  EXPECT_TRUE(tree.has_value());
  SummaryBuilder builder;
  const BuiltSummary& built = builder.Build(*tree);
  MadeSummary made;
  made.words.assign(built.words.begin(), built.words.end());
  made.interface_hash = built.interface_hash;
  made.docs.assign(built.docs.begin(), built.docs.end());
  made.truncated = built.truncated;
  for (const NameMention& mention : built.names) {
    made.names.push_back(Text(mention.name) + (mention.defined ? "!" : ""));
  }
  std::sort(made.names.begin(), made.names.end());
  const auto verified = SummaryView::Verify(made.bytes());
  EXPECT_TRUE(verified.has_value()) << verified.error().message << " for:\n" << source;
  EXPECT_EQ(made.docs.size(), made.view().doc_count());
  return made;
}

std::string Print(const SummaryView& view) {
  // By line; imports before symbols where they share one.
  std::multimap<uint32_t, std::string> lines;
  for (uint32_t row = 0; row < view.import_count(); ++row) {
    const Import import = view.import(row);
    lines.emplace(import.line, ImportText(view, import));
  }
  for (const uint32_t row : view.RowsByPosition()) {
    lines.emplace(view.symbol(row).line(), PrintedSymbol(view, view.symbol(row)));
  }
  std::string out;
  for (const auto& [line, text] : lines) out += text;
  return out;
}

std::string PrintAll(const SummaryView& view) {
  std::string out = view.has_all() ? "" : "none";
  for (uint32_t row = 0; row < view.export_count(); ++row) {
    const Export entry = view.exported(row);
    if (!out.empty()) out += ' ';
    out += entry.from_module ? "from:" + Text(entry.text) : Text(entry.text);
  }
  if (!view.all_complete()) out += out.empty() ? "incomplete" : " incomplete";
  return out;
}

std::string PrintPositions(const SummaryView& view) {
  std::string out;
  for (const uint32_t row : view.RowsByPosition()) {
    const Symbol symbol = view.symbol(row);
    out += symbol.qualname() + ' ' + std::to_string(symbol.line()) + ':' +
           std::to_string(symbol.column()) + '-' + std::to_string(symbol.end_line()) + " #" +
           std::to_string(symbol.order()) + '\n';
  }
  return out;
}

}  // namespace coppice
