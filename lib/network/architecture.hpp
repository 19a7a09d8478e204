#pragma once

#include "network/codebook.hpp"

#include <cstdint>
#include <vector>

namespace isinglass {

enum class Loss { hinge, squared_hinge };

/// One dense layer on its integer grid: z = sum_i w_i a_i + bias_unit * b. All values are exact integers.
struct Layer {
  int inputs = 0, units = 0;
  Codebook weights, bias;
  int bias_unit = 1;                ///< grid units of z per codebook unit of the bias
  double rms = 1;                   ///< of z for random weights and typical inputs, grid units: the scale of margins
  std::vector<int> thresholds;      ///< segment k is [thresholds[k-1], thresholds[k]) in z; empty for the output layer
  std::vector<std::int8_t> values;  ///< activation value of each segment, grid units of the next layer's input

  [[nodiscard]] bool is_output() const { return values.empty(); }
  [[nodiscard]] int segments() const { return static_cast<int>(values.size()); }
};

/// A quantized network: hidden layers with piecewise-constant activations, and a linear output layer.
struct Architecture {
  std::vector<Layer> layers;  ///< the last one is the output layer
  int classes = 2;
  Loss loss = Loss::hinge;

  [[nodiscard]] int outputs() const { return layers.back().units; }  ///< 1 for two classes, else one a class
};

/// Parameter bits of one layer.
struct LayerBits {
  std::vector<std::uint8_t> weights;  ///< [unit][input][bit], 0 or 1
  std::vector<std::uint8_t> biases;   ///< [unit][bit]
  bool operator==(const LayerBits&) const = default;
};

/// All parameter bits of a network: what training is about, and what a model file holds.
using NetworkBits = std::vector<LayerBits>;

/// Integer values of one layer's parameters, decoded from its bits.
struct LayerValues {
  std::vector<std::int16_t> weights;  ///< [unit][input], codebook units
  std::vector<int> biases;            ///< [unit], grid units of z
};
using NetworkValues = std::vector<LayerValues>;

[[nodiscard]] LayerValues decode(const Layer& layer, const LayerBits& bits);
[[nodiscard]] NetworkValues decode(const Architecture& architecture, const NetworkBits& bits);

/// Number of parameters, biases and output layer included.
[[nodiscard]] std::int64_t parameter_count(const Architecture& architecture);
/// Mean of log2(codebook size) over all parameters.
[[nodiscard]] double bits_per_parameter(const Architecture& architecture);

/// What one output changes by when an output weight of rms size meets the largest activation: the unit of losses.
[[nodiscard]] double output_step(const Architecture& architecture);

/// Uniformly random bits, a function of the seed.
[[nodiscard]] NetworkBits random_bits(const Architecture& architecture, std::uint64_t seed);

}  // namespace isinglass
