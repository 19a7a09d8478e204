#pragma once

#include "ising/machine.hpp"
#include "ising/problem.hpp"
#include "ising/quick_random.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::ising {

/// Problem of the same energies on all states that keep the groups, without couplings inside groups: of two spins of a
/// group never both are +1, so s_a s_b = -s_a - s_b - 1 there and the coupling is a field. A re-assignment then costs
/// the sum of two single flips. The result has sparse or dense couplings.
[[nodiscard]] IsingProblem fold_groups(const IsingProblem& problem);

/// The group of each spin, or -1.
[[nodiscard]] std::vector<std::int32_t> group_of_spins(const IsingProblem& problem);

/// The state with broken groups made one-hot: the first +1 of a group stays, or its first spin becomes +1.
void repair_groups(const IsingProblem& problem, std::span<std::int8_t> spins);

/// A random state that keeps the groups.
[[nodiscard]] Spins random_state(const IsingProblem& problem, QuickRandom& random);

/// Where a read begins: the request's warm start, broken groups repaired (repair_groups), or a random state. InputError
/// if the warm start has another size than the problem or values that are not -1 or 1.
[[nodiscard]] Spins start_state(const IsingProblem& problem, const ReadRequest& request, QuickRandom& random);

/// Throws InputError if a group has no spin: nothing could be its +1.
void check_groups_can_be_kept(const IsingProblem& problem);

}  // namespace isinglass::ising
