// Prints the modules that imports reach in an index, as the interpreter searches: name, form, and
// the file's path where there is one, with tabs between.

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "summaries/resolution/imports/index.h"
#include "summaries/resolution/imports/module_finder.h"

namespace {

using namespace coppice;

std::string PathOf(const Index& index, ModuleRef module) {
  if (static_cast<std::uint32_t>(module) >= index.file_count()) return {};
  const ModuleInfo info = index.file(module).value();
  for (const SearchRoot& root : index.environment().roots) {
    if (root.name == info.root) return root.directory + '/' + std::string(info.path);
  }
  return {};
}

}  // namespace

int main(int argument_count, char** arguments) {
  if (argument_count != 2) return 2;
  const auto index = Index::Open(arguments[1]);
  if (!index) {
    std::fprintf(stderr, "%s\n", index.error().message.c_str());
    return 1;
  }
  const auto finder = ModuleFinder::Make(*index, SearchProfile::kRuntime).value();
  for (std::uint32_t number = 0; number < finder->module_count(); ++number) {
    const ModuleRef module{number};
    if (!finder->reachable(module)) continue;
    constexpr std::string_view kForms[] = {"file", "compiled", "namespace"};
    const std::string_view form = kForms[static_cast<int>(finder->form(module))];
    std::printf("%s\t%.*s\t%s\n", finder->name(module).c_str(), static_cast<int>(form.size()),
                form.data(), PathOf(**index, module).c_str());
  }
  return 0;
}
