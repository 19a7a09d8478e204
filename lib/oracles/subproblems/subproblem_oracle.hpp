#pragma once

#include "config/config.hpp"
#include "energy/state.hpp"
#include "ising/machine.hpp"
#include "oracles/subproblems/budget.hpp"
#include "parallel/communicator.hpp"

#include <functional>
#include <memory>

namespace isinglass {

/// The oracle of QCGD for a machine that takes small problems only. A round goes through all neurons, each an Ising problem of
/// its parameter bits given everything else (NeuronBlocks); with `neurons_and_samples`, then through the hidden layers, each an
/// Ising problem of the segment choices of some samples given the weights (SampleBlocks). Answers are accepted on the true
/// structured energy, which never rises.
class SubproblemOracle {
public:
  /// InputError for a machine that does not exist, or one that is too small. `config` outlives the oracle.
  SubproblemOracle(const Config& config, const StructuredState& state, const Communicator& group);
  /// Improves the state from what it is; false if a rank was asked to stop. Collective over the group.
  [[nodiscard]] bool answer(StructuredState& state, std::uint32_t call, const std::function<bool()>& stop_is_asked);
  [[nodiscard]] const SubproblemCounts& counts() const { return counts_; }

private:
  const MachineConfig& settings_;
  std::uint64_t seed_;
  Communicator group_;
  std::unique_ptr<Machine> machine_;
  std::int64_t budget_;  // spins of a problem
  SubproblemCounts counts_;
};

}  // namespace isinglass
