#pragma once

#include "base/error.hpp"
#include "parallel/communicator.hpp"

#include <functional>

#include <CLI/CLI.hpp>

/// One function a subcommand: it declares the options and, when the user chose it, sets the action to run.
namespace isinglass {

/// What the chosen subcommand does on every rank; returns the exit code.
using Action = std::function<ExitCode(const Communicator& world)>;

void add_train(CLI::App& app, Action& action);
void add_evaluate(CLI::App& app, Action& action);
void add_check(CLI::App& app, Action& action);
void add_compile(CLI::App& app, Action& action);
void add_export(CLI::App& app, Action& action);
void add_bounds(CLI::App& app, Action& action);
void add_defaults(CLI::App& app, Action& action);
void add_inspect(CLI::App& app, Action& action);
void add_solve(CLI::App& app, Action& action);
void add_status(CLI::App& app, Action& action);
void add_sweep(CLI::App& app, Action& action);

/// Help of the --json flag that every subcommand has.
inline constexpr const char* json_help = "print the result as one JSON object, the last line of standard output (default: off)";

}  // namespace isinglass
