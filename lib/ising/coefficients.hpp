#pragma once

#include "ising/problem.hpp"

#include <cstddef>
#include <optional>

/// What kernels ask about the coefficients of a problem with sparse or dense couplings.
namespace isinglass {

/// The power of two in units of which 2 J and 2 h are integers and all sums of a row are below 2^bits; none: real coefficients.
[[nodiscard]] std::optional<double> integer_unit(const IsingProblem& problem, int bits);

/// Whether rows are stored as a whole: more than a tenth of the pairs are coupled.
[[nodiscard]] bool wants_dense_rows(const IsingProblem& problem);

/// Calls f(column, J) for every coupling of row i, zeros of dense rows included.
template <class F>
void for_row(const IsingProblem& problem, std::size_t i, const F& f) {
  if (const auto* dense = std::get_if<DenseCouplings>(&problem.couplings)) {
    for (std::size_t k = 0; k < problem.spins; ++k) f(k, dense->value[i * problem.spins + k]);
    return;
  }
  const auto& sparse = std::get<SparseCouplings>(problem.couplings);
  for (auto k = static_cast<std::size_t>(sparse.start[i]); k < static_cast<std::size_t>(sparse.start[i + 1]); ++k)
    f(static_cast<std::size_t>(sparse.column[k]), sparse.value[k]);
}

}  // namespace isinglass
