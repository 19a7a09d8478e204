#include "bounds/ideal_network.hpp"

#include "base/matrix.hpp"
#include "spline/functions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace isinglass::bounds {

namespace {

/// Largest |slope| of a function that is linear between points, and whether it never falls.
void set_table(IdealActivation& ideal, const spline::Points& points) {
  ideal.lipschitz = 0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const double slope = (points[i][1] - points[i - 1][1]) / (points[i][0] - points[i - 1][0]);
    ideal.lipschitz = std::max(ideal.lipschitz, std::abs(slope));
    ideal.monotone = ideal.monotone && slope >= 0;
  }
}

}  // namespace

IdealActivation make_ideal_activation(const config::LayerConfig& config) {
  IdealActivation ideal{spline::activation_function(config.activation, config.points), 1, true};
  if (config.activation == config::Activation::sign) ideal.lipschitz = std::numeric_limits<double>::infinity();
  if (config.activation == config::Activation::sigmoid) ideal.lipschitz = 0.25;
  if (config.activation == config::Activation::gelu) {
    ideal.lipschitz = 1.1290;  // Phi(u) + u phi(u) is largest at u = sqrt 2: 1.12890..
    ideal.monotone = false;
  }
  if (config.activation == config::Activation::table) set_table(ideal, config.points);
  return ideal;  // relu, leaky_relu, hard_tanh, tanh, softplus: 1
}

IdealNetwork make_ideal_network(const config::NetworkConfig& config, const network::Architecture& architecture,
                                std::span<const network::ActivationFit> activations) {
  IdealNetwork ideal;
  for (std::size_t l = 0; l + 1 < architecture.layers.size(); ++l)
    ideal.push_back({make_ideal_activation(config::dense_layers(config)[l]), 1 / activations[l].value_unit,
                     architecture.layers[l].rms});
  return ideal;
}

std::vector<double> ideal_forward(const network::Architecture& architecture, const IdealNetwork& ideal,
                                  const network::NetworkValues& values, std::span<const std::int8_t> input) {
  std::vector<double> activation(input.begin(), input.end());
  for (std::size_t l = 0;; ++l) {
    const network::Layer& layer = architecture.layers[l];
    std::vector<double> z(values[l].biases.begin(), values[l].biases.end());
    const MatrixView<const std::int16_t> weights(values[l].weights.data(), layer.units, layer.inputs);
    for (int j = 0; j < layer.units; ++j)
      z[static_cast<std::size_t>(j)] =
          dot_in_order(weights.row(j), vector_view(activation), z[static_cast<std::size_t>(j)]);
    if (layer.is_output()) return z;
    for (double& unit : z) unit = ideal[l].at(unit);
    activation = std::move(z);
  }
}

}  // namespace isinglass::bounds
