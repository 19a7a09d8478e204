#pragma once

#include "ising/problem.hpp"

#include <cstdint>

namespace isinglass {

/// A state drawn for a read, every spin with probability 1/2 up.
[[nodiscard]] Spins random_state(std::uint64_t seed, std::uint64_t read, std::size_t spins);

}  // namespace isinglass
