// Resolves names for runtime_oracle.py: reads "module name" lines, prints a line of JSON for each:
// {"definitions": [[module, qualname, kind, root, path, line], ...], "obstacles": bits,
//  "mro": [[module, qualname], ...], "complete": bool, "consistent": bool}
// where the last three are those of the first definition if it is a class.
#include <iostream>
#include <string>

#include "summaries/resolution/name_resolver.h"

namespace {

using namespace coppice;

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

class Printer {
 public:
  explicit Printer(NameResolver& resolver) : resolver_(resolver) {}

  void Print(std::string_view module_name, std::string_view name) {
    const ModuleFinder& finder = resolver_.finder();
    const ModuleRef module = finder.Find(module_name);
    if (module == kNoModule) {
      std::cout << "{}\n";
      return;
    }
    const Answer answer = resolver_.Resolve(module, name);
    std::cout << "{\"definitions\": [";
    const char* separator = "";
    for (const Definition& definition : answer.definitions) {
      std::cout << separator << Describe(definition);
      separator = ", ";
    }
    std::cout << "], \"obstacles\": [";
    separator = "";
    for (uint32_t i = 0; i < kObstacleCount; ++i) {
      if (!answer.obstacles.has(static_cast<Obstacle>(i))) continue;
      std::cout << separator << i;
      separator = ", ";
    }
    std::cout << ']';
    if (!answer.definitions.empty() && IsClass(answer.definitions[0])) {
      const Mro& mro = resolver_.MroOf(answer.definitions[0]);
      std::cout << ", \"mro\": [";
      separator = "";
      for (size_t i = 1; i < mro.classes.size(); ++i) {
        std::cout << separator << '[' << Quoted(finder.name(mro.classes[i].module)) << ", "
                  << Quoted(View(mro.classes[i]).symbol(mro.classes[i].row).qualname()) << ']';
        separator = ", ";
      }
      std::cout << "], \"complete\": " << (mro.complete ? "true" : "false")
                << ", \"consistent\": " << (mro.consistent ? "true" : "false");
    }
    std::cout << "}\n";
  }

 private:
  const SummaryView& View(Definition definition) {
    view_ = *resolver_.finder().index().summary(definition.module);
    return *view_;
  }
  bool IsClass(Definition definition) {
    return !definition.is_module() &&
           View(definition).symbol(definition.row).kind() == SymbolKind::kClass;
  }
  std::string Describe(Definition definition) {
    const ModuleFinder& finder = resolver_.finder();
    const std::string name = finder.name(definition.module);
    if (definition.is_module()) return '[' + Quoted(name) + ", null, \"module\"]";
    const SummaryView& view = View(definition);
    const Symbol symbol = view.symbol(definition.row);
    const ModuleInfo info = *finder.index().file(definition.module);
    return '[' + Quoted(name) + ", " + Quoted(symbol.qualname()) + ", \"" +
           std::string(KindName(symbol.kind())) + "\", " + Quoted(info.root) + ", " +
           Quoted(info.path) + ", " + std::to_string(symbol.line()) + ']';
  }

  NameResolver& resolver_;
  std::optional<SummaryView> view_;
};

}  // namespace

int main(int, char** argv) {
  const Result<std::shared_ptr<const Index>> index = Index::Open(argv[1]);
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
  Printer printer(resolver);
  std::string line;
  while (std::getline(std::cin, line)) {
    const size_t space = line.find(' ');
    printer.Print(std::string_view(line).substr(0, space), std::string_view(line).substr(space + 1));
  }
}
