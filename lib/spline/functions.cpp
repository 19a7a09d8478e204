#include "spline/functions.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace isinglass::spline {

namespace {

using Function = std::function<double(double)>;

/// ln(1 + e^u) without overflow.
double softplus(double u) { return std::max(u, 0.0) + std::log1p(std::exp(-std::abs(u))); }

Function table_function(const Points& points) {
  const auto ascends = [](const auto& left, const auto& right) { return left[0] < right[0]; };
  assert(points.size() >= 2);
  assert(std::ranges::adjacent_find(points, std::not_fn(ascends)) == points.end());
  return [points, ascends](double u) {
    if (u <= points.front()[0]) return points.front()[1];
    if (u >= points.back()[0]) return points.back()[1];
    const auto right = std::ranges::upper_bound(points, std::array{u, 0.0}, ascends), left = right - 1;
    return std::lerp((*left)[1], (*right)[1], (u - (*left)[0]) / ((*right)[0] - (*left)[0]));
  };
}

}  // namespace

Function activation_function(config::Activation activation, const Points& points) {
  switch (activation) {
    case config::Activation::sign:
      return [](double u) { return u < 0 ? -1.0 : 1.0; };
    case config::Activation::relu:
      return [](double u) { return std::max(u, 0.0); };
    case config::Activation::leaky_relu:
      return [](double u) { return u < 0 ? 0.1 * u : u; };
    case config::Activation::hard_tanh:
      return [](double u) { return std::clamp(u, -1.0, 1.0); };
    case config::Activation::tanh:
      return [](double u) { return std::tanh(u); };
    case config::Activation::sigmoid:
      return [](double u) { return 1 / (1 + std::exp(-u)); };
    case config::Activation::softplus:
      return softplus;
    case config::Activation::gelu:
      return [](double u) { return 0.5 * u * std::erfc(-u / std::numbers::sqrt2); };
    case config::Activation::table:
      return table_function(points);
  }
  assert(false);
  return {};
}

}  // namespace isinglass::spline
