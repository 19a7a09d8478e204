#pragma once

#include "base/matrix.hpp"
#include "energy/state.hpp"
#include "oracles/dynamics/amplitudes.hpp"
#include "parallel/communicator.hpp"

/// All fields of the structured energy at once, by matrix products. Weights may be continuous, in multiples of 1 / 64
/// of their codebook's unit; segments count as the cells they are in.
namespace isinglass::oracles {

inline constexpr float weight_grid = 64;  ///< multiples of 1 / this are weights of the fields

/// One layer's parameters, pre-activations and derivatives, the latter [unit][stride] like the state.
struct LayerFields {
  RowMatrix<float> weights;  ///< [unit][input], multiples of 1 / weight_grid
  Eigen::VectorXf biases;    ///< [unit], grid units of z
  RowMatrix<float> z;
  RowMatrix<float> slope;  ///< G = dE/dz in integers of slope_unit
  double slope_unit = 0;
  RowMatrix<float> back;      ///< dE_next/da of the layer's activations; empty for an output
  Eigen::VectorXd curvature;  ///< [unit] sum_s d2E/dz2, of all ranks
};

/// Inputs of one layer as floats, [input][stride].
struct LayerInputs {
  RowMatrix<float> values;
  double largest = 1;  ///< |value|
};

/// z = W X + b. Exact: the grid of z times weight_grid stays below 2^24.
void set_z(LayerFields& fields, const LayerInputs& inputs);

/// slope and curvature at z: of the chosen cells' dist^2, or of the loss. The slopes are rounded to integers so that
/// the products with inputs and with weights stay exact. Collective.
void set_slopes(LayerFields& fields, const energy::LayerState& layer, const LayerInputs& inputs,
                const parallel::Communicator& group);

/// Sets `back` of the layer below: W^T G.
void set_back(LayerFields& below, const LayerFields& fields);

/// dE/dw, [unit][input], and dE/db, [unit], of all ranks: G X^T and row sums of G. Collective.
struct ParameterGradient {
  RowMatrix<double> weights;
  Eigen::VectorXd biases;
};
[[nodiscard]] ParameterGradient parameter_gradient(const LayerFields& fields, const LayerInputs& inputs,
                                                   const parallel::Communicator& group);

/// The amplitudes of one layer: of its parameters, relative to the largest value of their codebook, and of its segment
/// choices, [unit][stride]: the place among the cells that a sample can reach, -1 the first, +1 the last. A parameter
/// or a choice of two values is a spin; of more values, a spin of many levels.
class LayerAmplitudes {
public:
  /// Where the state is; spins at amplitude `start`.
  LayerAmplitudes(const energy::LayerState& layer, const config::MachineConfig& machine, float start);

  /// Moves the parameters' amplitudes at random, so that reads differ; keyed by seed, call, layer and parameter.
  void disturb(const network::Layer& shape, std::uint64_t seed, std::uint32_t call, std::uint32_t layer);
  /// Weights and biases that the fields see: the nearest codebook values for dsb and cac, amplitudes on a fine grid for
  /// the others.
  void set_parameters(LayerFields& fields, const energy::LayerState& layer) const;
  /// Chooses the cells that the amplitudes are in, and their values; z and distances stay.
  void set_segments(energy::LayerState& layer) const;
  /// The nearest codebook values.
  [[nodiscard]] network::LayerBits bits(const network::Layer& layer) const;

  /// One step of the parameters, weights and biases each with forces in units of their own rms. `input_squares`: mean
  /// square of each input over all samples.
  void advance_parameters(const energy::LayerState& layer, const ParameterGradient& gradient, const LayerFields& fields,
                          const Eigen::VectorXd& input_squares, const StepRule& rule);
  /// One step of the segments: each is driven by what its neighbouring cells cost more. Collective.
  void advance_segments(const energy::LayerState& layer, const LayerFields& fields, const StepRule& rule,
                        const parallel::Communicator& group);

private:
  [[nodiscard]] float seen(const network::Codebook& codebook, float x) const;

  CallRule call_;
  double weight_scale_ = 0, bias_scale_ = 0, segment_scale_ = 0;
  Amplitudes weights_, biases_, segments_;
};

}  // namespace isinglass::oracles
