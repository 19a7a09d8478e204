#pragma once

#include "ising/problem.hpp"

/// Bounds on what rounding may cost. A spin's local field is a sum of its own coefficients, so they alone say which of
/// its gains are real: a problem may have coefficients of 1e10 and of 1e-10. Energies are sums of all coefficients.
namespace isinglass::ising {

/// |offset| + sum |J| + sum |h|: no energy is larger. Of matrix-free couplings, which nobody can list, without them.
[[nodiscard]] double energy_size(const IsingProblem& problem);

/// The largest energy_size() of a problem: energies, local fields and the differences that machines form of them stay
/// finite.
inline constexpr double largest_energy_size = 0x1p1019;

/// By how much an energy that was computed may be off: 0 where all energies are multiples of a power of two that are
/// summed exactly, else some units in the last place of energy_size().
[[nodiscard]] double energy_rounding(const IsingProblem& problem);

/// By how much the local field of spin i may be off: some units in the last place of |h_i| + sum_j |J_ij|.
[[nodiscard]] double field_rounding(const IsingProblem& problem, std::size_t i);

/// Whether every kernel computes with the coefficients exactly: they are multiples of a power of two, and their sums
/// small.
[[nodiscard]] bool has_exact_kernels(const IsingProblem& problem);

}  // namespace isinglass::ising
