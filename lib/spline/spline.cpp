#include "spline/spline.hpp"

#include "base/error.hpp"
#include "spline/minimax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

namespace isinglass {

namespace {

using Function = std::function<double(double)>;

constexpr std::size_t measuring_samples = 513, searching_samples = 65, bound_samples = 129;

/// f on `count` even points of [left, right], both ends included; t relative to left.
struct Samples1d {
  std::vector<double> t, y;
};

Samples1d sample(const Function& f, double left, double right, std::size_t count) {
  Samples1d samples;
  for (std::size_t i = 0; i < count; ++i) {
    const bool last = i + 1 == count;
    const double t = (right - left) * static_cast<double>(i) / static_cast<double>(count - 1);
    samples.t.push_back(t);
    samples.y.push_back(f(last ? right : left + t));
  }
  return samples;
}

MinimaxFit fit_piece(const Function& f, double left, double right, int degree, std::size_t count) {
  const Samples1d samples = sample(f, left, right, count);
  return fit_minimax(samples.t, samples.y, degree);
}

/// The bound of make_spline's description for one piece.
double piece_bound(const Function& f, double left, double right, int degree) {
  Samples1d samples = sample(f, left, right, bound_samples);
  std::vector<double>& differences = samples.y;
  const double h = right - left, step = h / static_cast<double>(bound_samples - 1);
  double bound = std::numeric_limits<double>::infinity(), factor = h / 2;
  for (int j = 0; j <= degree; ++j) {
    // (j + 1)-st difference quotients from the j-th ones
    std::adjacent_difference(differences.begin(), differences.end(), differences.begin());
    differences.erase(differences.begin());
    for (double& d : differences) d /= step;
    const auto [low, high] = std::minmax_element(differences.begin(), differences.end());
    bound = std::min(bound, factor * std::max(std::abs(*low), std::abs(*high)));
    if (j == 0 && degree > 0) bound = std::min(bound, h * (*high - *low) / 4);
    factor *= h / (4.0 * (j + 2));
  }
  return bound;
}

/// The end of the longest piece from `left` on whose error is at most `level`.
double longest_piece(const Function& f, const SplineShape& shape, double left, double level) {
  const auto fits = [&](double right) { return fit_piece(f, left, right, shape.degree, searching_samples).error <= level; };
  if (fits(shape.high)) return shape.high;
  double good = left, bad = shape.high;
  while (bad - good > 1e-7 * (shape.high - shape.low)) {
    const double middle = (good + bad) / 2;
    (fits(middle) ? good : bad) = middle;
  }
  return good > left ? good : bad;
}

/// Knots of the pieces that each have the error `level`; none if it takes more than `segments` of them.
std::vector<double> knots_of_level(const Function& f, const SplineShape& shape, double level) {
  std::vector<double> knots{shape.low};
  for (int k = 0; k < shape.segments; ++k) {
    knots.push_back(longest_piece(f, shape, knots.back(), level));
    if (knots.back() >= shape.high) return knots;
  }
  return {};
}

/// Bisection on the error: longer pieces have larger ones, so the level decides how many pieces it takes.
std::vector<double> equalized_knots(const Function& f, const SplineShape& shape) {
  double bad = 0, good = fit_piece(f, shape.low, shape.high, shape.degree, searching_samples).error;
  const double precision = 1e-9 * good;  // below it a piece is exact, as those of a piecewise linear f
  std::vector<double> knots{shape.low, shape.high};
  while (good - bad > 1e-4 * good && good > precision) {
    const double level = (good + bad) / 2;
    std::vector<double> found = knots_of_level(f, shape, level);
    if (found.empty()) {
      bad = level;
    } else {
      good = level;
      knots = std::move(found);
    }
  }
  return knots;
}

std::vector<double> uniform_knots(const SplineShape& shape) {
  std::vector<double> knots;
  for (int k = 0; k < shape.segments; ++k) knots.push_back(shape.low + (shape.high - shape.low) * k / shape.segments);
  knots.push_back(shape.high);
  return knots;
}

}  // namespace

double Spline::at(double u) const {
  const auto inner = std::upper_bound(knots.begin() + 1, knots.end() - 1, u);
  const auto piece = static_cast<std::size_t>(inner - knots.begin()) - 1;
  return polynomial(coefficients[piece], std::clamp(u, knots.front(), knots.back()) - knots[piece]);
}

Spline make_spline(const Function& f, const SplineShape& shape) {
  if (shape.degree < 0 || shape.degree > 2) throw InputError(fmt::format("spline: degree {} is not 0, 1 or 2", shape.degree));
  if (shape.segments < 1) throw InputError(fmt::format("spline: {} segments are too few, use 1 or more", shape.segments));
  if (!(shape.low < shape.high)) throw InputError(fmt::format("spline: empty interval from {} to {}", shape.low, shape.high));
  Spline spline;
  spline.knots = shape.knots == Knots::uniform ? uniform_knots(shape) : equalized_knots(f, shape);
  for (std::size_t k = 0; k + 1 < spline.knots.size(); ++k) {
    const double left = spline.knots[k], right = spline.knots[k + 1];
    const MinimaxFit fit = fit_piece(f, left, right, shape.degree, measuring_samples);
    spline.coefficients.push_back(fit.coefficients);
    spline.errors.push_back(fit.error);
    spline.error_bound = std::max(spline.error_bound, piece_bound(f, left, right, shape.degree));
  }
  spline.sup_error = *std::max_element(spline.errors.begin(), spline.errors.end());
  return spline;
}

}  // namespace isinglass
