#include "spline/minimax.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace isinglass::spline {

namespace {

/// Samples on which the error alternates: degree + 2 indices, ascending.
using Reference = std::vector<std::size_t>;

/// Newton's interpolation of values[i] at t[i], as a polynomial in powers of t; one to three points.
std::array<double, 3> interpolate(std::span<const double> t, std::span<const double> values) {
  std::array<double, 3> c{values[0], 0, 0};
  if (t.size() == 1) return c;
  const double slope = (values[1] - values[0]) / (t[1] - t[0]);
  double curvature = 0;
  if (t.size() == 3) curvature = ((values[2] - values[1]) / (t[2] - t[1]) - slope) / (t[2] - t[0]);
  c[0] = values[0] - slope * t[0] + curvature * t[0] * t[1];
  c[1] = slope - curvature * (t[0] + t[1]);
  c[2] = curvature;
  return c;
}

/// The polynomial whose errors on the reference are e, -e, e, ...: e is the ratio of the highest divided differences of
/// y and of the signs, which both annihilate the polynomial.
std::array<double, 3> levelled(std::span<const double> t, std::span<const double> y, const Reference& reference) {
  double of_y = 0, of_signs = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    double product = 1;
    for (std::size_t j = 0; j < reference.size(); ++j)
      if (j != i) product *= t[reference[i]] - t[reference[j]];
    of_y += y[reference[i]] / product;
    of_signs += (i % 2 == 0 ? 1 : -1) / product;
  }
  const double e = of_y / of_signs;
  std::vector<double> at, values;
  for (std::size_t i = 0; i + 1 < reference.size(); ++i) {
    at.push_back(t[reference[i]]);
    values.push_back(y[reference[i]] - (i % 2 == 0 ? e : -e));
  }
  return interpolate(at, values);
}

/// Takes sample `worst` into the reference for a neighbour whose error has the same sign, so that the signs still
/// alternate.
void exchange(Reference& reference, std::size_t worst, const std::vector<double>& errors) {
  const auto same = [&](std::size_t index) { return (errors[index] < 0) == (errors[worst] < 0); };
  const auto after = std::upper_bound(reference.begin(), reference.end(), worst);
  if (after == reference.begin()) {
    if (!same(reference.front())) std::rotate(reference.begin(), reference.end() - 1, reference.end());
    reference.front() = worst;
  } else if (after == reference.end()) {
    if (!same(reference.back())) std::rotate(reference.begin(), reference.begin() + 1, reference.end());
    reference.back() = worst;
  } else {
    *(same(*after) ? after : after - 1) = worst;
  }
}

/// Best of the polynomials seen, with the largest error on all samples.
MinimaxFit improve(Reference reference, std::span<const double> t, std::span<const double> y) {
  constexpr int most_exchanges = 60;    // a handful suffice; rounding may make the last ones go in circles
  constexpr double good_enough = 1e-9;  // relative excess over the levelled error
  MinimaxFit best;
  best.error = std::numeric_limits<double>::infinity();
  std::vector<double> errors(t.size());
  for (int round = 0; round < most_exchanges; ++round) {
    const std::array<double, 3> c = levelled(t, y, reference);
    std::size_t worst = 0;
    for (std::size_t i = 0; i < t.size(); ++i) {
      errors[i] = y[i] - polynomial(c, t[i]);
      if (std::abs(errors[i]) > std::abs(errors[worst])) worst = i;
    }
    const double error = std::abs(errors[worst]);
    if (error < best.error) best = {c, error};
    const bool is_level = error <= (1 + good_enough) * std::abs(errors[reference.front()]);
    if (is_level || std::find(reference.begin(), reference.end(), worst) != reference.end()) break;
    exchange(reference, worst, errors);
  }
  return best;
}

}  // namespace

MinimaxFit fit_minimax(std::span<const double> t, std::span<const double> y, int degree) {
  assert(t.size() == y.size() && degree >= 0 && degree <= 2);
  const auto size = static_cast<std::size_t>(degree) + 2;
  assert(t.size() >= size);
  if (degree == 0) {
    const auto [low, high] = std::minmax_element(y.begin(), y.end());
    return {{(*low + *high) / 2, 0, 0}, (*high - *low) / 2};
  }
  // Extremes of Chebyshev's polynomial: nearly the final reference of a smooth function.
  Reference reference;
  for (std::size_t i = 0; i < size; ++i) {
    const double part = 0.5 - 0.5 * std::cos(std::acos(-1.0) * static_cast<double>(i) / static_cast<double>(size - 1));
    reference.push_back(static_cast<std::size_t>(std::lround(part * static_cast<double>(t.size() - 1))));
  }
  return improve(reference, t, y);
}

}  // namespace isinglass::spline
