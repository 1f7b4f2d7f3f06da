#include "summaries/resolution/classes/subclasses.h"

#include <algorithm>
#include <set>
#include <utility>

#include "summaries/resolution/names/known_names.h"
#include "summaries/resolution/names/live_code.h"

namespace coppice {
namespace {

bool IsClass(const Index& index, Definition definition) {
  if (definition.is_module()) return false;
  const Result<SummaryView> view = index.summary(definition.module);
  return view && view->symbol(definition.row).kind() == SymbolKind::kClass;
}

}  // namespace

Result<SubclassTable> SubclassTable::Make(NameResolver& resolver) {
  const ModuleFinder& finder = resolver.finder();
  const Index& index = finder.index();
  Conditions conditions(index.environment().target);
  const KnownNames known(resolver);
  SubclassTable table;
  std::vector<std::pair<Definition, Definition>> found;  // base, subclass
  for (uint32_t number = 0; number < index.file_count(); ++number) {
    const ModuleRef module{number};
    const Result<bool> live = IsLive(finder, module);
    if (!live) return live.error();
    if (!*live) continue;
    const Result<SummaryView> view = index.summary(module);
    if (!view) return view.error();
    conditions.Enter(*view);
    for (uint32_t row = 0; row < view->symbol_count(); ++row) {
      const Symbol symbol = view->symbol(row);
      if (symbol.kind() != SymbolKind::kClass) continue;
      const Conditions::Condition condition = conditions.Of(symbol.guard());
      if (condition.run == Truth::kFalse && condition.checked == Truth::kFalse) continue;
      ++table.class_count_;
      for (const std::string_view text : symbol.details().bases) {
        const std::size_t before = found.size();
        for (const Definition base : resolver.Base({module, row}, text).definitions) {
          // As classes are made: typing's names for classes give way to these.
          const Definition* const alias = known.AliasOf(base);
          const Definition meant = alias == nullptr ? base : *alias;
          if (IsClass(index, meant)) found.emplace_back(meant, Definition{module, row});
        }
        if (found.size() == before) ++table.unknown_bases_;
      }
    }
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  for (const auto& [base, subclass] : found) {
    table.bases_.push_back(base);
    table.subclasses_.push_back(subclass);
  }
  return table;
}

std::span<const Definition> SubclassTable::Direct(Definition class_definition) const {
  const auto [first, last] = std::equal_range(bases_.begin(), bases_.end(), class_definition);
  return std::span(subclasses_)
      .subspan(static_cast<std::size_t>(first - bases_.begin()),
               static_cast<std::size_t>(last - first));
}

std::vector<Subclass> SubclassTable::All(Definition class_definition) const {
  std::vector<Subclass> all;
  std::set<Definition> seen = {class_definition};
  const auto expand = [&](Definition base, uint32_t distance) {
    for (const Definition subclass : Direct(base)) {
      if (seen.insert(subclass).second) all.push_back({subclass, distance, base});
    }
  };
  expand(class_definition, 1);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Subclass at = all[i];
    expand(at.definition, at.distance + 1);
  }
  return all;
}

}  // namespace coppice
