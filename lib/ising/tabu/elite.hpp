#pragma once

#include "ising/quick_random.hpp"
#include "ising/tabu/walk.hpp"

#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace isinglass::ising {

/// A state that tabu search ended in.
struct EliteState {
  Spins spins;
  double energy = 0;
};

/// The best different states of a read and the pairs of them that have not been linked yet.
class EliteSet {
public:
  explicit EliteSet(std::size_t capacity) : capacity_(capacity) {}
  /// Takes the state in if it is new and better than the worst, whose place it gets in a full set.
  void offer(EliteState state);
  /// Forgets all but the best: the set has lost its variety.
  void keep_best();
  /// A pair that was not linked before, at random, and never again unless one of it is replaced.
  [[nodiscard]] std::optional<std::pair<EliteState, EliteState>> next_pair(QuickRandom& random);
  [[nodiscard]] std::size_t size() const { return states_.size(); }

private:
  void pair_with_others(std::size_t i);

  std::size_t capacity_;
  std::vector<EliteState> states_;
  std::vector<std::pair<std::size_t, std::size_t>> pairs_;
};

/// Walks from one state towards another by the cheapest of the moves that lead there (greedy path relinking: Wang, Lu,
/// Glover, Hao, Eur. J. Oper. Res. 223 (2012) 595) and ends at the best state of the path's middle third. Ends earlier,
/// somewhere on the path, where `is_over` says so.
void relink(
    TabuWalk& walk, std::span<const std::int8_t> from, std::span<const std::int8_t> to,
    const std::function<bool()>& is_over = [] { return false; });

}  // namespace isinglass::ising
