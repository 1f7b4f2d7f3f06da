// Arguments that are wrong, answered with what would be right.

#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace coppice::cli {

// Checks of an option's value. The words must outlive the app: literals.
CLI::Validator NotEmpty();
CLI::Validator OneOf(std::vector<std::string_view> words);
CLI::Validator WholeNumber(std::uint64_t lowest, std::uint64_t highest);

// "'jsn' is none of json, tree; did you mean 'json'?"
std::string NoneOf(std::string_view typed, const std::vector<std::string_view>& words);

// What is wrong with the arguments of `command` (the app itself if there was none), and what to
// write instead where that can be guessed.
std::string Explain(const CLI::ParseError& error, const CLI::App& command);

}  // namespace coppice::cli
