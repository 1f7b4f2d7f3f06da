// Prints the types of names for type_oracle.py: reads dotted names, one a line, from standard
// input.
//
//     name_types INDEX runtime|mypy|pyright
//
// One line of JSON for each: {"type": text, "gap": reason, "kind": that of the first definition}.
#include <cstdio>
#include <iostream>
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

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 3) return 2;
  const Result<std::shared_ptr<const Index>> index = Index::Open(arguments[1]);
  if (!index) {
    std::cerr << index.error().message << '\n';
    return 1;
  }
  const auto finder =
      ModuleFinder::Make(*index, FindSearchProfile(arguments[2]).value_or(SearchProfile::kRuntime));
  if (!finder) {
    std::cerr << finder.error().message << '\n';
    return 1;
  }
  NameResolver resolver(*finder);
  TypeEvaluator evaluator(resolver);
  std::string line;
  while (std::getline(std::cin, line)) {
    const Answer answer = resolver.Resolve(line);
    const Evaluation evaluation = evaluator.ValueOf(answer);
    std::string_view kind = "none";
    if (!answer.definitions.empty()) {
      const Definition first = answer.definitions[0];
      kind =
          first.is_module() ? "module" : KindName(evaluator.classes().views().symbol(first).kind());
    }
    std::cout << "{\"type\": " << Quoted(evaluator.TextOf(evaluation.type))
              << ", \"gap\": " << Quoted(GapName(evaluation.gap)) << ", \"kind\": " << Quoted(kind)
              << "}\n";
  }
}
