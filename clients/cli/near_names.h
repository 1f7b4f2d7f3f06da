// What a name that a pack or an index does not hold was probably meant to be.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "summaries/pack.h"
#include "summaries/resolution/classes/class_table.h"
#include "summaries/resolution/imports/module_finder.h"

namespace coppice::cli {

// How many names are proposed at most.
inline constexpr std::size_t kMaxProposals = 3;

// Modules whose dotted name ends in `name`, else the one that is spelled most alike. Empty if there
// are none, or where the pack is damaged: nobody asked for these.
std::vector<std::string> NearModules(const Pack& pack, std::string_view name);

// The same for the names of symbols, without regard to case.
std::vector<std::string> NearSymbols(const Pack& pack, std::string_view name);

// Of the longest beginning of a dotted name that means something, the member that is spelled most
// like what follows. Where none does: the builtin or the modules of that name, else full names of
// what an index defines under its last part; else under one that is spelled alike, or that alone
// where the modules are damaged or not reached.
std::vector<std::string> NearDefinitions(ClassTable& classes, std::string_view name);
// Modules of an index, as above.
std::vector<std::string> NearModules(const ModuleFinder& finder, std::string_view name);

// "; did you mean a, b?", or nothing.
std::string Proposal(const std::vector<std::string>& names);

}  // namespace coppice::cli
