#include "ising/tempering/replicas.hpp"

#include <utility>

namespace isinglass {

Replicas::Replicas(const IsingProblem& problem, const ThermalState& state, Ladder ladder, TemperingMoves moves)
    : ladder_(std::move(ladder)), moves_(moves), states_(moves.clusters ? 2 : 1) {
  for (auto& set : states_)
    for (std::size_t k = 0; k < ladder_.size(); ++k) set.push_back(state.clone());
  if (moves_.clusters) clusters_.emplace(problem);
}

void Replicas::sweep(std::size_t set, std::size_t temperature, QuickRandom& random) {
  ThermalState& state = at(set, temperature);
  state.sweep(ladder_.beta(temperature), random);
  if (moves_.group_swaps) state.swap_groups(ladder_.beta(temperature), random);
}

void Replicas::move_clusters(QuickRandom& random) {
  if (!clusters_) return;
  for (std::size_t k = 0; k < ladder_.size(); ++k) clusters_->move(at(0, k), at(1, k), random);
}

void Replicas::exchange(std::int64_t step, QuickRandom& random) {
  for (auto& set : states_)
    for (auto k = static_cast<std::size_t>(step % 2); k + 1 < ladder_.size(); k += 2) {
      // Accepted with min(1, exp((beta_k+1 - beta_k) (E_k+1 - E_k))).
      const double x = (ladder_.beta(k + 1) - ladder_.beta(k)) * (set[k]->energy() - set[k + 1]->energy());
      ladder_.record(k, x <= 0 ? 0 : 1 - boltzmann_(x));
      if (boltzmann_.accepts(x, random.unit())) std::swap(set[k], set[k + 1]);
    }
}

}  // namespace isinglass
