#include "ising/anneal/units.hpp"

#include "ising/coefficients.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass {

namespace {

/// Relative to the largest coefficient: below this, a difference is rounding.
constexpr double tolerance = 1e-9;
/// A unit below this part of the largest coefficient is none.
constexpr double smallest_unit = 1e-6;

double largest_of(std::span<const double> values) {
  double largest = 0;
  for (const double v : values) largest = std::max(largest, std::abs(v));
  return largest;
}

/// Euclid's algorithm on real numbers a >= b; what is below `noise` counts as 0.
double common_unit(double a, double b, double noise) {
  while (b > noise) {
    const double rest = std::abs(a - b * std::round(a / b));
    a = b;
    b = rest;
  }
  return a;
}

/// The largest number of which `unit` (0: nothing yet) and all values are multiples.
double unit_of(std::span<const double> values, double unit, double largest) {
  double last = 0;
  for (const double v : values) {
    const double size = std::abs(v);
    if (size <= tolerance * largest || size == last) continue;
    last = size;
    unit = unit == 0 ? size : common_unit(std::max(unit, size), std::min(unit, size), tolerance * largest);
    if (unit < smallest_unit * largest) return unit;  // real numbers: no need to look further
  }
  return unit;
}

bool are_multiples(std::span<const double> values, double unit, double largest) {
  return std::ranges::all_of(values,
                             [&](double v) { return std::abs(v - unit * std::round(v / unit)) <= tolerance * largest; });
}

}  // namespace

CoefficientUnits::CoefficientUnits(const IsingProblem& problem) : row_sum_(problem.spins) {
  for (std::size_t i = 0; i < problem.spins; ++i)
    for (const double j : row_values(problem, i)) row_sum_[i] += std::abs(j);
  inspect(stored_values(problem));
}

void CoefficientUnits::inspect(std::span<const double> values) {
  largest_ = largest_of(values);
  if (largest_ == 0) return;
  unit_ = unit_of(values, 0, largest_);
  has_unit_ = unit_ >= smallest_unit * largest_ && are_multiples(values, unit_, largest_);
}

double CoefficientUnits::unit(std::span<const double> fields) const {
  const double largest = std::max(largest_, largest_of(fields));
  if (largest == 0) return 1;
  if (!has_unit_) return 0;
  const double unit = unit_of(fields, unit_, largest);
  // Couplings that are multiples of their own unit are multiples of a part of it.
  const bool fits = unit >= smallest_unit * largest && are_multiples(fields, unit, largest) &&
                    (unit_ == 0 || are_multiples(std::span<const double>(&unit_, 1), unit, largest));
  return fits ? unit : 0;
}

double CoefficientUnits::largest_field(std::span<const double> fields) const {
  double largest = 0;
  for (std::size_t i = 0; i < row_sum_.size(); ++i) largest = std::max(largest, row_sum_[i] + std::abs(fields[i]));
  return largest;
}

}  // namespace isinglass
