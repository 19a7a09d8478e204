#pragma once

#include "ising/groups/boltzmann.hpp"
#include "ising/groups/thermal_state.hpp"
#include "ising/tempering/clusters.hpp"
#include "ising/tempering/ladder.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace isinglass {

/// Which moves a tempering run makes besides sweeps and exchanges.
struct TemperingMoves {
  bool clusters = false;     ///< a second set of replicas, and cluster moves between the two at each temperature
  bool group_swaps = false;  ///< exchanges of two groups' values after each sweep
};

/// Replicas at all temperatures of a ladder (two sets with cluster moves), swept and exchanged.
class Replicas {
public:
  /// Of a problem that fold_groups has made and that outlives this; all replicas share the couplings of `state`.
  Replicas(const IsingProblem& problem, const ThermalState& state, Ladder ladder, TemperingMoves moves);
  [[nodiscard]] std::size_t sets() const { return states_.size(); }
  [[nodiscard]] std::size_t count() const { return sets() * ladder_.size(); }
  [[nodiscard]] ThermalState& at(std::size_t set, std::size_t temperature) { return *states_[set][temperature]; }
  [[nodiscard]] Ladder& ladder() { return ladder_; }
  /// Exchanges between even pairs of neighbours after even steps and odd pairs after odd ones: a replica that rises keeps
  /// rising (non-reversible tempering).
  void exchange(std::int64_t step, QuickRandom& random);
  /// One sweep of the replica.
  void sweep(std::size_t set, std::size_t temperature, QuickRandom& random);
  /// One cluster move at each temperature.
  void move_clusters(QuickRandom& random);

private:
  Ladder ladder_;
  TemperingMoves moves_;
  std::vector<std::vector<std::unique_ptr<ThermalState>>> states_;  ///< [sets][temperatures]
  std::optional<ClusterMoves> clusters_;
  Boltzmann boltzmann_;
};

}  // namespace isinglass
