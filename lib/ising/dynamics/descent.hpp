#pragma once

#include "ising/problem.hpp"

#include <span>
#include <vector>

namespace isinglass::dynamics {

/// Single-flip descent: flips spins, in their order, as long as one of them lowers the energy. `products` are J s of the
/// spins as given. Returns the energy of the state that it ends in.
[[nodiscard]] double descend(const IsingProblem& problem, std::span<std::int8_t> spins, std::vector<double> products);

/// J s in double precision.
[[nodiscard]] std::vector<double> coupling_products(const IsingProblem& problem, std::span<const std::int8_t> spins);

}  // namespace isinglass::dynamics
