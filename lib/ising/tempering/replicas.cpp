#include "ising/tempering/replicas.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace isinglass::ising {

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

Ladder::Ladder(double hot, double cold, std::size_t temperatures)
    : beta_(temperatures), refused_(temperatures), offers_(temperatures) {
  assert(temperatures > 0 && hot > 0 && cold > 0);
  for (std::size_t k = 0; k < temperatures; ++k) {
    const double share = temperatures > 1 ? static_cast<double>(k) / static_cast<double>(temperatures - 1) : 1;
    beta_[k] = std::pow(hot, share - 1) * std::pow(cold, -share);
  }
}

void Ladder::record(std::size_t k, double refused) {
  refused_[k] += refused;
  ++offers_[k];
}

double Ladder::refusal(std::size_t k) const {
  return offers_[k] > 0 ? refused_[k] / static_cast<double>(offers_[k]) : 0;
}

void Ladder::adapt() {
  // A step that was never refused still counts a little: temperatures must not fall together.
  constexpr double least = 1e-3;
  std::vector<double> cumulated(size());
  for (std::size_t k = 1; k < size(); ++k) cumulated[k] = cumulated[k - 1] + refusal(k - 1) + least;
  std::vector<double> moved = beta_;
  std::size_t k = 0;
  for (std::size_t m = 1; m + 1 < size(); ++m) {
    const double wanted = cumulated.back() * static_cast<double>(m) / static_cast<double>(size() - 1);
    while (k + 2 < size() && cumulated[k + 1] < wanted) ++k;
    const double share = (wanted - cumulated[k]) / (cumulated[k + 1] - cumulated[k]);
    moved[m] = std::exp(std::log(beta_[k]) * (1 - share) + std::log(beta_[k + 1]) * share);
  }
  beta_ = moved;
  refused_.assign(size(), 0);
  offers_.assign(size(), 0);
}

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

}  // namespace isinglass::ising
