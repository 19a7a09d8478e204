#pragma once

#include "config/config.hpp"
#include "ising/anneal/simd_level.hpp"
#include "ising/machine.hpp"

namespace isinglass {

/// Simulated annealing by single flips, in the order of the spins, with Metropolis acceptance. Couplings of every form; those
/// that are not sparse or dense are made dense. Kernels are chosen by what the coefficients are (docs/machines.md).
class SimulatedAnnealing : public Machine {
public:
  explicit SimulatedAnnealing(SaConfig config, SimdLevel level = best_simd_level())
      : config_(std::move(config)), level_(level) {}
  [[nodiscard]] std::string name() const override { return "sa"; }
  /// Lanes of the widest kernel.
  [[nodiscard]] std::int64_t block() const override { return 64; }
  [[nodiscard]] std::unique_ptr<ProgrammedMachine> program(const IsingProblem& problem) const override;

private:
  SaConfig config_;
  SimdLevel level_;
};

}  // namespace isinglass
