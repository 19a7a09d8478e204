#pragma once

#include "ising/machine.hpp"
#include "ising/quick_random.hpp"

namespace isinglass {

/// A random state that keeps the groups.
[[nodiscard]] Spins random_state(const IsingProblem& problem, QuickRandom& random);

/// Where a read begins: the request's warm start, broken groups repaired (repair_groups), or a random state. InputError if the
/// warm start has another size than the problem or values that are not -1 or 1.
[[nodiscard]] Spins start_state(const IsingProblem& problem, const ReadRequest& request, QuickRandom& random);

/// Throws InputError if a group has no spin: nothing could be its +1.
void check_groups_can_be_kept(const IsingProblem& problem);

}  // namespace isinglass
