// The command: declares its subcommands, parses the call, and does what it asks for.

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clients/cli/arguments.h"
#include "clients/cli/command.h"
#include "clients/cli/console.h"

namespace coppice::cli {
namespace {

constexpr const char* kHelp =
    R"(Usage: coppice COMMAND ...

Turns trees of Python into one pack file of compact summaries, and answers from it.

  index     build a pack, or bring one up to date
  env       where an interpreter and type checkers search for modules
  stats     what a pack holds, and how large its parts are
  verify    check every byte of a pack
  export    write a pack's contents as JSON lines or as tags for editors
  query     look up modules, symbols and imports; what names mean, and who refers to them
  eval      resolve everything that the summaries of an index mention
  graph     draw which modules import which: a page, SVG, or for Graphviz
  ast       print the syntax tree of one file

Examples:
  coppice index --python python3 -o python3.pack
  coppice query python3.pack module json.decoder
  coppice query python3.pack symbols JSONDecoder
  coppice index --env --venv .venv src -o .coppice
  coppice query .coppice resolve requests.Session --explain

coppice help COMMAND and coppice COMMAND --help explain a command; coppice --version prints the
version.

Exit codes:
  0    done
  1    query: nothing found; graph: there is no such module as --of names; verify: the pack is
       damaged, or a file that is no pack
  2    the arguments are wrong: the message says what to write instead
  3    it failed: what the arguments name is not there, is something else than it should be, is
       damaged, or cannot be read or written
  130  interrupted (SIGINT); 143: SIGTERM; 141: the reader of the output has gone

Colours and the progress bar appear on terminals only, and not if TERM is "dumb"; NO_COLOR turns
colours off.
)";

int Main(int argument_count, char** arguments) {
  // Writes that fail are noticed where they are made.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);

  CLI::App app;
  SetHelp(app, kHelp);
  app.set_version_flag("--version", "coppice " COPPICE_VERSION);
  std::map<std::string, Action> actions;
  app.require_subcommand(0, 1);  // what comes after one is no other: a directory may be called env
  const auto declare = [&](const char* name, Action (*declare_options)(CLI::App&)) {
    actions[name] = declare_options(*app.add_subcommand(name));
  };
  declare("index", DeclareIndex);
  declare("env", DeclareEnv);
  declare("stats", DeclareStats);
  declare("verify", DeclareVerify);
  declare("export", DeclareExport);
  declare("query", DeclareQuery);
  declare("eval", DeclareEval);
  declare("graph", DeclareGraph);
  declare("ast", DeclareAst);

  std::vector<std::string> words(arguments + std::min(1, argument_count),
                                 arguments + argument_count);
  // `help COMMAND` is another way to write `COMMAND --help`.
  if (!words.empty() && words.front() == "help") {
    words.erase(words.begin());
    words.emplace_back("--help");
  }
  const std::string first = words.empty() ? "" : words.front();
  if (first.empty()) {
    std::fputs(kHelp, stderr);
    return kWrongCall;
  }
  if (!first.starts_with('-') && !actions.contains(first)) {
    return Misuse(kHelp,
                  "no such command: " + NoneOf(first, {"index", "env", "stats", "verify", "export",
                                                       "query", "eval", "graph", "ast", "help"}));
  }

  try {
    std::ranges::reverse(words);  // as parse takes them
    app.parse(std::move(words));
  } catch (const CLI::Success& success) {  // --help and --version
    Output output;
    if (const auto* help = dynamic_cast<const CLI::CallForHelp*>(&success); help != nullptr) {
      output.Append(app.help());
    } else {
      output.Append(std::string(success.what()) + "\n");
    }
    return output.Finish();
  } catch (const CLI::ParseError& error) {
    if (!actions.contains(first)) return Misuse(kHelp, Explain(error, app));
    const CLI::App* command = app.get_subcommand(first);
    return Misuse(command->help(), Explain(error, *command));
  }
  for (const CLI::App* command : app.get_subcommands()) return actions[command->get_name()]();
  return Misuse(kHelp, "no command given");
}

}  // namespace

void SetHelp(CLI::App& app, const char* text) {
  app.formatter_fn([text](const CLI::App*, const std::string&, CLI::AppFormatMode) {
    return std::string(text);
  });
}

}  // namespace coppice::cli

int main(int argument_count, char** arguments) {
  try {
    return coppice::cli::Main(argument_count, arguments);
  } catch (const std::bad_alloc&) {
    std::fputs("coppice: error: out of memory\n", stderr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "coppice: error: %s\n", error.what());
  }
  return coppice::cli::kFailed;
}
