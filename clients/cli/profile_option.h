// `--profile`: by whose rules modules are found.

#pragma once

#include <CLI/CLI.hpp>
#include <optional>

#include "summaries/resolution/imports/module_finder.h"

namespace coppice::cli {

// `profile` must live until the arguments are parsed; it stays empty if the option is not given.
void AddProfileOption(CLI::App& app, std::optional<SearchProfile>& profile);

}  // namespace coppice::cli
