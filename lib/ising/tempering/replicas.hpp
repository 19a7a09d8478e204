#pragma once

#include "ising/groups/thermal_state.hpp"
#include "ising/problem.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace isinglass::ising {

/// Isoenergetic cluster moves of two replicas at one temperature (Houdayer, Eur. Phys. J. B 22 (2001) 479; Zhu, Ochoa,
/// Katzgraber, Phys. Rev. Lett. 115 (2015) 077201): a connected cluster of spins that differ between them is flipped in
/// both. The sum of the energies stays, so that every move is accepted.
class ClusterMoves {
public:
  /// Takes a problem with sparse couplings and without groups.
  explicit ClusterMoves(const IsingProblem& problem);
  /// One move; the cluster's share of all spins that differ: 1 means that it only exchanged the replicas.
  double move(ThermalState& a, ThermalState& b, QuickRandom& random);

private:
  const SparseCouplings* couplings_;
  std::size_t spins_;
  bool has_symmetry_;  ///< no fields: where more than half differ, those that agree are the smaller side
  std::vector<std::uint8_t> open_;
  std::vector<std::int32_t> cluster_;
};

/// Whether clusters are worth trying: sparse, and so few couplings a spin that clusters do not percolate.
[[nodiscard]] bool clusters_may_help(const IsingProblem& problem);

/// Temperatures of a tempering run, hottest first, and how often neighbours refuse to exchange.
class Ladder {
public:
  /// Geometric from hot to cold.
  Ladder(double hot, double cold, std::size_t temperatures);
  [[nodiscard]] std::size_t size() const { return beta_.size(); }
  [[nodiscard]] double beta(std::size_t k) const { return beta_[k]; }
  /// An exchange of k and k + 1 was offered and is refused with this probability.
  void record(std::size_t k, double refused);
  /// Moves the inner temperatures so that all neighbours would refuse equally often: even steps of the cumulated
  /// refusals (Syed, Bouchard-Cote, Deligiannidis, Doucet, J. R. Stat. Soc. B 84 (2022) 321), interpolated in log beta.
  /// The ends stay. Starts a new count.
  void adapt();
  /// Mean refusals between k and k + 1 since the count began; 0 before the first offer.
  [[nodiscard]] double refusal(std::size_t k) const;

private:
  std::vector<double> beta_, refused_;
  std::vector<std::int64_t> offers_;
};

/// Which moves a tempering run makes besides sweeps and exchanges.
struct TemperingMoves {
  bool clusters = false;     ///< a second set of replicas, and cluster moves between the two at each temperature
  bool group_swaps = false;  ///< exchanges of two groups' values after each sweep
};

/// Replicas at all temperatures of a ladder (two sets with cluster moves), swept and exchanged.
class Replicas {
public:
  /// Takes a problem that fold_groups has made and that outlives this; all replicas share the couplings of `state`.
  Replicas(const IsingProblem& problem, const ThermalState& state, Ladder ladder, TemperingMoves moves);
  [[nodiscard]] std::size_t sets() const { return states_.size(); }
  [[nodiscard]] std::size_t count() const { return sets() * ladder_.size(); }
  [[nodiscard]] ThermalState& at(std::size_t set, std::size_t temperature) { return *states_[set][temperature]; }
  [[nodiscard]] Ladder& ladder() { return ladder_; }
  /// Exchanges between even pairs of neighbours after even steps and odd pairs after odd ones: a replica that rises
  /// keeps rising (non-reversible tempering).
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

}  // namespace isinglass::ising
