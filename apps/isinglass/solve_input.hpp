#pragma once

#include "solve_options.hpp"

#include "parallel/communicator.hpp"

#include <optional>

namespace isinglass {

/// An instance, and what is left of the time limit after reading it.
struct SolveInput {
  Instance instance;
  std::optional<double> time_limit;  ///< seconds
};

/// Reads the instance file. AgreedError on all ranks: bad input; code 85 after a stop signal, or when the time limit is
/// over before the problem is there. Collective.
[[nodiscard]] SolveInput read_solve_input(const SolveOptions& options, const Communicator& world);

}  // namespace isinglass
