#include "oracles/annealing/annealing_oracle.hpp"

#include "oracles/annealing/sweeps.hpp"

#include <cmath>

namespace isinglass::oracles {

namespace {

/// Temperature of sweep `sweep` of `sweeps` on a geometric line from hot to cold.
double temperature_at(const config::MachineConfig& machine, int sweep) {
  const double part = machine.whole.sweeps > 1 ? static_cast<double>(sweep) / (machine.whole.sweeps - 1) : 1.0;
  return machine.whole.hot_temperature * std::pow(machine.whole.cold_temperature / machine.whole.hot_temperature, part);
}

}  // namespace

bool AnnealingOracle::answer(energy::StructuredState& state, const OracleCall& call, const StopAsked& stop_is_asked) {
  const std::size_t output = state.layers.size() - 1;
  for (int sweep = 0; sweep < machine_.whole.sweeps; ++sweep) {
    const double temperature = temperature_at(machine_, sweep),
                 weight_temperature = temperature * machine_.whole.weight_temperature_ratio;
    const SweepKey key{call.seed, call.number, static_cast<std::uint32_t>(sweep)};
    for (std::size_t l = 0; l <= output; ++l) {
      if (l < output) sweep_segments(state, l, temperature, key);
      if (!sweep_weights(state, l, weight_temperature, key, group_, stop_is_asked)) return false;
    }
  }
  return true;
}

}  // namespace isinglass::oracles
