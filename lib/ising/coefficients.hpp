#pragma once

#include "ising/problem.hpp"

#include <cstddef>
#include <optional>
#include <span>

/// Facts that kernels ask about the coefficients of a problem with sparse or dense couplings.
namespace isinglass::ising {

/// The power of two in units of which 2 J and 2 h are integers and all sums of a row are below 2^bits; none: real
/// coefficients.
[[nodiscard]] std::optional<double> integer_unit(const IsingProblem& problem, int bits);

/// Whether rows are stored as a whole: more than a tenth of the pairs are coupled.
[[nodiscard]] bool wants_dense_rows(const IsingProblem& problem);

/// Whether couplings are sparse or dense: a list that can be looked through.
[[nodiscard]] inline bool stores_couplings(const IsingProblem& problem) {
  return std::holds_alternative<SparseCouplings>(problem.couplings) ||
         std::holds_alternative<DenseCouplings>(problem.couplings);
}

/// The stored couplings, row after row, zeros of dense rows included; none for forms that store none of them.
[[nodiscard]] std::span<const double> stored_values(const IsingProblem& problem);
[[nodiscard]] std::span<double> stored_values(IsingProblem& problem);

/// The stored couplings of row i.
[[nodiscard]] std::span<const double> row_values(const IsingProblem& problem, std::size_t i);

/// Calls f(column, J) for every coupling of row i, zeros of dense rows included.
template <class F>
void for_row(const IsingProblem& problem, std::size_t i, const F& f) {
  const std::span<const double> values = row_values(problem, i);
  const auto* sparse = std::get_if<SparseCouplings>(&problem.couplings);
  const std::int32_t* columns = sparse != nullptr ? sparse->columns(i).data() : nullptr;
  for (std::size_t k = 0; k < values.size(); ++k)
    f(columns != nullptr ? static_cast<std::size_t>(columns[k]) : k, values[k]);
}

}  // namespace isinglass::ising
