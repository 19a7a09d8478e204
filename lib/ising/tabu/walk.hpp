#pragma once

#include "ising/machine.hpp"
#include "ising/quick_random.hpp"
#include "ising/tabu/rows.hpp"

#include <cstdint>
#include <memory>
#include <span>

namespace isinglass::ising {

/// Iterations for which a flipped spin, or the value that a group has left, is tabu: base + 1 .. base + spread.
struct Tenure {
  std::int32_t base = 10, spread = 10;
};

/// Budget that a read still has, and the best that it has found.
struct TabuRun {
  BestState best;
  QuickRandom random;
  std::int64_t iterations_left = 0;
  [[nodiscard]] bool is_over() const { return iterations_left <= 0 || best.is_over(); }
};

/// A state that walks by moves: flips of plain spins, re-assignments of one-hot groups. Energies are those of the
/// problem.
class TabuWalk {
public:
  virtual ~TabuWalk() = default;
  /// The state from which all reads begin: all spins +1, in groups the first.
  virtual void reset() = 0;
  [[nodiscard]] virtual double energy() const = 0;
  [[nodiscard]] virtual Spins spins() const = 0;
  /// Cost of the move that turns spin i around; for spins of groups only those that are -1 have one.
  [[nodiscard]] virtual double cost(std::size_t i) const = 0;
  virtual void move(std::size_t i) = 0;
  /// To a state that keeps the groups, move by move.
  void go_to(std::span<const std::int8_t> target);
  /// Spins whose moves lead from here to `target`.
  [[nodiscard]] std::vector<std::int32_t> moves_towards(std::span<const std::int8_t> target) const;
  /// Tabu search from here until `patience` iterations have not improved the best of this search, which becomes the
  /// state.
  virtual void search(TabuRun& run, const Tenure& tenure, std::int64_t patience) = 0;

protected:
  [[nodiscard]] virtual std::int8_t spin(std::size_t i) const = 0;
  [[nodiscard]] virtual bool is_in_group(std::size_t i) const = 0;
  [[nodiscard]] virtual std::size_t size() const = 0;
};

/// A walk on a problem that fold_groups has made, with the rows that suit it.
[[nodiscard]] std::unique_ptr<TabuWalk> make_tabu_walk(const IsingProblem& problem);

}  // namespace isinglass::ising
