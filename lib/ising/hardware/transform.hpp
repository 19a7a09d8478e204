#pragma once

#include "ising/problem.hpp"

#include <cstdint>
#include <span>
#include <vector>

/// Model of what hardware makes of a problem: its forms and its precision.
namespace isinglass::ising::hardware {

/// The largest |J_ij| or |h_i|.
[[nodiscard]] double largest_coefficient(const IsingProblem& problem);

/// Couplings and fields on the grid of signed `bits`-bit integers: multiples of largest / (2^(bits-1) - 1), each moved
/// by half a step at most. bits >= 2. Sparse or dense couplings.
[[nodiscard]] IsingProblem rounded(const IsingProblem& problem, int bits);

/// Fields as couplings to one more spin, the last: E'(s, a) = E(a s), without fields. Sparse couplings.
[[nodiscard]] IsingProblem with_ancilla(const IsingProblem& problem);

/// The state of the problem without the ancilla: spins times the last one.
[[nodiscard]] Spins without_ancilla(std::span<const std::int8_t> spins);

/// The problem of the spins `chosen` while the others keep their values in `spins`: the same energies. `local` are
/// local_fields of the whole state and `whole_energy` its energy. `position` is scratch of one entry a spin, all -1
/// before and after.
[[nodiscard]] IsingProblem conditioned(const IsingProblem& problem, std::span<const std::int32_t> chosen,
                                       std::span<const std::int8_t> spins, std::span<const double> local,
                                       double whole_energy, std::span<std::int32_t> position);

/// Adds Gaussian noise of `sigma` to every field, drawn for (seed, read, call, spin): by Box and Muller.
void add_field_noise(IsingProblem& problem, double sigma, std::uint64_t seed, std::int64_t read, std::uint32_t call);

/// Which `count` spins the sub-problem of a round takes, in ascending order: in even rounds, of the 2 count spins that
/// are cheapest to flip, each with chance one half; in odd rounds a connected set that grows from a random spin. Drawn
/// for (seed, read, round). Sparse couplings.
[[nodiscard]] std::vector<std::int32_t> chosen_spins(const IsingProblem& problem, std::span<const std::int8_t> spins,
                                                     std::span<const double> local, std::size_t count,
                                                     std::uint64_t seed, std::int64_t read, std::uint32_t round);

}  // namespace isinglass::ising::hardware
