#pragma once

#include "solve_options.hpp"

#include "base/error.hpp"
#include "parallel/communicator.hpp"

namespace isinglass {

/// Reads the instance, solves it, prints and writes the result. Collective.
[[nodiscard]] ExitCode run_solve(const SolveOptions& options, const Communicator& world);

/// The part for problems with constraints. Collective.
[[nodiscard]] ExitCode run_solve_program(const SolveOptions& options, const Instance& instance,
                                         const Communicator& world);

}  // namespace isinglass
