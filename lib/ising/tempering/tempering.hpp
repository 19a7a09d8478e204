#pragma once

#include "config/config.hpp"
#include "ising/machine.hpp"

namespace isinglass {

/// Parallel tempering: replicas at a ladder of temperatures that exchange with their neighbours, with cluster moves
/// where the couplings are few. One-hot groups are kept. `sweeps` are those of each replica.
class Tempering : public Machine {
public:
  Tempering(const TemperingConfig& config, const GroupConfig& groups) : config_(config), groups_(groups) {}
  [[nodiscard]] std::string name() const override { return "pt"; }
  [[nodiscard]] bool keeps_groups() const override { return true; }
  [[nodiscard]] std::unique_ptr<ProgrammedMachine> program(const IsingProblem& problem) const override;

private:
  TemperingConfig config_;
  GroupConfig groups_;
};

}  // namespace isinglass
