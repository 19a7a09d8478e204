#pragma once

#include "ising/groups/thermal_state.hpp"
#include "ising/problem.hpp"

#include <cstdint>
#include <vector>

namespace isinglass {

/// Isoenergetic cluster moves of two replicas at one temperature (Houdayer, Eur. Phys. J. B 22 (2001) 479; Zhu, Ochoa,
/// Katzgraber, Phys. Rev. Lett. 115 (2015) 077201): a connected cluster of spins that differ between them is flipped in
/// both. The sum of the energies stays, so that every move is accepted.
class ClusterMoves {
public:
  /// Of sparse couplings without groups.
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

}  // namespace isinglass
