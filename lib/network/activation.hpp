#pragma once

#include "config/config.hpp"
#include "network/architecture.hpp"
#include "spline/spline.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace isinglass::network {

/// How far an activation as it is on the integer grid is from the function it stands for: x in units of the
/// pre-activation rms, errors in units of the function.
struct ActivationFit {
  config::Activation activation = config::Activation::sign;
  int degree = 0, segments = 2;  ///< of the spline; with equalized knots it may have fewer segments than asked for
  int pieces = 2, cells = 2;     ///< of the layer
  double low = -2, high = 2;  ///< the interval that the spline covers; outside of it the layer's activation is constant
  double reach = 0;           ///< FIP: |x| is at most this on the training samples; 0: not known
  double spline_error = 0;    ///< largest |f - spline| on [low, high]
  double spline_error_bound = 0;  ///< what theory promises for it
  double grid_error = 0;          ///< largest |f - value_unit * value| over the integers z in [low, high]
  double value_unit = 1;          ///< f for one unit of Layer::values
};

/// Thresholds, values, cell_width and pieces of Layer, and what one unit of `values` stands for.
struct GridActivation {
  std::vector<int> thresholds;
  std::vector<std::int8_t> values;
  int cell_width = 1;
  std::vector<ActivationPiece> pieces;
  double value_unit = 1;
};

/// The spline of a layer's activation on [-range, range]; that of sign is sign itself.
[[nodiscard]] spline::Spline activation_spline(const config::LayerConfig& config, double range);

/// Constant pieces on the grids: knots at the nearest integers of z, values in 1/`steps` of the largest. A cell each,
/// also where neighbours have the same value. InputError where knots coincide, and for a spline that is 0.
[[nodiscard]] GridActivation put_constants_on_grid(const spline::Spline& spline, double rms, int steps);

/// Linear pieces on the grids, described in activation_lines.cpp. InputError where that is impossible, with the way
/// out.
[[nodiscard]] GridActivation put_lines_on_grid(const std::function<double(double)>& f, const spline::Spline& spline,
                                               double rms);

/// Sets the activation of `layer`, whose rms, weights and bias are set, and measures it. `reach`: largest |z| that FIP
/// allows, 0 if not known: knots beyond it are of no use, so the range is clipped to it. InputErrors say what to
/// change, not which layer.
ActivationFit set_activation(Layer& layer, const config::LayerConfig& config, int reach);

}  // namespace isinglass::network
