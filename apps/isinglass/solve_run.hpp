#pragma once

#include "base/error.hpp"
#include "parallel/communicator.hpp"
#include "solve/solve.hpp"

#include <string>

namespace isinglass {

/// The command line of `solve`.
struct SolveOptions : solve::SolveSettings {
  std::string path;
  formats::InstanceOptions instance;
  std::string output;  ///< empty: no file
  bool json = false, quiet = false;
};

/// Reads the instance, solves it, prints and writes the result. Collective.
[[nodiscard]] ExitCode run_solve(const SolveOptions& options, const parallel::Communicator& world);

/// The part for problems with constraints. Collective.
[[nodiscard]] ExitCode run_solve_program(const SolveOptions& options, const formats::Instance& instance,
                                         const parallel::Communicator& world);

}  // namespace isinglass
