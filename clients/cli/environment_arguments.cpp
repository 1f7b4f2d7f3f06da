#include "clients/cli/environment_arguments.h"

#include <utility>

#include "clients/cli/console.h"
#include "store/discovery.h"

namespace coppice::cli {

std::optional<PythonEnvironment> FindEnvironment(const EnvironmentArguments& arguments,
                                                 const FileSystem& files, const char* help,
                                                 int& code) {
  if (!arguments.python.empty() && !arguments.venv.empty()) {
    code = Misuse(help, "--python and --venv exclude each other");
    return std::nullopt;
  }
  std::vector<Root> roots;
  const std::vector<std::string> here = {"."};
  const auto refuse = [&](const Error& error) {
    code = error.code == ErrorCode::kInvalidArgument ? Misuse(help, Printable(error.message))
                                                     : Fail(error);
    return std::nullopt;
  };
  // Sorted there; here their order is that of the search path.
  if (const auto checked = ParseRootArguments(files, arguments.roots); !checked) {
    return refuse(checked.error());
  }
  for (const std::string& argument : arguments.roots.empty() ? here : arguments.roots) {
    Result<Root> root = ParseRootArgument(files, argument);
    if (!root) return refuse(root.error());
    roots.push_back(*std::move(root));
  }
  Result<PythonEnvironment> found =
      coppice::FindEnvironment(files, {arguments.python, arguments.venv}, roots, arguments.typeshed,
                               ProcessVariables::OfThisProcess());
  if (found) return *std::move(found);
  code = Fail(found.error());
  return std::nullopt;
}

}  // namespace coppice::cli
