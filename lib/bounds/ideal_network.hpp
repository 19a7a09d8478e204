#pragma once

#include "config/config.hpp"
#include "network/activation.hpp"
#include "network/architecture.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

/// The network that a spline network approximates: the same integer weights, with the activation functions themselves.
/// Formula numbers in this folder are those of docs/theory.md.
namespace isinglass::bounds {

/// An activation function of the reals; its argument is in units of the pre-activation rms.
struct IdealActivation {
  std::function<double(double)> value;
  double lipschitz = 1;  ///< sup |f'|; infinite for a function that jumps
  bool monotone = true;  ///< non-decreasing
};

/// The function that the hidden layer stands for. InputError for a name that does not exist.
[[nodiscard]] IdealActivation make_ideal_activation(const config::LayerConfig& config);

/// An activation on the grid of a layer, formula (1): F(z) = scale f(z / rms), in grid units of the next layer's input.
struct IdealLayer {
  IdealActivation f;
  double scale = 1, rms = 1;

  [[nodiscard]] double at(double z) const { return scale * f.value(z / rms); }
  [[nodiscard]] double lipschitz() const { return scale / rms * f.lipschitz; }
};

/// One entry a hidden layer.
using IdealNetwork = std::vector<IdealLayer>;

/// The functions that the hidden layers of a network approximate: `config` that it was built from, and what building
/// measured.
[[nodiscard]] IdealNetwork make_ideal_network(const config::NetworkConfig& config,
                                              const network::Architecture& architecture,
                                              std::span<const network::ActivationFit> activations);

/// Outputs of the ideal network for one sample, [output], grid units of z.
[[nodiscard]] std::vector<double> ideal_forward(const network::Architecture& architecture, const IdealNetwork& ideal,
                                                const network::NetworkValues& values,
                                                std::span<const std::int8_t> input);

}  // namespace isinglass::bounds
