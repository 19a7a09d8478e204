#pragma once

#include "command_line.hpp"

/// One function per command: it declares the options, and what the command does on every rank.
namespace isinglass {

void add_train(CommandLine& line);
void add_evaluate(CommandLine& line);
void add_check(CommandLine& line);
void add_compile(CommandLine& line);
void add_export(CommandLine& line);
void add_bounds(CommandLine& line);
void add_defaults(CommandLine& line);
void add_inspect(CommandLine& line);
void add_solve(CommandLine& line);
void add_status(CommandLine& line);
void add_sweep(CommandLine& line);

}  // namespace isinglass
