#pragma once

#include "base/names.hpp"
#include "filters/bank.hpp"
#include "network/codebook.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::network {

/// Cost of one output as a function of u = y z / M: y = +-1 the wanted sign, M the margin.
/// hinge max(0, 1 - u); squared_hinge its square; squared (1 - u)^2; logistic log2(1 + exp(-u)) (cross-entropy of a
/// sigmoid).
enum class Loss { hinge, squared_hinge, squared, logistic };
constexpr std::array<std::string_view, 4> names_of(Loss) { return {"hinge", "squared_hinge", "squared", "logistic"}; }

/// One segment of an activation spline on the integer grid: `cells` cells from `first_cell` on, whose values rise by
/// `slope` from each to the next. A constant segment is one cell of any width; the cells of a linear one are
/// Layer::cell_width wide.
struct ActivationPiece {
  int first_cell = 0, cells = 1, slope = 0;
  bool operator==(const ActivationPiece&) const = default;
};

/// One dense layer on its integer grid: z = sum_i w_i a_i + bias_unit * b. All values are exact integers.
struct Layer {
  int inputs = 0, units = 0;
  Codebook weights, bias;
  int bias_unit = 1;                ///< grid units of z per codebook unit of the bias
  double rms = 1;                   ///< of z for random weights and typical inputs, grid units: the scale of margins
  std::vector<int> thresholds;      ///< cell k is [thresholds[k-1], thresholds[k]) in z; empty for the output layer
  std::vector<std::int8_t> values;  ///< activation value of each cell, grid units of the next layer's input
  int cell_width = 1;               ///< of the cells of linear pieces, grid units of z
  std::vector<ActivationPiece>
      pieces;  ///< the spline's segments, ascending, covering all cells; the solvers see cells only

  [[nodiscard]] bool is_output() const { return values.empty(); }
  /// Number of cells, among which the solvers choose. The segments of the spline are `pieces`.
  [[nodiscard]] int cell_count() const { return static_cast<int>(values.size()); }
};

/// A quantized network: hidden layers with piecewise-constant activations, and a linear output layer. Before them there
/// may be banks of filters, side by side, that make the inputs of the first of these layers from the pixels of an
/// image.
struct Architecture {
  std::vector<filters::Bank> banks{};  ///< their features, bank after bank, are the inputs of layers.front()
  /// Whether weights and thresholds of the filters are trained: then NetworkBits have them, and not the banks. See
  /// filter_bits.hpp.
  bool trains_filters = false;
  std::vector<Layer> layers;  ///< the last one is the output layer
  int classes = 2;
  Loss loss = Loss::hinge;
  int loss_segments = 8;  ///< pieces of the spline of a loss that is not piecewise polynomial (logistic)
  int loss_degree = 1;    ///< 0, 1 or 2: of these pieces

  [[nodiscard]] int outputs() const { return layers.back().units; }  ///< 1 for two classes, else one per class
};

/// Parameter bits of one layer.
struct LayerBits {
  std::vector<std::uint8_t> weights;  ///< [unit][input][bit], 0 or 1
  std::vector<std::uint8_t> biases;   ///< [unit][bit]
  bool operator==(const LayerBits&) const = default;
};

/// All parameter bits of a network: what training is about. Those of the layers come first; where filters are trained,
/// those of each bank follow, `weights` as [filter][row][column] and `biases` as [filter][bit of the threshold].
using NetworkBits = std::vector<LayerBits>;

/// Integer values of one layer's parameters, decoded from its bits.
struct LayerValues {
  std::vector<std::int16_t> weights;  ///< [unit][input], codebook units
  std::vector<int> biases;            ///< [unit], grid units of z
};
using NetworkValues = std::vector<LayerValues>;

[[nodiscard]] LayerValues decode(const Layer& layer, const LayerBits& bits);
[[nodiscard]] NetworkValues decode(const Architecture& architecture, const NetworkBits& bits);

/// Number of parameters, biases, output layer, and weights and thresholds of filters included.
[[nodiscard]] std::int64_t parameter_count(const Architecture& architecture);
/// All bits that say which network it is, per parameter: log2 of the codebook's size for each parameter of a layer, and
/// filters::count_bits of the banks, wiring included.
[[nodiscard]] double bits_per_parameter(const Architecture& architecture);

/// Largest absolute value; 0 of none.
[[nodiscard]] int largest_magnitude(std::span<const std::int8_t> values);

/// Change of one output when an output weight of rms size meets the largest activation: the unit of losses.
[[nodiscard]] double output_step(const Architecture& architecture);

/// Uniformly random bits, a function of the seed; those of filters are as drawn.
[[nodiscard]] NetworkBits random_bits(const Architecture& architecture, std::uint64_t seed);

/// Start of a training: the weights of random_bits, and biases next to the middle of their codebook, on a random side.
/// A random bias of many bits is several times what the weights add up to: its unit says the same for all samples, and
/// a first step from such units teaches an output with few positive samples to say no to all, which it does not
/// unlearn.
[[nodiscard]] NetworkBits starting_bits(const Architecture& architecture, std::uint64_t seed);

}  // namespace isinglass::network
