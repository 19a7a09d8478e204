#pragma once

#include "config/config.hpp"
#include "ising/machine.hpp"

#include <memory>

namespace isinglass::ising::hardware {

/// A machine as hardware would have it: coefficients of few bits, noise on the fields, fields through an ancilla spin,
/// and at most so many spins at a time. Every energy is that of the true problem, and nothing is repaired on it
/// afterwards.
class HardwareMachine : public Machine {
public:
  /// InputError for a budget or a number of bits that leaves nothing.
  HardwareMachine(std::unique_ptr<Machine> inner, config::HardwareConfig config);
  [[nodiscard]] std::string name() const override { return inner_->name(); }
  [[nodiscard]] std::int64_t block() const override;
  [[nodiscard]] std::unique_ptr<ProgrammedMachine> program(const IsingProblem& problem) const override;

private:
  std::shared_ptr<const Machine> inner_;  ///< shared with what it has programmed
  config::HardwareConfig config_;
};

/// Whether any limit is set.
[[nodiscard]] bool has_limits(const config::HardwareConfig& config);

}  // namespace isinglass::ising::hardware
