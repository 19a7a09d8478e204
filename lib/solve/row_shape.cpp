#include "solve/row_shape.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace isinglass::solve {

namespace {

/// Whole numbers up to here are added and divided exactly.
constexpr double largest_whole = 1e12;

/// Whether `value` is a whole number other than 0, but for the rounding of a decimal and of its scaling.
bool is_nearly_whole(double value) {
  const double whole = std::round(value);
  return whole != 0 && std::abs(value) <= largest_whole &&
         std::abs(value - whole) <= 4 * std::numeric_limits<double>::epsilon() * std::abs(value);
}

/// The largest step of which all coefficients are multiples, among decimals of up to six places; 0: none.
double grid_step(const std::vector<double>& coefficients) {
  for (double scale = 1; scale <= 1e6; scale *= 10) {
    std::int64_t divisor = 0;
    const bool fits = std::ranges::all_of(coefficients, [&](double a) {
      if (!is_nearly_whole(a * scale)) return false;
      divisor = std::gcd(divisor, std::llround(std::abs(a * scale)));
      return true;
    });
    if (fits && divisor > 0) return static_cast<double>(divisor) / scale;
  }
  return 0;
}

/// Rows whose coefficients are +-a say how many literals are 1: at most one is a clique, exactly one a one-hot row.
bool fill_counting_shape(const formats::LinearRow& row, RowShape& shape) {
  const double a = std::abs(row.coefficient.front());
  if (!std::ranges::all_of(row.coefficient, [&](double c) { return std::abs(c) == a; })) return false;
  const auto count = static_cast<double>(row.coefficient.size());
  const auto negatives = static_cast<double>(std::ranges::count_if(row.coefficient, [](double c) { return c < 0; }));
  // sum / a + negatives = number of literals (x of positive, 1 - x of negative coefficients) that are 1
  const double least = std::ceil(row.lower / a + negatives - 1e-9), most = std::floor(row.upper / a + negatives + 1e-9);
  const auto literals = [&](bool complement) {
    for (std::size_t k = 0; k < row.variable.size(); ++k)
      shape.literals.push_back({row.variable[k], (row.coefficient[k] < 0) != complement});
  };
  if (least == 1 && most == 1 && negatives == 0) {
    shape.kind = RowShape::Kind::one_hot;
    return true;
  }
  if (least <= 0 && most == 1) {
    shape.kind = RowShape::Kind::clique;
    literals(false);
    return true;
  }
  if (most >= count && least == count - 1) {  // at most one is 0
    shape.kind = RowShape::Kind::clique;
    literals(true);
    return true;
  }
  return false;
}

}  // namespace

RowShape shape_of(const formats::LinearRow& row) {
  RowShape shape;
  double least = 0, most = 0;
  for (const double a : row.coefficient) (a < 0 ? least : most) += a;
  const double tolerance = formats::row_tolerance(row);
  if (row.lower <= least + tolerance && row.upper >= most - tolerance) {
    shape.kind = RowShape::Kind::redundant;
    return shape;
  }
  const double lower = std::max(row.lower, least), upper = std::min(row.upper, most);
  shape.kind = RowShape::Kind::infeasible;
  if (lower > upper + tolerance) return shape;
  const double step = grid_step(row.coefficient);
  if (step > 0) {
    const double first = std::ceil((lower - tolerance) / step), last = std::floor((upper + tolerance) / step);
    if (first > last) return shape;
    shape.step = step;
    shape.lower = first * step;
    shape.range = static_cast<std::int64_t>(last - first);
  } else {
    shape.is_exact = false;
    shape.lower = lower;
    shape.range = upper - lower <= tolerance ? 0 : coarse_steps;
    shape.step = shape.range == 0 ? 1 : (upper - lower) / static_cast<double>(coarse_steps);
  }
  shape.kind = RowShape::Kind::general;
  if (fill_counting_shape(row, shape)) shape.is_exact = true;
  return shape;
}

std::vector<std::int64_t> slack_weights(std::int64_t range) {
  std::vector<std::int64_t> weights;
  for (std::int64_t sum = 0; sum < range; sum += weights.back()) weights.push_back(std::min(sum + 1, range - sum));
  return weights;
}

}  // namespace isinglass::solve
