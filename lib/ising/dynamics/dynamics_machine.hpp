#pragma once

#include "ising/dynamics/trajectory.hpp"
#include "ising/machine.hpp"

namespace isinglass::ising::dynamics {

/// A machine that moves all spins of a batch of reads at once: the signs along the way are its states; a read is the
/// best of them after single-flip descent. `spin_updates` counts spins times steps, `field_evaluations` every product
/// of J with a vector.
class DynamicsMachine : public Machine {
public:
  explicit DynamicsMachine(Dynamics dynamics) : dynamics_(std::move(dynamics)) {}
  [[nodiscard]] std::string name() const override { return dynamics_.name; }
  [[nodiscard]] std::int64_t block() const override { return static_cast<std::int64_t>(most_lanes); }
  [[nodiscard]] std::unique_ptr<ProgrammedMachine> program(const IsingProblem& problem) const override;

private:
  Dynamics dynamics_;
};

}  // namespace isinglass::ising::dynamics
