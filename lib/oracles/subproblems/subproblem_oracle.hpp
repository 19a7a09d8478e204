#pragma once

#include "ising/machine.hpp"
#include "oracles/oracle.hpp"
#include "oracles/subproblems/budget.hpp"

#include <memory>

namespace isinglass::oracles {

/// The oracle for a machine that takes small problems only. A round goes through all neurons, each an Ising problem of
/// its parameter bits given everything else (NeuronBlocks); with `neurons_and_samples`, then through the hidden layers,
/// each an Ising problem of the segment choices of some samples given the weights (SampleBlocks). Answers are accepted
/// on the true structured energy, which never rises. The trust regions of the neurons start afresh in each call.
class SubproblemOracle final : public Oracle {
public:
  /// InputError for a machine that does not exist, or one that is too small. `config` outlives the oracle.
  SubproblemOracle(const config::Config& config, const energy::StructuredState& state,
                   const parallel::Communicator& group);
  [[nodiscard]] bool answer(energy::StructuredState& state, const OracleCall& call,
                            const StopAsked& stop_is_asked) override;
  /// Counts of the last call.
  [[nodiscard]] const SubproblemCounts& counts() const { return counts_; }

private:
  const config::MachineConfig& settings_;
  parallel::Communicator group_;
  std::unique_ptr<ising::Machine> machine_;
  std::int64_t budget_;  // spins of a problem
  SubproblemCounts counts_;
};

}  // namespace isinglass::oracles
