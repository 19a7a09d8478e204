#include "network/build.hpp"

#include "base/error.hpp"
#include "spline/activation_table.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace isinglass {

namespace {

/// Activation values are stored on an integer grid of this many steps up to the largest one: 1 for sign, whose
/// values are exact; 15 for tables, which adds at most 1/30 of the largest value to the table's error.
constexpr int table_grid = 15;

/// Step of a bias of `bits` bits, in units of the layer's rms: five bits then span +-2.2 rms, and fewer bits span
/// at least +-0.5 rms.
constexpr double bias_step_rms = 0.07;

int bias_unit(double rms) { return std::max(1, static_cast<int>(std::lround(bias_step_rms * rms))); }

/// Puts the real table on the grids of z and of the activation's integer values.
void set_activation(Layer& layer, const LayerConfig& config) {
  const ActivationTable table = make_activation_table(config.activation, config.segments, config.range);
  double largest = 0;
  for (const double value : table.values) largest = std::max(largest, std::abs(value));
  const double grid = config.activation == "sign" ? 1 : table_grid;
  for (const double knot : table.knots) layer.thresholds.push_back(static_cast<int>(std::lround(knot * layer.rms)));
  for (const double value : table.values) layer.values.push_back(static_cast<std::int8_t>(std::lround(value / largest * grid)));
  for (int k = 0; k < layer.segments(); ++k) layer.pieces.push_back({k, 1, 0});
  if (std::adjacent_find(layer.thresholds.begin(), layer.thresholds.end(), std::greater_equal<>()) != layer.thresholds.end())
    throw InputError(
        "network.hidden: knots coincide on the integer grid of the pre-activation: use fewer segments, a larger "
        "range, or finer inputs (data.levels)");
}

/// Root mean square of the activation value when z is normal with the layer's rms: the scale of the next layer's inputs.
double activation_rms(const Layer& layer) {
  double sum = 0, below = 0;
  for (int k = 0; k < layer.segments(); ++k) {
    const auto at = static_cast<std::size_t>(k);
    const bool last = k + 1 == layer.segments();
    const double upto = last ? 1.0 : 0.5 * std::erfc(-layer.thresholds[at] / (layer.rms * std::sqrt(2.0)));
    sum += (upto - below) * layer.values[at] * layer.values[at];
    below = upto;
  }
  return std::sqrt(sum);
}

}  // namespace

Architecture build_architecture(const NetworkConfig& config, const InputScale& input) {
  Architecture architecture;
  architecture.classes = input.classes;
  architecture.loss = config.output.loss == "hinge" ? Loss::hinge : Loss::squared_hinge;
  int inputs = input.features;
  double input_rms = input.rms;  // of the summed inputs: sqrt of the sum of their mean squares
  const auto start = [&](const std::string& weights, const std::string& bias, int units) {
    Layer layer;
    layer.inputs = inputs;
    layer.units = units;
    layer.weights = make_codebook(weights);
    layer.bias = make_codebook(bias);
    layer.rms = input_rms * layer.weights.rms();
    layer.bias_unit = bias_unit(layer.rms);
    return layer;
  };
  for (const LayerConfig& hidden : config.hidden) {
    Layer layer = start(hidden.weights, hidden.bias, hidden.units);
    set_activation(layer, hidden);
    inputs = layer.units;
    input_rms = std::sqrt(static_cast<double>(inputs)) * activation_rms(layer);
    architecture.layers.push_back(std::move(layer));
  }
  architecture.layers.push_back(start(config.output.weights, config.output.bias, input.classes == 2 ? 1 : input.classes));
  return architecture;
}

}  // namespace isinglass
