#pragma once

#include "solver/dynamics/amplitudes.hpp"
#include "solver/dynamics/layer_fields.hpp"

namespace isinglass {

/// The amplitudes of one layer: of its parameter bits, laid out like LayerBits, and of its segment choices, [unit][stride]. A
/// segment's amplitude is its place among the cells that a sample can reach: -1 the first, +1 the last.
class LayerAmplitudes {
public:
  /// Where the state is, at `start` of the full amplitude for bits.
  LayerAmplitudes(const LayerState& layer, const MachineConfig& machine, float start);

  /// Weights and biases that the fields see: signs for dsb, amplitudes on the grid for the others.
  void set_parameters(LayerFields& fields, const LayerState& layer) const;
  /// The cells that the amplitudes are in; z stays.
  void set_segments(LayerState& layer, std::span<const float> z) const;
  /// The signs.
  [[nodiscard]] LayerBits bits(const Layer& layer) const;

  /// One step of the parameter bits; the measured amplitudes of cim carry noise keyed by `key`. Forces are normalised by their rms, weights and biases
  /// apart, and cut at a few times that.
  void advance_bits(const LayerState& layer, const ParameterGradient& gradient, const LayerFields& fields,
                    std::span<const double> input_squares, const StepRule& rule);
  /// One step of the segments: each is driven by what its neighbouring cells cost more. Collective.
  void advance_segments(const LayerState& layer, const LayerFields& fields, const StepRule& rule, const Communicator& group);

private:
  [[nodiscard]] float seen(const Codebook& codebook, float x) const;

  bool signs_only_;
  double weight_rms_ = 0, bias_rms_ = 0, segment_mean_ = 0;
  Amplitudes weights_, biases_, segments_;
};

}  // namespace isinglass
