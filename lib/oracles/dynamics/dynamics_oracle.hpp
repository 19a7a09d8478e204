#pragma once

#include "oracles/dynamics/amplitudes.hpp"
#include "oracles/oracle.hpp"

namespace isinglass::oracles {

/// The dynamics of a bifurcation machine or a coherent Ising machine over all parameter bits and segment choices at
/// once: machine.whole.sweeps steps, each with all fields by matrix products. The answer is the best state met, by the
/// structured energy with the segments descended.
class DynamicsOracle final : public Oracle {
public:
  DynamicsOracle(const config::MachineConfig& machine, const parallel::Communicator& group);
  [[nodiscard]] bool answer(energy::StructuredState& state, const OracleCall& call,
                            const StopAsked& stop_is_asked) override;

private:
  const config::MachineConfig& machine_;
  parallel::Communicator group_;
};

}  // namespace isinglass::oracles
