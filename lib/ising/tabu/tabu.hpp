#pragma once

#include "config/config.hpp"
#include "ising/machine.hpp"

namespace isinglass::ising {

/// One-flip tabu search with restarts and path relinking between elite states. Dense, sparse and factored problems;
/// integer costs where the coefficients are multiples of a power of two, real ones else. One-hot groups are kept: their
/// moves are re-assignments. `sweeps` are iterations: each looks at all moves, so that it counts as one field
/// evaluation and n proposals.
class Tabu : public Machine {
public:
  explicit Tabu(const config::TabuConfig& config) : config_(config) {}
  [[nodiscard]] std::string name() const override { return "tabu"; }
  [[nodiscard]] bool keeps_groups() const override { return true; }
  [[nodiscard]] std::unique_ptr<ProgrammedMachine> program(const IsingProblem& problem) const override;

private:
  config::TabuConfig config_;
};

}  // namespace isinglass::ising
