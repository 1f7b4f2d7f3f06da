// Resolves names for runtime_oracle.py: reads "MODULE NAME" lines, prints a line of JSON for each:
//   {"definitions": [[module, qualname, kind, root, path, line], ...], "obstacles": [number, ...],
//    "orders": [{"mro": [[module, qualname, kind, root, path, line], ...] without the class itself,
//                "complete": bool, "consistent": bool}, or null for what is no class]}
// and for "MODULE *": {"names": {name: whether it is surely bound}}. {}: no such module.
#include <iostream>
#include <string>

#include "summaries/resolution/names/name_resolver.h"

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
    if (name == "*") {
      PrintNames(module);
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
    std::cout << "], \"orders\": [";
    separator = "";
    for (const Definition& definition : answer.definitions) {
      std::cout << separator;
      PrintOrder(definition);
      separator = ", ";
    }
    std::cout << "]}\n";
  }

 private:
  void PrintNames(ModuleRef module) {
    std::cout << "{\"names\": {";
    const char* separator = "";
    for (const std::string_view name : resolver_.NamesOf(module)) {
      const Obstacles obstacles = resolver_.Resolve(module, name).obstacles;
      const bool open = obstacles.has(Obstacle::kConditional) ||
                        obstacles.has(Obstacle::kIncompleteAll) ||
                        obstacles.has(Obstacle::kOpaqueModule);
      std::cout << separator << Quoted(name) << ": " << (open ? "false" : "true");
      separator = ", ";
    }
    std::cout << "}}\n";
  }
  void PrintOrder(Definition definition) {
    if (!IsClass(definition)) {
      std::cout << "null";
      return;
    }
    const Mro& mro = resolver_.MroOf(definition);
    std::cout << "{\"mro\": [";
    const char* separator = "";
    for (size_t i = 1; i < mro.classes.size(); ++i) {
      std::cout << separator << Describe(mro.classes[i]);
      separator = ", ";
    }
    std::cout << "], \"complete\": " << (mro.complete ? "true" : "false")
              << ", \"consistent\": " << (mro.consistent ? "true" : "false") << '}';
  }
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
    printer.Print(std::string_view(line).substr(0, space),
                  std::string_view(line).substr(space + 1));
  }
}
