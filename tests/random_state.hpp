#pragma once

#include "energy/state.hpp"
#include "namespaces.hpp"
#include "random_problem.hpp"

/// States of the structured energy for tests that compare with a plain reference.
namespace isinglass::testing {

/// Hidden layers at a scale of 0.01 with multipliers up to `largest_multiplier`; parameters and segments are not set.
inline StructuredState state_with_multipliers(const RandomProblem& problem, Words& words, int largest_multiplier) {
  const auto reach = propagate_intervals(problem.architecture, problem.samples);
  StructuredState state = make_state(problem.architecture, problem.samples, reach, {1.0, 1.0}, Communicator());
  for (std::size_t l = 0; l + 1 < state.layers.size(); ++l) {
    LayerState& layer = state.layers[l];
    layer.scale = 0.01;
    layer.range.largest_multiplier = largest_multiplier;
    for (int j = 0; j < layer.layer->units; ++j)
      for (std::size_t s = 0; s < layer.samples; ++s)
        layer.multiplier[layer.at(j, s)] = static_cast<std::int16_t>(words.between(0, largest_multiplier));
  }
  return state;
}

/// The same at random parameters, with the segments of their forward pass.
inline StructuredState random_state(const RandomProblem& problem, Words& words, int largest_multiplier) {
  StructuredState state = state_with_multipliers(problem, words, largest_multiplier);
  set_forward(state, random_bits(problem.architecture, words.next()));
  return state;
}

/// Energy if one unit took segment k of one sample.
inline double energy_with(StructuredState state, std::size_t l, int unit, std::size_t s, std::uint8_t k) {
  LayerState &layer = state.layers[l], &next = state.layers[l + 1];
  const int shift = layer.layer->values[k] - layer.value[layer.at(unit, s)];
  layer.choose(layer.at(unit, s), k);
  const LayerValues values = decode(*next.layer, next.bits);
  for (int c = 0; c < next.layer->units; ++c)
    next.shift_z(next.at(c, s), shift * values.weights[static_cast<std::size_t>(c * next.layer->inputs + unit)]);
  return total_energy(state, Communicator());
}

}  // namespace isinglass::testing
