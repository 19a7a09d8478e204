#pragma once

#include "oracles/oracle.hpp"

namespace isinglass::oracles {

/// Structured simulated annealing of the whole problem: machine.whole.sweeps sweeps at a temperature that falls
/// geometrically. A sweep goes through the layers, first all segment choices of a layer, then all its parameter bits.
class AnnealingOracle final : public Oracle {
public:
  AnnealingOracle(const config::MachineConfig& machine, const parallel::Communicator& group)
      : machine_(machine), group_(group) {}
  [[nodiscard]] bool answer(energy::StructuredState& state, const OracleCall& call,
                            const StopAsked& stop_is_asked) override;

private:
  const config::MachineConfig& machine_;
  parallel::Communicator group_;
};

}  // namespace isinglass::oracles
