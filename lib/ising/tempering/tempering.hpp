#pragma once

#include "config/config.hpp"
#include "ising/machine.hpp"

namespace isinglass::ising {

/// Parallel tempering: replicas at a ladder of temperatures that exchange with their neighbours, with cluster moves
/// where the couplings are few. One-hot groups are kept. `sweeps` are those of each replica.
class Tempering : public Machine {
public:
  Tempering(const config::TemperingConfig& config, const config::GroupConfig& groups)
      : config_(config), groups_(groups) {}
  [[nodiscard]] std::string name() const override { return "pt"; }
  [[nodiscard]] bool keeps_groups() const override { return true; }
  [[nodiscard]] std::unique_ptr<ProgrammedMachine> program(const IsingProblem& problem) const override;

private:
  config::TemperingConfig config_;
  config::GroupConfig groups_;
};

}  // namespace isinglass::ising
