#include "ising/groups/start.hpp"

#include "base/error.hpp"
#include "ising/groups/fold.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace isinglass {

Spins random_state(const IsingProblem& problem, QuickRandom& random) {
  Spins spins(problem.spins);
  for (std::int8_t& s : spins) s = random.under(2) == 0 ? std::int8_t{-1} : std::int8_t{1};
  for (const OneHotGroup& group : problem.groups) {
    const std::int32_t up = group[random.under(static_cast<std::uint32_t>(group.size()))];
    for (const std::int32_t i : group) spins[static_cast<std::size_t>(i)] = i == up ? std::int8_t{1} : std::int8_t{-1};
  }
  return spins;
}

Spins start_state(const IsingProblem& problem, const ReadRequest& request, QuickRandom& random) {
  if (request.warm_start.empty()) return random_state(problem, random);
  if (request.warm_start.size() != problem.spins)
    throw InputError(fmt::format("warm start: {} spins for a problem of {}", request.warm_start.size(), problem.spins));
  if (!std::ranges::all_of(request.warm_start, [](std::int8_t s) { return s == 1 || s == -1; }))
    throw InputError("warm start: a spin is neither -1 nor 1");
  Spins spins(request.warm_start.begin(), request.warm_start.end());
  repair_groups(problem, spins);
  return spins;
}

void check_groups_can_be_kept(const IsingProblem& problem) {
  if (std::ranges::any_of(problem.groups, [](const OneHotGroup& group) { return group.empty(); }))
    throw InputError("a one-hot group has no spins: no state keeps it");
}

}  // namespace isinglass
