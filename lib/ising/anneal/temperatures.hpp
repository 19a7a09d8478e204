#pragma once

#include "config/config.hpp"
#include "ising/problem.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace isinglass {

/// Temperatures in units of energy: a flip that costs dE is accepted with probability exp(-dE / T).
struct TemperatureRange {
  double hot = 1, cold = 1;
};

/// The range that suits a problem. Hot: the root-mean-square local field of random states, at its upper quartile over the spins
/// (twice this is the typical cost of a flip). Cold: from the lower decile of what flips cost in a state that descent ends in.
[[nodiscard]] TemperatureRange automatic_range(const IsingProblem& problem);

/// One temperature a sweep, from hot to cold, geometric or linear in 1/T.
[[nodiscard]] std::vector<double> schedule(const SaConfig& config, TemperatureRange range, std::int64_t sweeps);

}  // namespace isinglass
