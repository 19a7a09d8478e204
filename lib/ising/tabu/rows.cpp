#include "ising/tabu/rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace isinglass {

namespace {

/// Finest unit that is tried: 2^-20.
constexpr int finest = 20;

/// Calls f with every coupling J of row i, zeros of dense rows included.
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

/// Halves needed to make `value` an integer; more than `finest`: too many.
int halvings(double value) {
  int k = 0;
  while (k <= finest && std::ldexp(value, k) != std::nearbyint(std::ldexp(value, k))) ++k;
  return k;
}

}  // namespace

std::optional<double> integer_unit(const IsingProblem& problem) {
  int halves = 0;
  double most = 0;
  for (std::size_t i = 0; i < problem.spins; ++i) {
    halves = std::max(halves, halvings(2 * problem.fields[i]));
    double sum = std::abs(2 * problem.fields[i]);
    for_row(problem, i, [&](std::size_t, double j) {
      if (halves <= finest) halves = std::max(halves, halvings(2 * j));
      sum += 2 * std::abs(j);
    });
    most = std::max(most, sum);
    if (halves > finest) return std::nullopt;
  }
  // A re-assignment of a group adds two costs: a factor of two stays free.
  if (std::ldexp(most, halves) >= 0x1p29) return std::nullopt;
  return std::ldexp(1.0, -halves);
}

bool wants_dense_rows(const IsingProblem& problem) {
  if (problem.spins > largest_dense) return false;
  const auto* sparse = std::get_if<SparseCouplings>(&problem.couplings);
  if (sparse == nullptr) return true;
  return static_cast<double>(sparse->column.size()) >
         0.1 * static_cast<double>(problem.spins) * static_cast<double>(problem.spins);
}

template <class Cost, class Row>
DenseRows<Cost, Row>::DenseRows(const IsingProblem& problem, double unit)
    : padded_(padded<Cost>(problem.spins)), row_(problem.spins * padded_) {
  for (std::size_t i = 0; i < problem.spins; ++i)
    for_row(problem, i, [&](std::size_t k, double j) { row_[i * padded_ + k] = static_cast<Row>(4 * j / unit); });
}

template <class Cost>
SparseRows<Cost>::SparseRows(const IsingProblem& problem, double unit) : start_{0} {
  for (std::size_t i = 0; i < problem.spins; ++i) {
    for_row(problem, i, [&](std::size_t k, double j) {
      if (j == 0) return;
      column_.push_back(static_cast<std::int32_t>(k));
      value_.push_back(static_cast<Cost>(4 * j / unit));
    });
    start_.push_back(std::ssize(column_));
  }
}

template class DenseRows<std::int32_t, std::int16_t>;
template class DenseRows<std::int32_t, std::int32_t>;
template class DenseRows<double, double>;
template class SparseRows<std::int32_t>;
template class SparseRows<double>;

}  // namespace isinglass
