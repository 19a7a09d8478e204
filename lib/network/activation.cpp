#include "network/activation.hpp"

#include "base/error.hpp"
#include "network/forward.hpp"
#include "spline/functions.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <utility>

namespace isinglass::network {

namespace {

/// Values of constant pieces are on a grid of this many steps up to the largest one: 1 for sign, whose values are
/// exact; 15 for the others, which adds at most 1/30 of the largest value to the spline's error.
constexpr int constant_steps = 15;

/// Largest distance of the layer's activation from f on the integers of [low, high] rms.
double measure(const Layer& layer, const std::function<double(double)>& f, const ActivationFit& fit) {
  double error = 0;
  const int last = static_cast<int>(std::floor(fit.high * layer.rms));
  for (int z = static_cast<int>(std::ceil(fit.low * layer.rms)); z <= last; ++z) {
    const int value = layer.values[static_cast<std::size_t>(segment_of(layer.thresholds, z))];
    error = std::max(error, std::abs(f(z / layer.rms) - fit.value_unit * value));
  }
  return error;
}

/// `range` of the configuration, clipped to what is reachable. Units of the rms.
double covered_range(const config::LayerConfig& config, double reach) {
  if (config.range > 0) return reach > 0 ? std::min(config.range, reach) : config.range;
  if (reach > 0) return reach;
  throw InputError("range: reachable needs the training samples: give a number");
}

}  // namespace

spline::Spline activation_spline(const config::LayerConfig& config, double range) {
  if (config.activation == config::Activation::sign) return {{-range, 0, range}, {{-1, 0, 0}, {1, 0, 0}}, {0, 0}, 0, 0};
  assert(config.segments >= 2);
  return spline::make_spline(spline::activation_function(config.activation, config.points),
                             {config.degree, config.segments, config.knots, -range, range});
}

GridActivation put_constants_on_grid(const spline::Spline& spline, double rms, int steps) {
  GridActivation grid;
  double largest = 0;
  for (const auto& piece : spline.coefficients) largest = std::max(largest, std::abs(piece[0]));
  if (largest == 0) throw InputError("the activation is 0 on its range: use a larger range");
  grid.value_unit = largest / steps;
  for (int k = 0; k < spline.pieces(); ++k) {
    const auto at = static_cast<std::size_t>(k);
    if (k > 0) grid.thresholds.push_back(static_cast<int>(std::lround(spline.knots[at] * rms)));
    grid.values.push_back(static_cast<std::int8_t>(std::lround(spline.coefficients[at][0] / largest * steps)));
    grid.pieces.push_back({k, 1, 0});
  }
  if (std::adjacent_find(grid.thresholds.begin(), grid.thresholds.end(), std::greater_equal<>()) !=
      grid.thresholds.end())
    throw InputError(
        "knots coincide on the integer grid of the pre-activation: use fewer segments, a larger range, uniform knots, "
        "or finer "
        "inputs (data.levels)");
  return grid;
}

ActivationFit set_activation(Layer& layer, const config::LayerConfig& config, int reach) {
  ActivationFit fit;
  fit.activation = config.activation;
  fit.degree = config.degree;
  fit.reach = reach / layer.rms;
  fit.high = covered_range(config, fit.reach);
  fit.low = -fit.high;
  const spline::Spline spline = activation_spline(config, fit.high);
  const auto f = spline::activation_function(config.activation, config.points);
  GridActivation grid =
      config.degree == 0
          ? put_constants_on_grid(spline, layer.rms, config.activation == config::Activation::sign ? 1 : constant_steps)
          : put_lines_on_grid(f, spline, layer.rms);
  if (grid.values.size() < 2) throw InputError("the activation is constant on its range: use a larger range");
  layer.thresholds = std::move(grid.thresholds);
  layer.values = std::move(grid.values);
  layer.cell_width = grid.cell_width;
  layer.pieces = std::move(grid.pieces);
  fit.segments = spline.pieces();
  fit.pieces = static_cast<int>(layer.pieces.size());
  fit.cells = layer.cell_count();
  fit.spline_error = spline.sup_error;
  fit.spline_error_bound = spline.error_bound;
  fit.value_unit = grid.value_unit;
  fit.grid_error = measure(layer, f, fit);
  return fit;
}

}  // namespace isinglass::network
