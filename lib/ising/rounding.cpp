#include "ising/rounding.hpp"

#include "ising/coefficients.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace isinglass::ising {

namespace {

constexpr double epsilon = std::numeric_limits<double>::epsilon();
/// Units in the last place: sums of many terms are off by a few of them, of all magnitudes.
constexpr double field_units = 4, energy_units = 8;
/// Bits of single precision, and of whole numbers that doubles sum exactly.
constexpr int narrow_bits = 24, wide_bits = 52;

double sum_of_sizes(std::span<const double> values) {
  double sum = 0;
  for (const double v : values) sum += std::abs(v);
  return sum;
}

double size_of_row(const FactoredCouplings& j, Eigen::Index row) {
  double sum = 0;
  for (const float f : j.factor.row(row)) sum += std::abs(static_cast<double>(f));
  return sum;
}

/// sum |J| over pairs.
double coupling_size(const IsingProblem& problem) {
  double sum = 0;
  for (const double v : stored_values(problem)) sum += std::abs(v) / 2;  // halves first: what can be summed at all is
  if (const auto* factored = std::get_if<FactoredCouplings>(&problem.couplings))
    for (Eigen::Index r = 0; r < factored->weight.size(); ++r) {
      const double row = size_of_row(*factored, r);
      sum += std::abs(factored->weight[r]) * row * row / 2;
    }
  return sum;
}

bool is_multiple(double value, double unit) { return std::nearbyint(value / unit) * unit == value; }

}  // namespace

double energy_size(const IsingProblem& problem) {
  return std::abs(problem.offset) + sum_of_sizes(problem.fields) + coupling_size(problem);
}

double energy_rounding(const IsingProblem& problem) {
  const double size = energy_size(problem);
  if (stores_couplings(problem)) {
    const std::optional<double> unit = integer_unit(problem, wide_bits);
    // Units are those of 2 J and 2 h: energies are multiples of half of them.
    if (unit && size < std::ldexp(*unit, wide_bits - 1) && is_multiple(problem.offset, *unit / 2)) return 0;
  }
  return energy_units * epsilon * size;
}

double field_rounding(const IsingProblem& problem, std::size_t i) {
  double size = std::abs(problem.fields[i]);
  if (const auto* factored = std::get_if<FactoredCouplings>(&problem.couplings)) {
    for (Eigen::Index r = 0; r < factored->weight.size(); ++r) {
      const double f = std::abs(factored->weight[r] * static_cast<double>(factored->factor(r, i)));
      if (f > 0) size += f * size_of_row(*factored, r);
    }
  } else if (stores_couplings(problem)) {
    for_row(problem, i, [&](std::size_t, double j) { size += std::abs(j); });
  }
  return field_units * epsilon * size;
}

bool has_exact_kernels(const IsingProblem& problem) {
  return stores_couplings(problem) && integer_unit(problem, narrow_bits).has_value();
}

}  // namespace isinglass::ising
