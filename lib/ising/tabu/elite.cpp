#include "ising/tabu/elite.hpp"

#include <algorithm>

namespace isinglass::ising {

void EliteSet::offer(EliteState state) {
  if (std::ranges::any_of(states_, [&](const EliteState& s) { return s.spins == state.spins; })) return;
  if (states_.size() < capacity_) {
    states_.push_back(std::move(state));
    pair_with_others(states_.size() - 1);
    return;
  }
  const auto worst = std::ranges::max_element(states_, {}, &EliteState::energy);
  if (state.energy >= worst->energy) return;
  const auto i = static_cast<std::size_t>(worst - states_.begin());
  std::erase_if(pairs_, [&](const auto& pair) { return pair.first == i || pair.second == i; });
  *worst = std::move(state);
  pair_with_others(i);
}

void EliteSet::pair_with_others(std::size_t i) {
  for (std::size_t k = 0; k < states_.size(); ++k)
    if (k != i) pairs_.emplace_back(i, k);
}

void EliteSet::keep_best() {
  if (states_.empty()) return;
  std::iter_swap(states_.begin(), std::ranges::min_element(states_, {}, &EliteState::energy));
  states_.resize(1);
  pairs_.clear();
}

std::optional<std::pair<EliteState, EliteState>> EliteSet::next_pair(QuickRandom& random) {
  if (pairs_.empty()) return std::nullopt;
  std::swap(pairs_[random.under(static_cast<std::uint32_t>(pairs_.size()))], pairs_.back());
  const auto [i, k] = pairs_.back();
  pairs_.pop_back();
  return std::pair{states_[i], states_[k]};
}

void relink(TabuWalk& walk, std::span<const std::int8_t> from, std::span<const std::int8_t> to,
            const std::function<bool()>& is_over) {
  // Moves that are looked at between two looks at the clock: about a millisecond's.
  constexpr std::size_t poll_period = 1U << 18U;
  std::size_t looked_at = 0;
  walk.go_to(from);
  std::vector<std::int32_t> moves = walk.moves_towards(to);
  const std::size_t distance = moves.size(), first = (distance + 2) / 3, last = distance - distance / 3;
  Spins best;
  double best_energy = 0;
  for (std::size_t step = 1; step <= last && step < distance; ++step) {
    looked_at += moves.size();
    if (looked_at >= poll_period) {
      looked_at = 0;
      if (is_over()) return;
    }
    const auto next =
        std::ranges::min_element(moves, {}, [&](std::int32_t i) { return walk.cost(static_cast<std::size_t>(i)); });
    walk.move(static_cast<std::size_t>(*next));
    *next = moves.back();
    moves.pop_back();
    if (step < first || (!best.empty() && walk.energy() >= best_energy)) continue;
    best = walk.spins();
    best_energy = walk.energy();
  }
  if (!best.empty()) walk.go_to(best);
}

}  // namespace isinglass::ising
