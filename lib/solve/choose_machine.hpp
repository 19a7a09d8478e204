#pragma once

#include "config/choices.hpp"
#include "ising/machine.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace isinglass::solve {

/// A machine as it is asked for: all may be left to the problem.
struct MachineRequest {
  std::optional<config::MachineKind> kind;
  std::vector<std::string> overrides;  ///< machine.a.b=value
  std::optional<double> penalty;       ///< of a broken one-hot group
};

/// A machine and the problem in the form that it takes.
struct MachineChoice {
  std::unique_ptr<ising::Machine> machine;
  std::string reason;                      ///< why it was chosen; empty: asked for
  std::string yaml;                        ///< the machine's settings
  ising::IsingProblem problem;             ///< with penalties for groups where the machine has no moves that keep them
  std::vector<ising::OneHotGroup> groups;  ///< that a solution keeps
  std::optional<ising::IsingProblem> original;  ///< without penalties, if `problem` has some
  double penalty = 0;                           ///< of a broken group; 0: none needed
};

/// Returns the machine that is asked for, or one that suits the problem. Throws InputError for unknown settings, and
/// for penalties of groups that do not fit memory or the range of energies.
[[nodiscard]] MachineChoice choose_machine(const MachineRequest& request, ising::IsingProblem problem);

}  // namespace isinglass::solve
