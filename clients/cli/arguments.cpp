#include "clients/cli/arguments.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <system_error>
#include <utility>

#include "clients/cli/console.h"
#include "clients/cli/suggestion.h"

namespace coppice::cli {
namespace {

std::string DidYouMean(std::string_view typed, const std::vector<std::string_view>& words,
                       std::string_view dashes = "") {
  const std::string_view near = Nearest(typed, words);
  return near.empty() ? std::string() : fmt::format("; did you mean '{}{}'?", dashes, near);
}

std::string ExplainOption(std::string_view typed, const CLI::App& command) {
  typed = typed.substr(0, typed.find('='));
  std::string message = "no option '" + Printable(typed) + "'";
  if (command.get_parent() == nullptr) {
    return message + " before a command; the options of a command come after it";
  }
  if (!typed.starts_with("--")) return message;
  const std::vector<const CLI::Option*> options = command.get_options();
  std::vector<std::string_view> names;
  for (const CLI::Option* option : options) {
    for (const std::string& name : option->get_lnames()) names.push_back(name);
  }
  return message + DidYouMean(typed.substr(2), names, "--");
}

}  // namespace

std::string NoneOf(std::string_view typed, const std::vector<std::string_view>& words) {
  return fmt::format("'{}' is none of {}{}", Printable(typed), fmt::join(words, ", "),
                     DidYouMean(typed, words));
}

CLI::Validator NotEmpty() {
  return {[](const std::string& typed) {
            return typed.empty() ? std::string("an empty name is given") : std::string();
          },
          ""};
}

CLI::Validator OneOf(std::vector<std::string_view> words) {
  return {[words = std::move(words)](const std::string& typed) {
            for (const std::string_view word : words) {
              if (typed == word) return std::string();
            }
            return NoneOf(typed, words);
          },
          ""};
}

CLI::Validator WholeNumber(std::uint64_t lowest, std::uint64_t highest) {
  return {[lowest, highest](const std::string& typed) {
            std::uint64_t number = 0;
            const char* const end = typed.data() + typed.size();
            const auto [rest, error] = std::from_chars(typed.data(), end, number);
            if (error == std::errc() && rest == end && number >= lowest && number <= highest) {
              return std::string();
            }
            return fmt::format("takes a whole number from {} to {}, not '{}'", lowest, highest,
                               Printable(typed));
          },
          ""};
}

std::string Explain(const CLI::ParseError& error, const CLI::App& command) {
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const std::vector<std::string> extras = command.remaining();
    for (const std::string& extra : extras) {
      if (extra.starts_with('-')) return ExplainOption(extra, command);
    }
    if (!extras.empty()) return "one argument too many: '" + Printable(extras.front()) + "'";
  }
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    for (const CLI::Option* option : command.get_options()) {
      if (option->get_required() && option->count() == 0) {
        return "no " + option->get_name() + " given";
      }
    }
  }
  std::string message = Printable(error.what());
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const std::string option = message.substr(0, message.find(':'));
    return option + (message.ends_with("missing") ? " needs a value" : " is given more than once");
  }
  return message;
}

}  // namespace coppice::cli
