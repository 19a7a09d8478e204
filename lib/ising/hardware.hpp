#pragma once

#include "config/config.hpp"
#include "ising/machine.hpp"

#include <memory>

namespace isinglass {

/// Another machine as real hardware would serve it: a limited number of spins; coefficients of few bits, on couplings alone, so
/// that fields are couplings to one more spin; an error on each programmed coefficient. Answers are spins of the problem as it
/// was given, with its own energies.
class Hardware : public Machine {
public:
  Hardware(std::unique_ptr<Machine> inner, const HardwareConfig& config) : inner_(std::move(inner)), config_(config) {}
  [[nodiscard]] std::string name() const override { return inner_->name() + " behind hardware's limits"; }
  [[nodiscard]] std::int64_t block() const override { return inner_->block(); }
  [[nodiscard]] bool is_exact() const override { return inner_->is_exact(); }
  /// InputError if the problem needs more spins than there are.
  [[nodiscard]] std::unique_ptr<ProgrammedMachine> program(const IsingProblem& problem) const override;

private:
  std::unique_ptr<Machine> inner_;
  HardwareConfig config_;
};

/// Whether any limit is set.
[[nodiscard]] bool is_limited(const HardwareConfig& config);

/// The spins of the machine that a problem with fields needs: one more than its own when fields are couplings to an ancilla.
[[nodiscard]] std::size_t programmed_spins(std::size_t spins, const HardwareConfig& config);

/// The problem as it is programmed: couplings only, fields on the last spin, integers of `coefficient_bits` bits (the largest
/// coefficient is the largest integer); with more bits or 0 as they are.
[[nodiscard]] IsingProblem as_programmed(const IsingProblem& problem, const HardwareConfig& config);

}  // namespace isinglass
