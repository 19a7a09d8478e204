#pragma once

#include "config/machine_config.hpp"
#include "ising/machine.hpp"
#include "network/architecture.hpp"

#include <cstdint>
#include <vector>

/// How many spins a machine has for one problem, and how problems are named.
namespace isinglass::oracles {

/// Parameter bits of one unit.
[[nodiscard]] std::int64_t unit_bits(const network::Layer& layer);

/// Spins that the machine can take, without the spin that carries the fields where hardware's limits hold; InputError
/// if that is less than one parameter's bits.
[[nodiscard]] std::int64_t spin_budget(const network::Architecture& architecture, const config::MachineConfig& machine);

/// Spins that a machine needs for the largest sub-problem, the one that carries fields included where hardware's limits
/// hold. InputError if there are too few for one parameter.
[[nodiscard]] std::int64_t subproblem_spins(const network::Architecture& architecture,
                                            const config::MachineConfig& machine);

/// Largest |z| at which a unit of layer l has a cost: a loss that is looked up ends at output_limit, and
/// the grid of all others at 2^14.
[[nodiscard]] int largest_z(const network::Architecture& architecture, std::size_t l);

/// Samples of one call of `slots` spins each, as many as fit and at most `most_sample_spins` spins together.
inline constexpr std::int64_t most_sample_spins = 1024;
[[nodiscard]] std::int64_t samples_a_call(std::int64_t budget, std::int64_t slots);

/// The machine that answers, and what may be asked of it.
struct BlockMachine {
  const ising::Machine& machine;
  const config::MachineConfig& settings;
  std::int64_t budget = 0;  ///< spins of a problem, without the one that carries fields
  [[nodiscard]] std::int64_t reads() const { return machine.is_exact() ? 1 : settings.subproblems.reads; }
};

/// The layer in the upper 8 bits; below, the unit, or samples_block for the samples of the layer.
inline constexpr std::uint32_t samples_block = 0xFFFFFF;
[[nodiscard]] constexpr std::uint32_t block_name(std::size_t layer, std::uint32_t unit) {
  return static_cast<std::uint32_t>(layer << 24) | unit;
}

/// Key of the random numbers of a block's problems.
struct SubproblemKey {
  std::uint64_t seed = 0;
  std::uint32_t call = 0, round = 0, block = 0;

  /// The machine's seed for one of the block's problems.
  [[nodiscard]] std::uint64_t machine_seed(std::uint32_t problem) const;
  /// A permutation (Fisher and Yates).
  void shuffle(std::vector<int>& values) const;
};

/// Counts of what an oracle call asked of the machine; the same on all ranks.
struct SubproblemCounts {
  std::int64_t problems = 0, accepted = 0, reads = 0;
  std::int64_t largest = 0;  ///< spins of the largest problem
};

}  // namespace isinglass::oracles
