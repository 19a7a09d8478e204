#include "ising/tempering/clusters.hpp"

#include <algorithm>

namespace isinglass {

ClusterMoves::ClusterMoves(const IsingProblem& problem)
    : couplings_(&std::get<SparseCouplings>(problem.couplings)),
      spins_(problem.spins),
      has_symmetry_(std::ranges::all_of(problem.fields, [](double h) { return h == 0; })),
      open_(problem.spins) {}

double ClusterMoves::move(ThermalState& a, ThermalState& b, QuickRandom& random) {
  std::size_t side = 0;
  for (std::size_t i = 0; i < spins_; ++i) {
    open_[i] = a.spin(i) != b.spin(i) ? 1 : 0;
    side += open_[i];
  }
  if (has_symmetry_ && 2 * side > spins_) {
    for (std::uint8_t& o : open_) o ^= 1U;
    side = spins_ - side;
  }
  if (side == 0) return 1;
  // The seed is one of the side's spins, each as likely.
  std::uint32_t skip = random.under(static_cast<std::uint32_t>(side));
  std::size_t seed = 0;
  for (;; ++seed)
    if (open_[seed] != 0 && skip-- == 0) break;
  cluster_.assign(1, static_cast<std::int32_t>(seed));
  open_[seed] = 0;
  for (std::size_t at = 0; at < cluster_.size(); ++at) {
    const auto i = static_cast<std::size_t>(cluster_[at]);
    for (const std::int32_t j : couplings_->columns(i)) {
      if (open_[static_cast<std::size_t>(j)] == 0) continue;
      open_[static_cast<std::size_t>(j)] = 0;
      cluster_.push_back(j);
    }
  }
  // A whole side would exchange the replicas, which are as good as each other: nothing is gained.
  if (cluster_.size() < side) {
    a.flip(cluster_);
    b.flip(cluster_);
  }
  return static_cast<double>(cluster_.size()) / static_cast<double>(side);
}

bool clusters_may_help(const IsingProblem& problem) {
  constexpr double most_couplings = 4;  // a spin, as on a square lattice; at 6, a cubic one, they did not pay
  const auto* sparse = std::get_if<SparseCouplings>(&problem.couplings);
  return sparse != nullptr && problem.groups.empty() &&
         static_cast<double>(sparse->nonZeros()) <= most_couplings * static_cast<double>(problem.spins);
}

}  // namespace isinglass
