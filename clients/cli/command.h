// What the parts of the command share: exit codes, and how a subcommand is declared.

#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "summaries/error.h"

namespace coppice::cli {

// Documented in `coppice --help`.
enum ExitCode : int {
  kDone = 0,
  kNothingFound = 1,   // query: no match; verify: damage
  kWrongCall = 2,      // the arguments have to be written otherwise
  kFailed = 3,         // what they name is not there, damaged, or cannot be read or written
  kInterrupted = 128,  // plus the number of the signal
};

// What a call makes a subcommand do; returns the exit code.
using Action = std::function<int()>;

// Declares options on `app`; they live in the returned action, which is called after parsing.
Action DeclareIndex(CLI::App& app);
Action DeclareEnv(CLI::App& app);
Action DeclareStats(CLI::App& app);
Action DeclareVerify(CLI::App& app);
Action DeclareExport(CLI::App& app);
Action DeclareQuery(CLI::App& app);
Action DeclareEval(CLI::App& app);
Action DeclareGraph(CLI::App& app);
Action DeclareAst(CLI::App& app);

// Sets the text that --help prints. Must outlive the app: literals.
void SetHelp(CLI::App& app, const char* text);

}  // namespace coppice::cli
