#include "clients/cli/near_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "clients/cli/console.h"
#include "clients/cli/module_names.h"
#include "clients/cli/suggestion.h"
#include "summaries/resolution/names/name_resolver.h"

namespace coppice::cli {
namespace {

std::vector<std::string> DefinedNames(const Pack& pack, std::string_view text, std::size_t limit) {
  std::vector<std::string> names;
  const auto matches = pack.SearchNames(text, limit, CaseMatch::kIgnoreAscii);
  if (!matches) return names;
  for (const NameMatch& match : *matches) {
    const bool defined = std::ranges::any_of(match.postings, &NamePosting::defined);
    if (defined) names.emplace_back(match.name);
  }
  return names;
}

std::vector<std::string> NearestOf(std::string_view typed, const std::vector<std::string>& names) {
  const std::string_view near = Nearest(typed, {names.begin(), names.end()});
  if (near.empty()) return {};
  return {std::string(near)};
}

// Adds the full names of the module's symbols of that simple name.
void AddNamesakes(const ModuleFinder& finder, ModuleRef module, std::string_view simple,
                  std::string_view typed, std::vector<std::string>& names) {
  const Result<SummaryView> view = finder.index().summary(module);
  if (!view) return;
  for (std::uint32_t row = 0; row < view->symbol_count(); ++row) {
    const Symbol symbol = view->symbol(row);
    if (symbol.name() != simple || names.size() == kMaxProposals) continue;
    std::string name = finder.name(module) + '.' + symbol.qualname();
    if (name != typed && std::ranges::find(names, name) == names.end()) {
      names.push_back(std::move(name));
    }
  }
}

std::vector<std::string> Namesakes(const ModuleFinder& finder, std::string_view simple,
                                   std::string_view typed) {
  std::vector<std::string> names;
  std::uint32_t first = 0;
  for (const auto& pack : finder.index().packs()) {
    const Result<NamePostings> postings = pack->FindName(simple);
    if (!postings) return {};
    for (const NamePosting& posting : *postings) {
      if (names.size() == kMaxProposals) break;
      const ModuleRef module{first + static_cast<std::uint32_t>(posting.module)};
      if (posting.defined && finder.reachable(module)) {
        AddNamesakes(finder, module, simple, typed, names);
      }
    }
    first += pack->module_count();
  }
  return names;
}

// Names of all that a module or a class has.
std::vector<std::string> NamesIn(ClassTable& classes, Definition owner) {
  std::vector<std::string> names;
  if (owner.is_module()) {
    const ModuleFinder& finder = classes.resolver().finder();
    for (const std::string_view name : classes.resolver().NamesOf(owner.module)) {
      names.emplace_back(name);
    }
    for (const ModuleRef child : finder.Children(owner.module)) {
      const std::string name = finder.name(child);
      names.push_back(name.substr(name.rfind('.') + 1));
    }
  } else if (classes.views().IsA(owner, SymbolKind::kClass)) {
    for (const ClassMember& member : classes.Members(owner)) names.emplace_back(member.name);
  }
  return names;
}

// What was meant by the part of `name` that follows `dot`, where `owner` is what is before it.
std::vector<std::string> NearMembers(ClassTable& classes, Definition owner, std::string_view name,
                                     std::size_t dot) {
  const std::size_t end = std::min(name.find('.', dot + 1), name.size());
  std::vector<std::string> near =
      NearestOf(name.substr(dot + 1, end - dot - 1), NamesIn(classes, owner));
  for (std::string& each : near) {
    each.insert(0, name.substr(0, dot + 1));
    const std::string whole = each + std::string(name.substr(end));
    if (!classes.resolver().Resolve(whole).definitions.empty()) each = whole;
  }
  return near;
}

// What bears the last name of `name`, else a name that is spelled alike, anywhere.
std::vector<std::string> NearNamesakes(const ModuleFinder& finder, std::string_view name) {
  const std::string_view simple = name.substr(name.rfind('.') + 1);
  std::vector<std::string> names = Namesakes(finder, simple, name);
  for (const auto& pack : finder.index().packs()) {
    if (!names.empty()) break;
    const std::vector<std::string> alike = NearSymbols(*pack, simple);
    for (const std::string& each : alike) {
      for (std::string& full : Namesakes(finder, each, name)) {
        if (names.size() < kMaxProposals) names.push_back(std::move(full));
      }
    }
    if (names.empty()) names = alike;
  }
  return names;
}

}  // namespace

std::vector<std::string> NearModules(const Pack& pack, std::string_view name) {
  const Result<std::vector<NamedModule>> modules = ModulesByName(pack);
  if (!modules) return {};
  std::vector<std::string> names;
  std::vector<std::string> longer;
  const std::string tail = '.' + std::string(name);
  for (const NamedModule& module : *modules) {
    if (!names.empty() && names.back() == module.name) continue;
    names.push_back(module.name);
    if (longer.size() < kMaxProposals && module.name.ends_with(tail)) longer.push_back(module.name);
  }
  return longer.empty() ? NearestOf(name, names) : longer;
}

std::vector<std::string> NearSymbols(const Pack& pack, std::string_view name) {
  // Spelling is compared among those that share some beginning.
  constexpr std::size_t kMaxCompared = 20000;
  std::vector<std::string> names = DefinedNames(pack, name, kMaxCompared);
  if (names.empty()) {
    return NearestOf(name, DefinedNames(pack, name.substr(0, (name.size() + 2) / 3), kMaxCompared));
  }
  names.resize(std::min(names.size(), kMaxProposals));
  return names;
}

std::vector<std::string> NearDefinitions(ClassTable& classes, std::string_view name) {
  NameResolver& resolver = classes.resolver();
  const ModuleFinder& finder = resolver.finder();
  if (("." + std::string(name) + ".").find("..") != std::string::npos) return {};
  for (std::size_t dot = name.rfind('.'); dot != name.npos; dot = name.rfind('.', dot - 1)) {
    const Answer owner = resolver.Resolve(name.substr(0, dot));
    if (!owner.definitions.empty()) return NearMembers(classes, owner.definitions[0], name, dot);
  }
  if (name.find('.') == name.npos) {
    std::string builtin = "builtins." + std::string(name);
    if (!resolver.Resolve(builtin).definitions.empty()) return {std::move(builtin)};
    std::vector<std::string> modules = NearModules(finder, name);
    if (!modules.empty()) return modules;
  }
  return NearNamesakes(finder, name);
}

std::vector<std::string> NearModules(const ModuleFinder& finder, std::string_view name) {
  for (const auto& pack : finder.index().packs()) {
    std::vector<std::string> names = NearModules(*pack, name);
    if (!names.empty()) return names;
  }
  return {};
}

std::string Proposal(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  return "; did you mean " + Printable(fmt::format("{}", fmt::join(names, ", "))) + "?";
}

}  // namespace coppice::cli
