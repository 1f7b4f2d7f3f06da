#include "clients/cli/profile_option.h"

#include <string>

#include "clients/cli/arguments.h"

namespace coppice::cli {

void AddProfileOption(CLI::App& app, std::optional<SearchProfile>& profile) {
  app.add_option_function<std::string>(
         "--profile", [&profile](const std::string& word) { profile = FindSearchProfile(word); })
      ->check(OneOf({"runtime", "mypy", "pyright"}));
}

}  // namespace coppice::cli
