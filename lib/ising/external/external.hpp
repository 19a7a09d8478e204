#pragma once

#include "config/config.hpp"
#include "ising/machine.hpp"

namespace isinglass::ising::external {

/// A machine behind a command: it gets the problem in a file, and its answers are read from another one. Protocol:
/// docs/machines.md. Reading throws InputError with the command's last words if it fails, takes too long, or answers
/// something else.
class ExternalMachine : public Machine {
public:
  /// InputError without a command or for an unknown format.
  explicit ExternalMachine(config::ExternalConfig config);
  [[nodiscard]] std::string name() const override { return "external"; }
  [[nodiscard]] std::int64_t block() const override { return config_.reads_per_call; }
  [[nodiscard]] std::unique_ptr<ProgrammedMachine> program(const IsingProblem& problem) const override;

private:
  config::ExternalConfig config_;
};

}  // namespace isinglass::ising::external
