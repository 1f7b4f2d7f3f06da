// coppice env: the environment that code runs in.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cli/command.h"
#include "clients/cli/console.h"
#include "clients/cli/environment_arguments.h"
#include "clients/cli/json.h"
#include "store/file_system.h"
#include "store/python_environment.h"

namespace coppice::cli {
namespace {

constexpr const char* kHelp =
    R"(Usage: coppice env [--python EXE | --venv DIR] [--root DIR]... [--typeshed DIR] [--json]

Prints where an interpreter and type checkers search for modules: the project, the standard library,
site-packages with what .pth files and editable installs add, and typeshed.

  --python EXE    the interpreter, as a path or a name to look up in PATH
  --venv DIR      that of a virtual environment
                  Without either: VIRTUAL_ENV, else .venv in a root, or above one up
                  to the working directory, or there, else python3 in PATH
  --root DIR      a directory at which the project's names start, or name=directory as for index;
                  may be repeated. Default: the working directory. Where it holds a pyproject.toml
                  and a src that is no package, that src is a root too, before it
  --typeshed DIR  a copy of typeshed: the directory that holds stdlib and stubs. Default: that which
                  mypy, basedpyright, pyright or jedi carries in the environment, else Debian's
  --json          print one JSON object

The interpreter is not run if its files tell what it would do; that of a .venv, only if it was
named. Code in .pth files never is: what it would change is reported as a warning where it is not
known.

Examples:
  coppice env
  coppice env --venv .venv --root src --root tests
  coppice env --python python3.12 --json

Exit codes: 0 done, 2 wrong call, 3 failed: EXE, DIR or its interpreter is not there or does not
work, DIR is no virtual environment, or holds no typeshed.
)";

struct Call {
  EnvironmentArguments environment;
  bool json = false;
};

std::string_view NameOf(RootRole role) {
  switch (role) {
    case RootRole::kProject:
      return "project";
    case RootRole::kExtraStubs:
      return "extra_stubs";
    case RootRole::kStandardLibrary:
      return "standard_library";
    case RootRole::kSitePackages:
      return "site_packages";
    case RootRole::kTypeshed:
      return "typeshed";
    case RootRole::kTypeshedStubs:
      return "typeshed_stubs";
  }
  return "";
}

void PrintJson(const PythonEnvironment& python, Output& output) {
  const Environment& environment = python.environment;
  Json json(output);
  json.BeginObject();
  json.Key("executable").Bytes(python.executable);
  json.Key("was_run").Bool(python.was_run);
  json.Key("version").Bytes(python.version);
  json.Key("implementation").Bytes(environment.target.implementation);
  json.Key("platform").Bytes(environment.target.platform);
  json.Key("typeshed");
  if (python.typeshed.empty()) {
    json.Null();
  } else {
    json.Bytes(python.typeshed);
  }
  json.Key("roots").BeginArray();
  for (std::size_t i = 0; i < environment.roots.size(); ++i) {
    const SearchRoot& root = environment.roots[i];
    json.BeginObject();
    json.Key("name").Bytes(root.name);
    json.Key("role").String(NameOf(root.role));
    json.Key("directory").Bytes(root.directory);
    json.Key("only").BeginArray();
    for (const std::string& component : root.only) json.Bytes(component);
    json.EndArray();
    json.Key("found_by").Bytes(python.found_by[i]);
    json.EndObject();
  }
  json.EndArray();
  json.Key("builtins").BeginArray();
  for (const std::string& name : environment.builtins) json.Bytes(name);
  json.EndArray();
  json.Key("warnings").BeginArray();
  for (const std::string& warning : environment.warnings) json.Bytes(warning);
  json.EndArray();
  json.EndObject();
  output.Put('\n');
}

std::string Joined(const std::vector<std::string>& words) {
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : ", ") + word;
  return joined;
}

void PrintTable(const PythonEnvironment& python, Output& output) {
  const Environment& environment = python.environment;
  output.Print("{:<10} {}{}\n", "python", Printable(python.executable),
               python.was_run ? " (was run)" : "");
  output.Print("{:<10} {} {} on {}\n\n", "target", Printable(environment.target.implementation),
               Printable(python.version), Printable(environment.target.platform));
  std::size_t stubs = 0;
  std::size_t width = 0;
  for (const SearchRoot& root : environment.roots) {
    if (root.role != RootRole::kTypeshedStubs) width = std::max(width, Printable(root.name).size());
  }
  const auto row = [&](RootRole role, std::string_view name, std::string_view directory,
                       std::string_view found_by) {
    output.Print("{:<16}  {:<{}}  {}  ({})\n", NameOf(role), name, width, directory, found_by);
  };
  for (std::size_t i = 0; i < environment.roots.size(); ++i) {
    const SearchRoot& root = environment.roots[i];
    if (root.role == RootRole::kTypeshedStubs) {
      ++stubs;
      continue;
    }
    const std::string only = root.only.empty() ? "" : ": only " + Joined(root.only);
    row(root.role, Printable(root.name), Printable(root.directory),
        Printable(python.found_by[i] + only));
  }
  if (stubs != 0) {
    row(RootRole::kTypeshedStubs, Grouped(stubs), Printable(python.typeshed + "/stubs/*"),
        "typeshed");
  }
}

int Run(const Call& call) {
  const PosixFileSystem files;
  int code = kDone;
  const std::optional<PythonEnvironment> python =
      FindEnvironment(call.environment, files, kHelp, code);
  if (!python) return code;
  Output output;
  if (call.json) {
    PrintJson(*python, output);
  } else {
    PrintTable(*python, output);
    for (const std::string& warning : python->environment.warnings) {
      PrintWarning(Printable(warning));
    }
  }
  return output.Finish();
}

}  // namespace

Action DeclareEnv(CLI::App& app) {
  SetHelp(app, kHelp);
  const auto call = std::make_shared<Call>();
  app.add_option("--python", call->environment.python);
  app.add_option("--venv", call->environment.venv);
  app.add_option("--root", call->environment.roots)->allow_extra_args(false);
  app.add_option("--typeshed", call->environment.typeshed);
  app.add_flag("--json", call->json);
  return [call] { return Run(*call); };
}

}  // namespace coppice::cli
