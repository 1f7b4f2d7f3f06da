#include "clients/cli/near_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "clients/cli/console.h"
#include "clients/cli/module_names.h"
#include "clients/cli/suggestion.h"

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

std::string Proposal(const std::vector<std::string>& names) {
  if (names.empty()) return {};
  return "; did you mean " + Printable(fmt::format("{}", fmt::join(names, ", "))) + "?";
}

}  // namespace coppice::cli
