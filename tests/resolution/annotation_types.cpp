// Prints the types that annotations describe, for hints_oracle.py: reads dotted names of classes
// and functions, one a line, from standard input.
//
//     annotation_types INDEX
//
// One line of JSON for each: {name of the variable or parameter, or "return": type}, by the rules
// of the interpreter. Of a class, what its own body annotates.
#include <cstdio>
#include <iostream>
#include <map>
#include <string>

#include "summaries/resolution/types/type_evaluator.h"

namespace {

using namespace coppice;

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) out += c;
  }
  return out + '"';
}

using Hints = std::map<std::string, std::string, std::less<>>;

Hints HintsOf(TypeEvaluator& evaluator, Definition definition) {
  Hints hints;
  ClassTable& classes = evaluator.classes();
  const Symbol symbol = classes.views().symbol(definition);
  const auto add = [&](std::string_view name, const Scope& scope,
                       std::optional<std::string_view> annotation) {
    if (!annotation) return;
    const Evaluation evaluation = evaluator.Annotation(scope, *annotation, definition);
    hints[std::string(name)] = evaluator.TextOf(evaluation.type, 2000);
  };
  if (symbol.kind() == SymbolKind::kFunction) {
    const Scope scope = classes.ScopeOf(definition);
    for (const Parameter& parameter : symbol.details().params) {
      add(parameter.name, scope, parameter.annotation);
    }
    add("return", scope, symbol.details().returns);
  } else if (symbol.kind() == SymbolKind::kClass) {
    const SummaryView& view = *classes.views().Find(definition.module);
    const RowRange rows = view.Members(definition.row);
    std::map<std::string_view, Symbol> last;
    for (uint32_t row = rows.first; row < rows.last; ++row) {
      const Symbol member = view.symbol(row);
      if (member.kind() != SymbolKind::kVariable || !member.details().annotation ||
          classes.IsExcluded(definition.module, member.guard())) {
        continue;
      }
      const auto [found, fresh] = last.try_emplace(member.name(), member);
      if (!fresh && found->second.order() < member.order()) found->second = member;
    }
    for (const auto& [name, member] : last) {
      add(name, {definition.module, definition.row}, member.details().annotation);
    }
  }
  return hints;
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 2) return 2;
  const Result<std::shared_ptr<const Index>> index = Index::Open(arguments[1]);
  if (!index) {
    std::cerr << index.error().message << '\n';
    return 1;
  }
  const auto finder = ModuleFinder::Make(*index, SearchProfile::kRuntime);
  if (!finder) {
    std::cerr << finder.error().message << '\n';
    return 1;
  }
  NameResolver resolver(*finder);
  TypeEvaluator evaluator(resolver);
  std::string line;
  while (std::getline(std::cin, line)) {
    const Answer answer = resolver.Resolve(line);
    Hints hints;
    if (!answer.definitions.empty() && !answer.definitions[0].is_module()) {
      hints = HintsOf(evaluator, answer.definitions[0]);
    }
    std::string text;
    for (const auto& [name, type] : hints) {
      text.append(text.empty() ? "" : ", ").append(Quoted(name) + ": " + Quoted(type));
    }
    std::cout << '{' << text << "}\n";
  }
}
