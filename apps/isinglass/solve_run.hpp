#pragma once

#include "base/error.hpp"
#include "parallel/communicator.hpp"
#include "solve/solve.hpp"

#include <string>

namespace isinglass {

/// The command line of `solve`.
struct SolveOptions : SolveSettings {
  std::string path;
  InstanceOptions instance;
  std::string output;  ///< empty: no file
  bool json = false, quiet = false;
};

/// Reads the instance, solves it, prints and writes the result. Collective.
[[nodiscard]] ExitCode run_solve(const SolveOptions& options, const Communicator& world);

/// The part for problems with constraints. Collective.
[[nodiscard]] ExitCode run_solve_program(const SolveOptions& options, const Instance& instance,
                                         const Communicator& world);

}  // namespace isinglass
