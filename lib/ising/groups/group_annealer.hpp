#pragma once

#include "ising/machine.hpp"

#include <cstdint>
#include <memory>

namespace isinglass {

/// Simulated annealing that keeps one-hot groups.
struct GroupAnnealSettings {
  std::int64_t sweeps = 1000;   ///< of a read whose request names none
  double hot_temperature = 0;   ///< 0: from the costs of moves
  double cold_temperature = 0;  ///< 0: likewise
  bool swaps = false;           ///< also exchange the values of two groups of one size
};

/// Annealing of a problem with groups: in a sweep each group draws its value once by heat bath (its k values count as k
/// proposals) and each plain spin proposes to flip once; temperatures fall geometrically; descent ends the read. A read
/// depends on seed and index alone. InputError if a group is empty.
[[nodiscard]] std::unique_ptr<ProgrammedMachine> program_group_annealer(const IsingProblem& problem,
                                                                        const GroupAnnealSettings& settings);

}  // namespace isinglass
