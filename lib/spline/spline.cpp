#include "spline/spline.hpp"

#include "base/error.hpp"
#include "spline/minimax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

namespace isinglass::spline {

namespace {

using Function = std::function<double(double)>;

constexpr std::size_t measuring_samples = 513, searching_samples = 65, bound_samples = 129;
/// Knots are found to this part of the interval; errors below this part of a single piece's count as none, and are well
/// above what the former does to them.
constexpr double knot_precision = 1e-10, exact_part = 1e-7;

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

double error_between(const Function& f, const SplineShape& shape, double left, double right) {
  return fit_piece(f, left, right, shape.degree, searching_samples).error;
}

/// The other end of the longest piece from `start` towards `end`, at either side, whose error is at most `level`.
double longest_piece(const Function& f, const SplineShape& shape, double start, double end, double level) {
  const auto fits = [&](double stop) {
    return error_between(f, shape, std::min(start, stop), std::max(start, stop)) <= level;
  };
  if (fits(end)) return end;
  double good = start, bad = end;
  while (std::abs(bad - good) > knot_precision * (shape.high - shape.low)) {
    const double middle = (good + bad) / 2;
    (fits(middle) ? good : bad) = middle;
  }
  return good != start ? good : bad;
}

/// Knots from `start` to `end` of the longest pieces with errors of at most `level`; none if it takes more than
/// `segments`.
std::vector<double> knots_of_level(const Function& f, const SplineShape& shape, double start, double end,
                                   double level) {
  std::vector<double> knots{start};
  for (int k = 0; k < shape.segments; ++k) {
    knots.push_back(longest_piece(f, shape, knots.back(), end, level));
    if (knots.back() == end) return knots;
  }
  return {};
}

/// Longest pieces from the left up to some piece, and from the right down to it. That piece gets what is left over,
/// which is least where an error does not grow with the length: at an inflection, or where f is flat.
std::vector<double> balanced(const Function& f, const SplineShape& shape, const std::vector<double>& knots,
                             double level) {
  std::vector<double> back = knots_of_level(f, shape, shape.high, shape.low, level);
  std::reverse(back.begin(), back.end());
  if (back.size() != knots.size()) return knots;
  double most = -1;
  std::vector<double> best = knots;
  for (std::size_t k = 0; k + 1 < knots.size(); ++k) {
    if (knots[k] >= back[k + 1]) continue;
    const double error = error_between(f, shape, knots[k], back[k + 1]);
    if (error <= most) continue;
    most = error;
    best.assign(knots.begin(), knots.begin() + static_cast<std::ptrdiff_t>(k + 1));
    best.insert(best.end(), back.begin() + static_cast<std::ptrdiff_t>(k + 1), back.end());
  }
  return best;
}

/// Bisection on the error: longer pieces have larger ones, so the level decides how many pieces it takes.
std::vector<double> equalized_knots(const Function& f, const SplineShape& shape) {
  double bad = 0, good = error_between(f, shape, shape.low, shape.high);
  const double exact = exact_part * good;  // as errors of a piecewise linear f: its pieces are then found
  std::vector<double> knots{shape.low, shape.high};
  while (good - bad > 1e-4 * good && good > exact) {
    const double level = (good + bad) / 2;
    std::vector<double> found = knots_of_level(f, shape, shape.low, shape.high, level);
    if (found.empty()) {
      bad = level;
    } else {
      good = level;
      knots = std::move(found);
    }
  }
  return balanced(f, shape, knots, good);
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
  if (shape.degree < 0 || shape.degree > 2)
    throw InputError(fmt::format("spline: degree {} is not 0, 1 or 2", shape.degree));
  if (shape.segments < 1)
    throw InputError(fmt::format("spline: {} segments are too few, use 1 or more", shape.segments));
  if (!(shape.low < shape.high))
    throw InputError(fmt::format("spline: empty interval from {} to {}", shape.low, shape.high));
  Spline spline;
  spline.knots = shape.knots == config::Knots::uniform ? uniform_knots(shape) : equalized_knots(f, shape);
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

}  // namespace isinglass::spline
