#include "ising/groups/fold.hpp"

#include "base/error.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace isinglass::ising {

namespace {

/// Takes the coupling J of a pair inside a group out of the problem. Called once for each direction.
void fold_half(IsingProblem& problem, std::size_t i, double& value) {
  problem.fields[i] -= value;
  problem.offset -= value / 2;
  value = 0;
}

void fold(IsingProblem& problem, SparseCouplings& j, std::span<const std::int32_t> group) {
  for (std::size_t i = 0; i < problem.spins; ++i)
    for (SparseCouplings::InnerIterator k(j, i); k; ++k)
      if (group[i] >= 0 && group[k.col()] == group[i]) fold_half(problem, i, k.valueRef());
  j.prune([](Eigen::Index, Eigen::Index, double value) { return value != 0; });
  problem.couplings = std::move(j);
}

void fold(IsingProblem& problem, DenseCouplings& j) {
  for (const OneHotGroup& group : problem.groups)
    for (const std::int32_t a : group)
      for (const std::int32_t b : group)
        if (a != b) fold_half(problem, static_cast<std::size_t>(a), j(a, b));
}

}  // namespace

IsingProblem fold_groups(const IsingProblem& problem) {
  IsingProblem folded{problem.spins, SparseCouplings{}, problem.fields, problem.offset, problem.groups};
  if (const auto* sparse = std::get_if<SparseCouplings>(&problem.couplings)) {
    SparseCouplings j = *sparse;
    if (problem.groups.empty())
      folded.couplings = std::move(j);
    else
      fold(folded, j, group_of_spins(problem));
    return folded;
  }
  DenseCouplings j = to_dense(problem);
  fold(folded, j);
  folded.couplings = std::move(j);
  return folded;
}

std::vector<std::int32_t> group_of_spins(const IsingProblem& problem) {
  std::vector<std::int32_t> group(problem.spins, -1);
  for (std::size_t g = 0; g < problem.groups.size(); ++g)
    for (const std::int32_t i : problem.groups[g]) group[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(g);
  return group;
}

void repair_groups(const IsingProblem& problem, std::span<std::int8_t> spins) {
  for (const OneHotGroup& group : problem.groups) {
    auto up = std::ranges::find_if(group, [&](std::int32_t i) { return spins[static_cast<std::size_t>(i)] > 0; });
    if (up == group.end()) up = group.begin();
    for (const std::int32_t i : group) spins[static_cast<std::size_t>(i)] = i == *up ? std::int8_t{1} : std::int8_t{-1};
  }
}

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

}  // namespace isinglass::ising
