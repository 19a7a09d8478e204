#pragma once

#include "config/config.hpp"
#include "ising/machine.hpp"
#include "simd/simd.hpp"

namespace isinglass::ising {

/// Simulated annealing by single flips, in the order of the spins, with Metropolis acceptance. Couplings of every form;
/// those that are not sparse or dense are made dense. Kernels are chosen by what the coefficients are
/// (docs/machines.md). One-hot groups are kept by an annealer of their own.
class SimulatedAnnealing : public Machine {
public:
  explicit SimulatedAnnealing(config::SaConfig config, config::GroupConfig groups = {},
                              simd::Width width = simd::cpu_width())
      : config_(config), groups_(groups), width_(width) {}
  [[nodiscard]] std::string name() const override { return "sa"; }
  /// Lanes of the widest kernel.
  [[nodiscard]] std::int64_t block() const override { return 64; }
  [[nodiscard]] bool keeps_groups() const override { return true; }
  [[nodiscard]] std::unique_ptr<ProgrammedMachine> program(const IsingProblem& problem) const override;

private:
  config::SaConfig config_;
  config::GroupConfig groups_;
  simd::Width width_;
};

}  // namespace isinglass::ising
