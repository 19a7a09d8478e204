#include "ising/anneal/choose_chains.hpp"

#include "ising/anneal/dense_chains.hpp"
#include "ising/anneal/lane_chains.hpp"
#include "ising/anneal/real_chains.hpp"
#include "ising/coefficients.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace isinglass::ising {

namespace {

/// Relative to the largest coefficient: below this, a difference is rounding.
constexpr double tolerance = 1e-9;
/// A unit below this part of the largest coefficient is none.
constexpr double smallest_unit = 1e-6;

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
  return std::ranges::all_of(
      values, [&](double v) { return std::abs(v - unit * std::round(v / unit)) <= tolerance * largest; });
}

}  // namespace

CoefficientUnits::CoefficientUnits(const IsingProblem& problem) : row_sum_(problem.spins) {
  for (std::size_t i = 0; i < problem.spins; ++i)
    for (const double j : row_values(problem, i)) row_sum_[i] += std::abs(j);
  inspect(stored_values(problem));
}

void CoefficientUnits::inspect(std::span<const double> values) {
  largest_ = largest_magnitude(values);
  if (largest_ == 0) return;
  unit_ = unit_of(values, 0, largest_);
  has_unit_ = unit_ >= smallest_unit * largest_ && are_multiples(values, unit_, largest_);
}

double CoefficientUnits::unit(std::span<const double> fields) const {
  const double largest = std::max(largest_, largest_magnitude(fields));
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

namespace {

/// From this part of all pairs on, a full matrix is faster than rows of neighbours.
constexpr double dense_part = 0.5;
/// Below, blocks of reads in lanes are faster than rows, one read at a time: measured with 64 reads, whole coefficients
/// in lanes of 8 or 16 bits are 7 times as fast at 100 spins, 1.4 times at 200 and slower from 300 on. Real ones need
/// lanes of 32 bits, twice as fast at 100 spins and half as fast for the few reads that sub-problems ask for.
constexpr std::size_t fewest_dense_whole = 200, fewest_dense_real = 64;
/// Share of the last temperature: a grid of couplings must be finer.
constexpr double finest_part = 1e-4;
/// Places of lanes have 32 bits.
constexpr std::size_t most_lane_spins = std::size_t{1} << 26U;

/// Whether the dense kernel suits a problem with sparse or dense couplings.
bool suits_dense(const IsingProblem& problem) {
  if (problem.spins < fewest_dense_real || problem.spins > largest_dense) return false;
  const auto n = static_cast<double>(problem.spins);
  const auto* sparse = std::get_if<SparseCouplings>(&problem.couplings);
  if (sparse != nullptr && static_cast<double>(sparse->nonZeros()) < dense_part * n * (n - 1)) return false;
  return problem.spins >= fewest_dense_whole || CoefficientUnits(problem).unit(problem.fields) == 0;
}

/// Real couplings on a grid on which the largest local field has 30 bits: fields are exact sums again, and 16 replicas
/// share a vector. The grid is a power of two, so that new fields seldom change it. Not if it is too coarse for the
/// coldest moves.
ChainChoice choose_real(const CoefficientUnits& coefficients, std::span<const double> fields, double cold) {
  const double unit = std::ldexp(1.0, std::ilogb(coefficients.largest_field(fields)) - 28);
  if (unit > finest_part * cold || fields.size() >= most_lane_spins) return {ChainKind::sparse_real};
  return {ChainKind::lanes32, unit, true};
}

/// Local fields of lanes must stay in the range of their integers, and the dense kernel has couplings of 8 bits.
ChainChoice choose(const CoefficientUnits& coefficients, std::span<const double> fields, bool is_dense, double cold) {
  const double unit = coefficients.unit(fields);
  if (unit == 0) return is_dense ? ChainChoice{ChainKind::dense_real} : choose_real(coefficients, fields, cold);
  const double largest = std::round(coefficients.largest_field(fields) / unit);
  if (is_dense) {
    const bool are_bytes = std::round(coefficients.largest_coupling() / unit) <= INT8_MAX;
    if (are_bytes && largest <= INT16_MAX) return {ChainKind::dense16, unit};
    if (are_bytes && largest <= INT32_MAX / 2) return {ChainKind::dense32, unit};
    return {ChainKind::dense_real};
  }
  if (fields.size() >= most_lane_spins) return {ChainKind::sparse_real};
  if (largest <= INT8_MAX) return {ChainKind::lanes8, unit};
  if (largest <= INT16_MAX) return {ChainKind::lanes16, unit};
  if (largest <= INT32_MAX / 2) return {ChainKind::lanes32, unit};
  return {ChainKind::sparse_real};
}

std::unique_ptr<Chains> make_chains(const IsingProblem& problem, const ChainChoice& choice, simd::Width width) {
  switch (choice.kind) {
    case ChainKind::lanes8:
      return std::make_unique<LaneChains<std::int8_t>>(problem, choice.unit, width);
    case ChainKind::lanes16:
      return std::make_unique<LaneChains<std::int16_t>>(problem, choice.unit, width);
    case ChainKind::lanes32:
      return std::make_unique<LaneChains<std::int32_t>>(problem, choice.unit, width);
    case ChainKind::dense16:
      return std::make_unique<DenseChains<std::int16_t>>(problem, choice.unit, width);
    case ChainKind::dense32:
      return std::make_unique<DenseChains<std::int32_t>>(problem, choice.unit, width);
    case ChainKind::dense_real:
      return std::make_unique<RealChains<DenseCouplings>>(problem, width);
    case ChainKind::sparse_real:
      break;
  }
  return std::make_unique<RealChains<SparseCouplings>>(problem, width);
}

}  // namespace

IsingProblem in_suitable_form(const IsingProblem& problem) {
  IsingProblem formed = problem;
  if (!std::holds_alternative<SparseCouplings>(formed.couplings)) formed.couplings = to_dense(problem);
  const bool is_dense = std::holds_alternative<DenseCouplings>(formed.couplings);
  if (suits_dense(formed) == is_dense) return formed;
  if (is_dense)
    formed.couplings = to_sparse(formed);
  else
    formed.couplings = to_dense(formed);
  return formed;
}

ChosenChains::ChosenChains(const IsingProblem& problem, simd::Width width)
    : is_dense_(std::holds_alternative<DenseCouplings>(problem.couplings)),
      coefficients_(problem),
      range_(automatic_range(problem)),
      choice_(choose(coefficients_, problem.fields, is_dense_, range_.cold)),
      chains_(make_chains(problem, choice_, width)) {}

bool ChosenChains::set_fields(std::span<const double> fields) {
  const bool has_couplings = coefficients_.largest_coupling() > 0;  // else the temperatures come from the fields
  if (!has_couplings || choose(coefficients_, fields, is_dense_, range_.cold) != choice_) return false;
  chains_->set_fields(fields);
  return true;
}

}  // namespace isinglass::ising
