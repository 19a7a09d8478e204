#include "bounds/ideal_network.hpp"

#include "base/error.hpp"
#include "spline/activation_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace isinglass {

namespace {

/// Activation units per grid step: the tables of build_architecture put their largest |value| on the grid's end.
double scale_of(const Layer& layer, const LayerConfig& config) {
  const ActivationTable table = make_activation_table(config.activation, config.segments, config.range);
  double real = 0, grid = 0;
  for (const double value : table.values) real = std::max(real, std::abs(value));
  for (const std::int8_t value : layer.values) grid = std::max(grid, std::abs(static_cast<double>(value)));
  return grid / real;
}

}  // namespace

IdealActivation make_ideal_activation(std::string_view name) {
  if (name == "sign") return {[](double u) { return u >= 0 ? 1.0 : -1.0; }, std::numeric_limits<double>::infinity(), true};
  if (name == "tanh") return {[](double u) { return std::tanh(u); }, 1, true};
  if (name == "hard_tanh") return {[](double u) { return std::clamp(u, -1.0, 1.0); }, 1, true};
  if (name == "relu") return {[](double u) { return std::max(u, 0.0); }, 1, true};
  if (name == "sigmoid") return {[](double u) { return 1 / (1 + std::exp(-u)); }, 0.25, true};
  throw InputError(fmt::format("activation \"{}\" has no error bound: use sign, tanh, hard_tanh, relu or sigmoid", name));
}

IdealNetwork make_ideal_network(const NetworkConfig& config, const Architecture& architecture) {
  IdealNetwork ideal;
  for (std::size_t l = 0; l + 1 < architecture.layers.size(); ++l) {
    const Layer& layer = architecture.layers[l];
    ideal.push_back({make_ideal_activation(config.hidden[l].activation), scale_of(layer, config.hidden[l]), layer.rms});
  }
  return ideal;
}

std::vector<double> ideal_forward(const Architecture& architecture, const IdealNetwork& ideal, const NetworkValues& values,
                                  std::span<const std::int8_t> input) {
  std::vector<double> activation(input.begin(), input.end());
  for (std::size_t l = 0;; ++l) {
    const Layer& layer = architecture.layers[l];
    std::vector<double> z(values[l].biases.begin(), values[l].biases.end());
    const std::int16_t* weights = values[l].weights.data();
    for (double& sum : z) {
      for (std::size_t i = 0; i < activation.size(); ++i) sum += weights[i] * activation[i];
      weights += layer.inputs;
    }
    if (layer.is_output()) return z;
    for (double& unit : z) unit = ideal[l].at(unit);
    activation = std::move(z);
  }
}

}  // namespace isinglass
