#pragma once

#include "config/machine_config.hpp"
#include "ising/machine.hpp"

#include <functional>
#include <memory>

namespace isinglass::ising {

/// Any machine, for problems of any size: what every problem goes through. It is checked, and where its largest
/// coefficient is so large or so small that squares or single precision would overflow or vanish, the machine gets it
/// times a power of two, and temperatures with it; its answers are then ended by descent in the problem as it was
/// given.
class ScaledMachine : public Machine {
public:
  using Maker = std::function<std::unique_ptr<Machine>(const config::MachineConfig&)>;
  ScaledMachine(config::MachineConfig config, Maker make);
  [[nodiscard]] std::string name() const override { return machine_->name(); }
  [[nodiscard]] std::int64_t block() const override { return machine_->block(); }
  [[nodiscard]] bool keeps_groups() const override { return machine_->keeps_groups(); }
  [[nodiscard]] bool is_exact() const override { return machine_->is_exact(); }
  [[nodiscard]] std::unique_ptr<ProgrammedMachine> program(const IsingProblem& problem) const override;

private:
  config::MachineConfig config_;
  Maker make_;
  std::unique_ptr<Machine> machine_;
};

}  // namespace isinglass::ising
