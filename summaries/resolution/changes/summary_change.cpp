#include "summaries/resolution/changes/summary_change.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

#include "summaries/resolution/names/submodule_imports.h"

namespace coppice {
namespace {

constexpr uint32_t kModule = Dependency::kModuleScope;

// What binds a name in a scope.
struct Binding {
  uint32_t scope;  // kModule or the row of a class
  std::string_view name;
  // An import may bind a submodule without naming it.
  enum class Kind : uint8_t { kImport, kSubmodule, kSymbol } kind;
  uint32_t row;
  uint32_t order;
};

// What one version says, sorted for comparison.
struct Sorted {
  explicit Sorted(const SummaryVersion& version);

  std::span<const Binding> Of(uint32_t scope) const {
    const auto first = std::ranges::lower_bound(bindings, scope, {}, &Binding::scope);
    const auto last = std::ranges::upper_bound(bindings, scope, {}, &Binding::scope);
    return {first, last};
  }
  // How many star imports come behind a binding, and may replace it.
  size_t StarsBehind(const Binding& binding) const {
    if (binding.scope != kModule) return 0;
    const auto behind = std::ranges::upper_bound(star_orders, binding.order);
    return static_cast<size_t>(star_orders.end() - behind);
  }

  const SummaryView& view;
  std::vector<Binding> bindings;  // by scope and name, imports first, by row: the order of the text
  std::vector<uint32_t> stars;    // rows
  std::vector<uint32_t> star_orders;                            // ascending
  std::vector<std::pair<std::string_view, uint32_t>> in_calls;  // by name, then row
  uint32_t first_related = UINT32_MAX;                          // as SubmoduleImports has it
  std::vector<std::string_view> listed;                         // ascending
  std::vector<std::string_view> sources;                        // of `__all__`, in order
};

Sorted::Sorted(const SummaryVersion& version) : view(version.view) {
  const auto add_symbols = [&](RowRange rows, uint32_t scope) {
    for (uint32_t row = rows.first; row < rows.last; ++row) {
      const Symbol symbol = view.symbol(row);
      bindings.push_back({scope, symbol.name(), Binding::Kind::kSymbol, row, symbol.order()});
    }
  };
  add_symbols(view.ModuleSymbols(), kModule);
  for (uint32_t row = 0; row < view.symbol_count(); ++row) add_symbols(view.Members(row), row);
  for (uint32_t row = 0; row < view.import_count(); ++row) {
    const Import import = view.import(row);
    const bool star = import.binds == "*";
    if (import.scope == ImportScope::kFunction) {
      if (!star) in_calls.emplace_back(import.binds, row);
      continue;
    }
    const uint32_t scope =
        import.scope == ImportScope::kModule ? kModule : import.owner.value_or(kModule);
    if (!star) {
      bindings.push_back({scope, import.binds, Binding::Kind::kImport, row, import.order});
    } else if (scope == kModule) {
      stars.push_back(row);
      star_orders.push_back(import.order);
    }
  }
  if (!version.own_prefix.empty()) {
    const SubmoduleImports imports(view, version.own_prefix);
    for (const auto& [name, row] : imports.entries) {
      bindings.push_back({kModule, name, Binding::Kind::kSubmodule, row, view.import(row).order});
    }
    first_related = imports.first_related;
  }
  for (uint32_t row = 0; row < view.export_count(); ++row) {
    const Export exported = view.exported(row);
    (exported.from_module ? sources : listed).push_back(exported.text);
  }
  std::ranges::sort(bindings, {}, [](const Binding& binding) {
    return std::tuple(binding.scope, binding.name, binding.kind, binding.row);
  });
  std::ranges::sort(star_orders);
  std::ranges::sort(in_calls);
  std::ranges::sort(listed);
  listed.erase(std::unique(listed.begin(), listed.end()), listed.end());
}

bool SameGuards(const SummaryView& a, std::optional<uint32_t> in_a, const SummaryView& b,
                std::optional<uint32_t> in_b) {
  for (; in_a && in_b; in_a = a.OuterGuard(*in_a), in_b = b.OuterGuard(*in_b)) {
    const Guard x = a.guard(*in_a);
    const Guard y = b.guard(*in_b);
    if (x.kind != y.kind || x.branch != y.branch || x.test != y.test) return false;
  }
  return !in_a && !in_b;
}

// But for their lines.
bool SameImport(const SummaryView& a, uint32_t row_a, const SummaryView& b, uint32_t row_b) {
  const Import x = a.import(row_a);
  const Import y = b.import(row_b);
  return std::tie(x.module, x.name, x.binds, x.alias, x.scope, x.level) ==
             std::tie(y.module, y.name, y.binds, y.alias, y.scope, y.level) &&
         SameGuards(a, x.guard, b, y.guard);
}

// Where the names of a scope are bound.
class Places {
 public:
  // Star imports of the scope may bind any name.
  Places(std::span<const Binding> bindings, std::span<const uint32_t> stars) : stars_(stars) {
    for (const Binding& binding : bindings) places_.emplace_back(binding.name, binding.order);
    std::ranges::sort(places_);
  }

  // How often a name is bound there or later.
  size_t CountBehind(std::string_view name, uint32_t order) const {
    const auto first = std::ranges::lower_bound(places_, std::pair(name, order));
    const auto last = std::ranges::upper_bound(first, places_.end(), std::pair(name, UINT32_MAX));
    const auto stars = stars_.end() - std::ranges::lower_bound(stars_, order);
    return static_cast<size_t>(last - first + stars);
  }

 private:
  std::vector<std::pair<std::string_view, uint32_t>> places_;
  std::span<const uint32_t> stars_;  // where they stand, ascending
};

// Of what they do to the submodule that they import by the way.
bool ImportsSame(const SummaryView& a, uint32_t row_a, const SummaryView& b, uint32_t row_b) {
  const Import x = a.import(row_a);
  const Import y = b.import(row_b);
  return x.module == y.module && x.level == y.level && SameGuards(a, x.guard, b, y.guard);
}

class Comparison {
 public:
  Comparison(ModuleRef module, const SummaryVersion& before, const SummaryVersion& after,
             std::vector<Dependency>& changed)
      : module_(module), before_(before), after_(after), changed_(changed) {}

  std::vector<uint32_t> Run() {
    const SummaryView& before = before_.view;
    const SummaryView& after = after_.view;
    rows_.assign(before.symbol_count(), kNoRow);
    CompareScope(kModule, kModule);
    // Classes come before their members.
    for (uint32_t row = 0; row < before.symbol_count(); ++row) {
      if (before.symbol(row).kind() != SymbolKind::kClass) continue;
      if (rows_[row] != kNoRow && after.symbol(rows_[row]).kind() == SymbolKind::kClass) {
        CompareScope(row, rows_[row]);
      } else {
        Add(DependencyKind::kScope, row);
      }
    }
    if (!std::ranges::equal(before_.stars, after_.stars, [&](uint32_t a, uint32_t b) {
          return SameImport(before, a, after, b);
        })) {
      Add(DependencyKind::kStars, kModule);
    }
    if (before.has_all() != after.has_all() || before.all_complete() != after.all_complete() ||
        before_.sources != after_.sources) {
      Add(DependencyKind::kAll, kModule);
    }
    if (AddDifference(before_.listed, after_.listed, DependencyKind::kListed)) {
      Add(DependencyKind::kNames, kModule);
    }
    CompareCalls();
    return std::move(rows_);
  }

 private:
  void Add(DependencyKind kind, uint32_t scope, std::string_view name = {}) {
    changed_.push_back({kind, module_, scope, name});
  }

  // Goes through both by name: compare(name, equal range of one, equal range of the other).
  template <class Item, class Name, class Compare>
  static void Merge(std::span<const Item> a, std::span<const Item> b, Name name, Compare compare) {
    while (!a.empty() || !b.empty()) {
      const std::string_view least = a.empty()   ? name(b.front())
                                     : b.empty() ? name(a.front())
                                                 : std::min(name(a.front()), name(b.front()));
      const auto take = [&](std::span<const Item>& from) {
        size_t count = 0;
        while (count != from.size() && name(from[count]) == least) ++count;
        const std::span<const Item> taken = from.first(count);
        from = from.subspan(count);
        return taken;
      };
      const std::span<const Item> of_a = take(a);
      compare(least, of_a, take(b));
    }
  }

  void CompareScope(uint32_t before, uint32_t after) {
    bool names_differ = false;
    const size_t known = changed_.size();
    const auto compare = [&](std::string_view name, std::span<const Binding> a,
                             std::span<const Binding> b) {
      const auto names = [](const Binding& binding) {
        return binding.kind != Binding::Kind::kSubmodule;
      };
      names_differ |= std::ranges::any_of(a, names) != std::ranges::any_of(b, names);
      MatchRows(a, b);
      if (!SameBindings(a, b)) Add(DependencyKind::kBindings, before, name);
    };
    const std::span<const Binding> a = before_.Of(before);
    const std::span<const Binding> b = after_.Of(after);
    Merge(a, b, std::mem_fn(&Binding::name), compare);
    if (names_differ) Add(DependencyKind::kNames, before);
    ComparePlaces(before, a, b);
    if (before != kModule &&
        (changed_.size() != known || FieldsOf(before_.view, a) != FieldsOf(after_.view, b))) {
      Add(DependencyKind::kMembers, before);
    }
  }

  // Names whose bindings stand elsewhere among the classes, variables and imports that mention
  // them.
  void ComparePlaces(uint32_t scope, std::span<const Binding> a, std::span<const Binding> b) {
    const auto places = [&](const Sorted& version, std::span<const Binding> bindings) {
      return Places(bindings, scope == kModule ? version.star_orders : std::span<const uint32_t>());
    };
    const Places places_a = places(before_, a);
    const Places places_b = places(after_, b);
    const auto compare_imports = [&](std::string_view, std::span<const Binding> x,
                                     std::span<const Binding> y) {
      for (size_t i = 0; i < x.size() && i < y.size(); ++i) {
        if (x[i].kind != Binding::Kind::kImport || y[i].kind != Binding::Kind::kImport) return;
        const Import import = before_.view.import(x[i].row);
        if (import.name && places_a.CountBehind(*import.name, x[i].order) !=
                               places_b.CountBehind(*import.name, y[i].order)) {
          Add(DependencyKind::kPlace, scope, *import.name);
        }
      }
    };
    Merge(a, b, std::mem_fn(&Binding::name), compare_imports);
    for (const Binding& binding : a) {
      if (binding.kind != Binding::Kind::kSymbol || rows_[binding.row] == kNoRow) continue;
      const Symbol x = before_.view.symbol(binding.row);
      const Symbol y = after_.view.symbol(rows_[binding.row]);
      const auto compare = [&](std::string_view text) {
        ForEachName(text, [&](std::string_view name) {
          if (places_a.CountBehind(name, x.order()) != places_b.CountBehind(name, y.order())) {
            Add(DependencyKind::kPlace, scope, name);
          }
        });
      };
      const SymbolDetails details = x.details();
      if (x.kind() == SymbolKind::kClass) {
        for (const std::string_view base : details.bases) compare(base);
        for (const Keyword& keyword : details.keywords) compare(keyword.text);
      } else if (x.kind() == SymbolKind::kVariable && details.value_form == ValueForm::kText) {
        compare(details.value);
      }
    }
  }

  // Whatever may be a name in an expression, attributes apart.
  template <class Use>
  static void ForEachName(std::string_view text, Use use) {
    const auto in_name = [](char c) {
      return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
             (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
    };
    for (size_t at = 0; at < text.size();) {
      size_t end = at;
      while (end < text.size() && in_name(text[end])) ++end;
      if (end == at) {
        ++at;
        continue;
      }
      if (at == 0 || text[at - 1] != '.') use(text.substr(at, end - at));
      at = end;
    }
  }

  // Symbols of one name and scope by their ordinals.
  void MatchRows(std::span<const Binding> a, std::span<const Binding> b) {
    for (std::span<const Binding>* const each : {&a, &b}) {
      while (!each->empty() && each->front().kind != Binding::Kind::kSymbol) {
        *each = each->subspan(1);
      }
    }
    for (size_t i = 0; i < a.size() && i < b.size(); ++i) rows_[a[i].row] = b[i].row;
  }

  // Each the same, and bound in the same order, also among star imports.
  bool SameBindings(std::span<const Binding> a, std::span<const Binding> b) const {
    if (a.size() != b.size()) return false;
    bool submodule = false;
    for (size_t i = 0; i < a.size(); ++i) {
      const Binding& x = a[i];
      const Binding& y = b[i];
      if (x.kind != y.kind || before_.StarsBehind(x) != after_.StarsBehind(y)) return false;
      submodule |= x.kind == Binding::Kind::kSubmodule;
      if (!SaysTheSame(x, y)) return false;
    }
    // What may import a submodule before it does.
    for (size_t i = 0; submodule && i < a.size(); ++i) {
      if ((before_.first_related <= a[i].order) != (after_.first_related <= b[i].order))
        return false;
    }
    return a.size() == 1 || Ranks(a) == Ranks(b);
  }

  bool SaysTheSame(const Binding& x, const Binding& y) const {
    switch (x.kind) {
      case Binding::Kind::kImport:
        return SameImport(before_.view, x.row, after_.view, y.row);
      case Binding::Kind::kSubmodule:
        return ImportsSame(before_.view, x.row, after_.view, y.row);
      case Binding::Kind::kSymbol:
        break;
    }
    return before_.view.SymbolHash(x.row) == after_.view.SymbolHash(y.row);
  }

  static std::vector<size_t> Ranks(std::span<const Binding> bindings) {
    std::vector<size_t> ranks(bindings.size());
    for (size_t i = 0; i < ranks.size(); ++i) ranks[i] = i;
    std::ranges::stable_sort(ranks, {}, [&](size_t i) { return bindings[i].order; });
    return ranks;
  }

  // What says when an attrs field has a default: `@x.default def ...`.
  static bool GivesDefault(const Symbol& symbol) {
    if (symbol.kind() != SymbolKind::kFunction) return false;
    for (const std::string_view text : symbol.details().decorators) {
      if (text.ends_with(".default")) return true;
    }
    return false;
  }

  // The variables of a class as they are bound one after another.
  static std::vector<std::string_view> FieldsOf(const SummaryView& view,
                                                std::span<const Binding> bindings) {
    std::vector<std::pair<uint32_t, std::string_view>> sorted;
    for (const Binding& binding : bindings) {
      if (binding.kind != Binding::Kind::kSymbol) continue;
      const Symbol symbol = view.symbol(binding.row);
      if (symbol.kind() == SymbolKind::kVariable || GivesDefault(symbol)) {
        sorted.emplace_back(binding.order, binding.name);
      }
    }
    std::ranges::sort(sorted);
    std::vector<std::string_view> names;
    for (const auto& [order, name] : sorted) names.push_back(name);
    return names;
  }

  // Whether there is any.
  bool AddDifference(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b,
                     DependencyKind kind) {
    std::vector<std::string_view> difference;
    std::ranges::set_symmetric_difference(a, b, std::back_inserter(difference));
    for (const std::string_view name : difference) Add(kind, kModule, name);
    return !difference.empty();
  }

  void CompareCalls() {
    using Item = std::pair<std::string_view, uint32_t>;
    Merge<Item>(
        before_.in_calls, after_.in_calls, [](const Item& item) { return item.first; },
        [&](std::string_view name, std::span<const Item> a, std::span<const Item> b) {
          if (!std::ranges::equal(a, b, [&](const Item& x, const Item& y) {
                return SameImport(before_.view, x.second, after_.view, y.second);
              })) {
            Add(DependencyKind::kCallImports, kModule, name);
          }
        });
  }

  ModuleRef module_;
  Sorted before_;
  Sorted after_;
  std::vector<Dependency>& changed_;
  std::vector<uint32_t> rows_;
};

}  // namespace

std::vector<uint32_t> CompareSummaries(ModuleRef module, const SummaryVersion& before,
                                       const SummaryVersion& after,
                                       std::vector<Dependency>& changed) {
  return Comparison(module, before, after, changed).Run();
}

}  // namespace coppice
