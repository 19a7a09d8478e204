#pragma once

#include "oracles/dynamics/amplitudes.hpp"
#include "oracles/dynamics/layer_fields.hpp"

namespace isinglass {

/// The amplitudes of one layer: of its parameters, relative to the largest value of their codebook, and of its segment choices,
/// [unit][stride]: the place among the cells that a sample can reach, -1 the first, +1 the last. A parameter or a choice of
/// two values is a spin; of more values, a spin of many levels.
class LayerAmplitudes {
public:
  /// Where the state is; spins at amplitude `start`.
  LayerAmplitudes(const LayerState& layer, const MachineConfig& machine, float start);

  /// Moves the parameters' amplitudes at random, so that reads differ; keyed by seed, call, layer and parameter.
  void disturb(const Layer& shape, std::uint64_t seed, std::uint32_t call, std::uint32_t layer);
  /// Weights and biases that the fields see: the nearest codebook values for dsb and cac, amplitudes on a fine grid for the
  /// others.
  void set_parameters(LayerFields& fields, const LayerState& layer) const;
  /// Chooses the cells that the amplitudes are in, and their values; z and distances stay.
  void set_segments(LayerState& layer) const;
  /// The nearest codebook values.
  [[nodiscard]] LayerBits bits(const Layer& layer) const;

  /// One step of the parameters, weights and biases each with forces in units of their own rms. `input_squares`: mean square
  /// of each input over all samples.
  void advance_parameters(const LayerState& layer, const ParameterGradient& gradient, const LayerFields& fields,
                          const Eigen::VectorXd& input_squares, const StepRule& rule);
  /// One step of the segments: each is driven by what its neighbouring cells cost more. Collective.
  void advance_segments(const LayerState& layer, const LayerFields& fields, const StepRule& rule, const Communicator& group);

private:
  [[nodiscard]] float seen(const Codebook& codebook, float x) const;

  CallRule call_;
  double weight_scale_ = 0, bias_scale_ = 0, segment_scale_ = 0;
  Amplitudes weights_, biases_, segments_;
};

}  // namespace isinglass
