#pragma once

#include "config/config.hpp"
#include "ising/machine.hpp"
#include "parallel/communicator.hpp"
#include "solver/structured/state.hpp"
#include "solver/structured/sweeps.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace isinglass {

/// What an oracle call asked of the machine.
struct SubproblemCounts {
  std::int64_t problems = 0, accepted = 0, reads = 0;
  std::int64_t largest = 0;  ///< spins of the largest problem
};

/// Spins that a machine needs for the largest sub-problem, the one that carries fields included where hardware's limits hold.
/// InputError if there are too few for one parameter.
[[nodiscard]] std::int64_t subproblem_spins(const Architecture& architecture, const MachineConfig& machine);

/// The oracle of QCGD for a machine that takes small dense problems only: unit by unit, the parameter bits given everything
/// else are an Ising problem (quadratic fit of the unit's cost over a window), which the machine reads; the best of the reads
/// by the true structured energy is taken if that energy falls. Units with more bits than the budget are cut into random
/// parts. What was refused makes the window smaller, what was taken makes it larger. The energy never rises.
class SubproblemOracle {
public:
  /// InputError for a machine that does not exist. `state` outlives the oracle. Collective over `group`.
  SubproblemOracle(const Config& config, const StructuredState& state, const Communicator& group);
  /// Improves the state from what it is; false if a rank was asked to stop. Collective over the group.
  [[nodiscard]] bool answer(StructuredState& state, std::uint32_t call, const std::function<bool()>& stop_is_asked);
  [[nodiscard]] const SubproblemCounts& counts() const { return counts_; }

private:
  /// One unit's caution, and the window of its fits in units of the layer's rms.
  struct Trust {
    double window, caution;
  };
  /// What the random numbers of a unit's problems are keyed by.
  struct Key {
    std::uint32_t call = 0, round = 0, layer_unit = 0;
  };
  void improve_unit(StructuredState& state, std::size_t l, int unit, Trust& trust, const Key& key);
  /// Whether a read of this part's problem was taken.
  [[nodiscard]] bool improve_part(StructuredState& state, std::size_t l, int unit, std::span<const int> inputs,
                                  const Trust& trust, const Key& key, std::uint32_t part);
  [[nodiscard]] std::vector<std::vector<int>> parts_of(const Layer& layer, const Key& key) const;
  [[nodiscard]] std::vector<float> columns_of(const StructuredState& state, std::size_t l, std::span<const int> inputs) const;

  const MachineConfig& settings_;
  std::uint64_t seed_;
  Communicator group_;
  std::unique_ptr<Machine> machine_;
  std::int64_t budget_;  // spins of a problem
  double largest_input_ = 1;
  SubproblemCounts counts_;
};

}  // namespace isinglass
