#include "oracles/subproblems/budget.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "ising/hardware/hardware.hpp"
#include "network/loss.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace isinglass::oracles {

namespace {

/// Parts for exact enumeration: all states of this many spins take as long as a short anneal of a neuron.
constexpr std::int64_t enumerated_spins = 16;

/// The spin that carries the fields where hardware's limits hold.
int ancillas(const config::HardwareConfig& limits) {
  return ising::hardware::has_limits(limits) && limits.fields == config::HardwareFields::ancilla ? 1 : 0;
}

}  // namespace

std::int64_t unit_bits(const network::Layer& layer) {
  return static_cast<std::int64_t>(layer.inputs) * layer.weights.bits() + layer.bias.bits();
}

std::int64_t spin_budget(const network::Architecture& architecture, const config::MachineConfig& machine) {
  std::int64_t budget = std::numeric_limits<std::int64_t>::max();
  if (machine.hardware.spin_budget > 0) budget = machine.hardware.spin_budget - ancillas(machine.hardware);
  if (machine.kind == config::MachineKind::enumeration) budget = std::min(budget, enumerated_spins);
  for (const network::Layer& layer : architecture.layers) {
    const int bits = std::max(layer.weights.bits(), layer.bias.bits());
    if (bits > budget)
      throw InputError(
          fmt::format("machine.hardware.spin_budget: a parameter of {} bits needs {} spins a call, and there are {}",
                      bits, bits + ancillas(machine.hardware), machine.hardware.spin_budget));
  }
  return budget;
}

std::int64_t subproblem_spins(const network::Architecture& architecture, const config::MachineConfig& machine) {
  const std::int64_t budget = spin_budget(architecture, machine);
  std::int64_t largest = 0;
  for (const network::Layer& layer : architecture.layers) {
    largest = std::max(largest, std::min(budget, unit_bits(layer)));
    if (machine.subproblems.blocks != config::Blocks::neurons_and_samples || layer.is_output()) continue;
    const std::int64_t slots = std::min<std::int64_t>(budget, layer.units);
    largest = std::max(largest, slots * samples_a_call(budget, slots));
  }
  return largest + ancillas(machine.hardware);
}

int largest_z(const network::Architecture& architecture, std::size_t l) {
  const bool is_looked_up = architecture.layers[l].is_output() && architecture.loss == network::Loss::logistic;
  return is_looked_up ? network::output_limit(architecture) : 1 << 14;
}

std::int64_t samples_a_call(std::int64_t budget, std::int64_t slots) {
  return std::max<std::int64_t>(1, std::min(budget, most_sample_spins) / slots);
}

std::uint64_t SubproblemKey::machine_seed(std::uint32_t problem) const {
  const auto words = draw(seed, Stream::read, call, round, block, problem);
  return (static_cast<std::uint64_t>(words[0]) << 32) | words[1];
}

void SubproblemKey::shuffle(std::vector<int>& values) const {
  for (std::uint32_t i = 0; i + 1 < values.size(); ++i) {
    const auto left = static_cast<std::uint32_t>(values.size()) - i;
    std::swap(values[i], values[i + below(draw(seed, Stream::shuffle, call, round, block, i)[0], left)]);
  }
}

}  // namespace isinglass::oracles
