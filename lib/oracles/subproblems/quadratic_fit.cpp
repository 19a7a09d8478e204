#include "oracles/subproblems/quadratic_fit.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass {

namespace {

/// Values as multiples of a unit, the largest of them `largest`; returns the unit.
double quantize(const Eigen::VectorXd& values, int largest, Eigen::VectorX<std::int32_t>& out, const Communicator& group) {
  const double extreme = group.all_max(values.lpNorm<Eigen::Infinity>());
  const double unit = extreme > 0 ? extreme / largest : 1;
  out = values.unaryExpr([&](double v) { return static_cast<std::int32_t>(std::lround(v / unit)); });
  return unit;
}

}  // namespace

Parabola parabola_through(int left, double low, double middle, int right, double high) {
  if (left + right == 0) return {};
  if (left == 0) return {(high - middle) / right, 0};
  if (right == 0) return {(middle - low) / left, 0};
  const double rise_left = (middle - low) / left, rise_right = (high - middle) / right;
  return {(rise_right * left + rise_left * right) / (left + right), 2 * (rise_right - rise_left) / (left + right)};
}

QuadraticFit fit_quadratic(const UnitCost& cost, int window, int limit, int largest_gradient, int largest_curvature,
                           const Communicator& group) {
  const std::span<const std::int32_t> z = cost.z();
  std::vector<std::int32_t> low(z.begin(), z.end()), high(z.begin(), z.end());
  for (std::size_t s = 0; s < z.size(); ++s) {
    low[s] = std::max(low[s] - window, std::min(low[s], -limit));
    high[s] = std::min(high[s] + window, std::max(high[s], limit));
  }
  const std::vector<double> at_low = cost.costs(low), at_z = cost.costs(z), at_high = cost.costs(high);
  Eigen::VectorXd slopes(z.size()), curvatures(z.size());
  for (std::size_t s = 0; s < z.size(); ++s) {
    const Parabola parabola = parabola_through(z[s] - low[s], at_low[s], at_z[s], high[s] - z[s], at_high[s]);
    slopes[s] = parabola.slope;
    curvatures[s] = std::max(0.0, parabola.curvature);
  }
  QuadraticFit fit;
  fit.largest_gradient = largest_gradient;
  fit.largest_curvature = largest_curvature;
  fit.gradient_unit = quantize(slopes, largest_gradient, fit.gradient, group);
  fit.curvature_unit = quantize(curvatures, largest_curvature, fit.curvature, group);
  return fit;
}

}  // namespace isinglass
