// The command: declares its subcommands, parses the call, and does what it asks for.

#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <new>
#include <string>
#include <string_view>

#include "clients/cli/command.h"
#include "clients/cli/console.h"
#include "clients/cli/suggestion.h"

namespace coppice::cli {
namespace {

constexpr const char* kHelp =
    R"(Usage: coppice COMMAND ...

Turns trees of Python into one pack file of compact summaries, and answers from it.

  index     build a pack, or bring one up to date
  stats     what a pack holds, and how large its parts are
  verify    check every byte of a pack
  export    write a pack's contents as JSON lines or as tags for editors
  query     look up modules, symbols, names and imports
  ast       print the syntax tree of one file

Examples:
  coppice index --python python3 -o python3.pack
  coppice query python3.pack module json.decoder
  coppice query python3.pack symbols JSONDecoder
  coppice COMMAND --help

Exit codes:
  0    done
  1    query: nothing found; verify: the pack is damaged
  2    the call was wrong: the message says what to do instead
  3    it failed: a file that cannot be read or written, a damaged pack
  130  interrupted (SIGINT); 143: SIGTERM; 141: the reader of the output has gone

Colours and the progress bar appear on terminals only; NO_COLOR turns colours off.
)";

int Misuse(const std::string& message, std::string_view command) {
  PrintError(message);
  fmt::print(stderr, "See coppice {}{}--help\n", command, command.empty() ? "" : " ");
  return kWrongCall;
}

int Main(int argument_count, char** arguments) {
  // Writes that fail are noticed where they are made.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);

  CLI::App app;
  SetHelp(app, kHelp);
  app.set_version_flag("--version", "coppice " COPPICE_VERSION);
  std::map<std::string, Action> actions;
  const auto declare = [&](const char* name, Action (*declare_options)(CLI::App&)) {
    actions[name] = declare_options(*app.add_subcommand(name));
  };
  declare("index", DeclareIndex);
  declare("stats", DeclareStats);
  declare("verify", DeclareVerify);
  declare("export", DeclareExport);
  declare("query", DeclareQuery);
  declare("ast", DeclareAst);

  const std::string_view first = argument_count > 1 ? arguments[1] : "";
  if (first.empty()) {
    std::fputs(kHelp, stderr);
    return kWrongCall;
  }
  if (first == "help") {
    Output output;
    output.Append(kHelp);
    return output.Finish();
  }
  if (!first.starts_with('-') && !actions.contains(std::string(first))) {
    std::string message = "no command '" + Printable(first) + "'";
    std::vector<std::string_view> names;
    for (const auto& [name, action] : actions) names.push_back(name);
    if (const std::string_view near = Nearest(first, names); !near.empty()) {
      message += "; did you mean '" + std::string(near) + "'?";
    } else {
      message += ": it is one of index, stats, verify, export, query, ast";
    }
    return Misuse(message, "");
  }

  try {
    app.parse(argument_count, arguments);
  } catch (const CLI::Success& success) {  // --help and --version
    Output output;
    if (const auto* help = dynamic_cast<const CLI::CallForHelp*>(&success); help != nullptr) {
      output.Append(app.help());
    } else {
      output.Append(std::string(success.what()) + "\n");
    }
    return output.Finish();
  } catch (const CLI::ParseError& error) {
    const bool of_command = actions.contains(std::string(first));
    return Misuse(Printable(error.what()), of_command ? first : "");
  }
  for (const CLI::App* command : app.get_subcommands()) return actions[command->get_name()]();
  return Misuse("no command given", "");
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
