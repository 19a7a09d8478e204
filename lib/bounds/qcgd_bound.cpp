#include "bounds/qcgd_bound.hpp"

#include "base/stop_signal.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace isinglass::bounds {

namespace {

/// Iterations between two looks at the stop signals.
constexpr int poll_period = 1 << 20;

/// Formula (24): what the weighted mean of random oracle errors exceeds its expectation by, with probability <=
/// failure.
double deviation_of_mean(int t, double deviation, double failure) {
  const double weights_square = 2 * (2.0 * t + 1) / (3.0 * t * (t + 1.0));
  return deviation * std::sqrt(weights_square * (1 - failure) / failure);
}

/// Formulas (25) and (26): energy that rounding may cost when ||mu|| is at most `multipliers`.
double rounding_error(const LiftedConstants& constants, int bits, double multipliers) {
  if (bits == 0) return 0;
  const double levels = std::ldexp(1.0, bits - 1) - 1;
  return (constants.objective_coefficient + constants.row_coefficient * multipliers) / levels;
}

/// Hands the bound of each iteration to `each`.
void go_through(const LiftedConstants& constants, const QcgdBoundSettings& settings,
                const std::function<void(const QcgdBound&)>& each) {
  const double diameter = constants.image_diameter, beta0 = settings.beta0;
  double mean_gap = 0, image = 0;
  double y = settings.initial_multiplier * std::sqrt(static_cast<double>(constants.constraints));
  const double cap = std::max(settings.multiplier_cap, y);
  for (int t = 1; t <= settings.iterations; ++t) {
    const double eta = 2 / (t + 1.0), beta = beta0 * std::sqrt(t + 1.0);
    QcgdBound bound;
    bound.rounding_error = rounding_error(constants, settings.coefficient_bits, y + beta * image);
    mean_gap = (1 - eta) * mean_gap + eta * (settings.oracle_error + bound.rounding_error) +
               1.5 * beta * eta * eta * diameter * diameter;
    bound.gap = mean_gap + deviation_of_mean(t, settings.oracle_deviation, settings.failure);
    const double dual = constants.dual_norm;
    bound.infeasibility = std::min(diameter, (dual + std::sqrt(dual * dual + 2 * beta * bound.gap)) / beta);
    // A bound that may fail with some probability is not built upon: the next iterations then know the diameter alone.
    image = settings.oracle_deviation > 0 ? diameter : bound.infeasibility;
    y = std::min(cap, y + beta0 * std::min(image, 2 * diameter / std::pow(t + 1.0, 0.75)));
    bound.multiplier_norm = y;
    each(bound);
    if (t % poll_period == 0) throw_if_stopped();
  }
}

}  // namespace

std::vector<QcgdBound> bound_qcgd(const LiftedConstants& constants, const QcgdBoundSettings& settings) {
  std::vector<QcgdBound> bounds;
  go_through(constants, settings, [&](const QcgdBound& bound) { bounds.push_back(bound); });
  return bounds;
}

QcgdBound last_qcgd_bound(const LiftedConstants& constants, const QcgdBoundSettings& settings) {
  QcgdBound last;
  go_through(constants, settings, [&](const QcgdBound& bound) { last = bound; });
  return last;
}

double iterations_for_gap(const LiftedConstants& constants, double beta0, double oracle_error, double gap) {
  if (gap <= oracle_error) return std::numeric_limits<double>::infinity();
  // 4 beta0 D^2 sqrt(T + 1) / T = gap - error is a quadratic equation in T.
  const double ratio = 4 * beta0 * constants.image_diameter * constants.image_diameter / (gap - oracle_error);
  const double square = ratio * ratio;
  return std::max(1.0, std::ceil(0.5 * square + ratio * std::sqrt(0.25 * square + 1)));
}

double reads_per_call(double success, double calls, double failure) {
  if (success >= 1) return 1;
  return std::max(1.0, std::ceil(std::log(failure / calls) / std::log1p(-success)));
}

double run_success(double success, double calls, double reads) {
  if (success >= 1) return 1;
  const double all_fail = std::exp(reads * std::log1p(-success));
  return std::exp(calls * std::log1p(-all_fail));
}

double tts99(double run, double success) {
  if (success >= 0.99) return run;
  if (success <= 0) return std::numeric_limits<double>::infinity();
  return run * std::log(0.01) / std::log1p(-success);
}

}  // namespace isinglass::bounds
