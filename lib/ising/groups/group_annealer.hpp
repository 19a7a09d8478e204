#pragma once

#include "config/config.hpp"
#include "ising/machine.hpp"

#include <memory>

namespace isinglass::ising {

/// Annealing of a problem with one-hot groups: in a sweep each group draws its value once by heat bath (its k values
/// count as k proposals), each plain spin proposes to flip once, and with groups.swaps each group proposes to exchange
/// its value with another of its size. Temperatures are those of `config`, or found from the costs of moves; descent
/// ends a read, which depends on seed and index alone. InputError if a group is empty.
[[nodiscard]] std::unique_ptr<ProgrammedMachine> program_group_annealer(const IsingProblem& problem,
                                                                        const config::SaConfig& config,
                                                                        const config::GroupConfig& groups);

}  // namespace isinglass::ising
