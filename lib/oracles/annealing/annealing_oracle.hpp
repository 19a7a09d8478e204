#pragma once

#include "oracles/oracle.hpp"

namespace isinglass {

/// Structured simulated annealing of the whole problem: machine.whole.sweeps sweeps at a temperature that falls
/// geometrically. A sweep goes through the layers, first all segment choices of a layer, then all its parameter bits.
class AnnealingOracle final : public Oracle {
public:
  AnnealingOracle(const MachineConfig& machine, const Communicator& group) : machine_(machine), group_(group) {}
  [[nodiscard]] bool answer(StructuredState& state, const OracleCall& call, const StopAsked& stop_is_asked) override;

private:
  const MachineConfig& machine_;
  Communicator group_;
};

}  // namespace isinglass
