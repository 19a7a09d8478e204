#include "oracles/annealing/annealing_oracle.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass {

namespace {

/// Passes of the descent: most samples settle in one; the rest do not change the images visibly.
constexpr std::uint32_t descent_passes = 3;

/// Sweeps of a pass, one for each other segment; of many segments, proposals of 1 to 8 away lead downhill in fewer.
constexpr int most_descent_sweeps = 15;

/// Temperature of sweep `sweep` of `sweeps` on a geometric line from hot to cold.
double temperature_at(const MachineConfig& machine, int sweep) {
  const double part = machine.sweeps > 1 ? static_cast<double>(sweep) / (machine.sweeps - 1) : 1.0;
  return machine.hot_temperature * std::pow(machine.cold_temperature / machine.hot_temperature, part);
}

}  // namespace

bool anneal_structured(StructuredState& state, const MachineConfig& machine, SweepKey key, const Communicator& group,
                       const std::function<bool()>& stop_is_asked) {
  const std::size_t output = state.layers.size() - 1;
  for (int sweep = 0; sweep < machine.sweeps; ++sweep) {
    const double temperature = temperature_at(machine, sweep),
                 weight_temperature = temperature * machine.weight_temperature_ratio;
    key.sweep = static_cast<std::uint32_t>(sweep);
    for (std::size_t l = 0; l < output; ++l) {
      sweep_segments(state, l, temperature, key);
      if (!sweep_weights(state, l, weight_temperature, key, group, stop_is_asked)) return false;
    }
    if (!sweep_weights(state, output, weight_temperature, key, group, stop_is_asked)) return false;
  }
  return true;
}

void descend_segments(StructuredState& state, std::uint64_t seed) {
  for (std::uint32_t pass = 0; pass < descent_passes; ++pass)
    for (std::size_t l = 0; l + 1 < state.layers.size(); ++l)
      for (int other = 1; other <= std::min(state.layers[l].layer->segments() - 1, most_descent_sweeps); ++other)
        sweep_segments(state, l, 0.0, {seed, 0xFFFFFFFFU, pass * 256 + static_cast<std::uint32_t>(other)});
}

}  // namespace isinglass
