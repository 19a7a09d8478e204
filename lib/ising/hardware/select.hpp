#pragma once

#include "ising/problem.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::hardware {

/// Which `count` spins the sub-problem of a round takes, in ascending order: in even rounds, of the 2 count spins that are
/// cheapest to flip, each with chance one half; in odd rounds a connected set that grows from a random spin. Drawn for (seed,
/// read, round). Sparse couplings.
[[nodiscard]] std::vector<std::int32_t> chosen_spins(const IsingProblem& problem, std::span<const std::int8_t> spins,
                                                     std::span<const double> local, std::size_t count, std::uint64_t seed,
                                                     std::int64_t read, std::uint32_t round);

}  // namespace isinglass::hardware
