#pragma once

#include "ising/machine.hpp"
#include "ising/problem.hpp"

#include <span>
#include <vector>

namespace isinglass::ising {

/// Single-flip descent: flips spins, in their order, as long as one of them lowers the energy by more than the rounding
/// of its own field. One-hot groups are re-assigned, one at a time; their spins must not be coupled with each other
/// (fold_groups). `products` are J s of the spins as given. Returns the energy of the state that it ends in.
[[nodiscard]] double descend(const IsingProblem& problem, std::span<std::int8_t> spins, std::vector<double> products);

/// J s in double precision.
[[nodiscard]] std::vector<double> coupling_products(const IsingProblem& problem, std::span<const std::int8_t> spins);

/// Ends a read by that descent in the problem as it was given: for kernels that round coefficients, or whose energies
/// are sums in which small gains vanish. An improvement is noted at `seconds`.
void end_by_descent(const IsingProblem& problem, Read& read, double seconds);

}  // namespace isinglass::ising
