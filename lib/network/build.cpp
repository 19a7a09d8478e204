#include "network/build.hpp"

#include "base/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

namespace isinglass::network {

namespace {

/// Step of a bias of `bits` bits, in units of the layer's rms: five bits then span +-2.2 rms, and fewer bits span
/// at least +-0.5 rms.
constexpr double bias_step_rms = 0.07;

int bias_unit(double rms) { return std::max(1, static_cast<int>(std::lround(bias_step_rms * rms))); }

/// Root mean square of the activation value when z is normal with the layer's rms: the scale of the next layer's
/// inputs.
double activation_rms(const Layer& layer) {
  double sum = 0, below = 0;
  for (int k = 0; k < layer.cell_count(); ++k) {
    const auto at = static_cast<std::size_t>(k);
    const bool last = k + 1 == layer.cell_count();
    const double upto = last ? 1.0 : 0.5 * std::erfc(-layer.thresholds[at] / (layer.rms * std::sqrt(2.0)));
    sum += (upto - below) * layer.values[at] * layer.values[at];
    below = upto;
  }
  return std::sqrt(sum);
}

Loss loss_of(config::OutputLoss loss) {
  if (loss == config::OutputLoss::cross_entropy) return Loss::logistic;
  return *value_named<Loss>(name_of(loss));
}

/// Size of one layer's inputs.
struct Inputs {
  int count = 0;
  double rms = 1;   // sqrt of the sum of their mean squares
  int largest = 0;  // largest sum of their magnitudes, 0: not known
};

Layer start_layer(const Inputs& inputs, const std::string& weights, const std::string& bias, int units) {
  Layer layer;
  layer.inputs = inputs.count;
  layer.units = units;
  layer.weights = make_codebook(weights);
  layer.bias = make_codebook(bias);
  layer.rms = inputs.rms * layer.weights.rms();
  layer.bias_unit = bias_unit(layer.rms);
  return layer;
}

/// Largest |z| of a layer by interval arithmetic; 0 if not known.
int reach_of(const Layer& layer, const Inputs& inputs) {
  if (inputs.largest == 0) return 0;
  return inputs.largest * layer.weights.largest() + layer.bias_unit * layer.bias.largest();
}

ActivationFit add_activation(Layer& layer, const config::LayerConfig& config, int reach, std::size_t index) {
  try {
    return set_activation(layer, config, reach);
  } catch (const InputError& error) {
    throw InputError(fmt::format("network.hidden.{}: {}", index, error.what()));
  }
}

}  // namespace

int largest_input_sum(const data::Samples& samples) {
  int largest = 0;
  for (std::size_t s = 0; s < samples.size(); ++s) {
    int sum = 0;
    for (const std::int8_t x : samples.row(s)) sum += std::abs(static_cast<int>(x));
    largest = std::max(largest, sum);
  }
  return largest;
}

BuiltNetwork build_network(const config::NetworkConfig& config, const InputScale& input) {
  BuiltNetwork built;
  Architecture& architecture = built.architecture;
  architecture.classes = input.classes;
  architecture.loss = loss_of(config.output.loss);
  architecture.loss_segments = config.output.loss_segments;
  architecture.loss_degree = config.output.loss_degree;
  Inputs inputs{input.features, input.rms, input.largest};
  for (const config::LayerConfig& hidden : config::dense_layers(config)) {
    Layer layer = start_layer(inputs, hidden.weights, hidden.bias, hidden.units);
    built.activations.push_back(add_activation(layer, hidden, reach_of(layer, inputs),
                                               static_cast<std::size_t>(&hidden - config.hidden.data())));
    inputs = {layer.units, std::sqrt(static_cast<double>(layer.units)) * activation_rms(layer),
              layer.units * largest_magnitude(layer.values)};
    architecture.layers.push_back(std::move(layer));
  }
  architecture.layers.push_back(
      start_layer(inputs, config.output.weights, config.output.bias, input.classes == 2 ? 1 : input.classes));
  return built;
}

}  // namespace isinglass::network
