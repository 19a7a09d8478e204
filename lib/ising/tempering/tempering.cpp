#include "ising/tempering/tempering.hpp"

#include "base/error.hpp"
#include "ising/descent.hpp"
#include "ising/groups/fold.hpp"
#include "ising/machine.hpp"
#include "ising/rounding.hpp"
#include "ising/tempering/replicas.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace isinglass::ising {

namespace {

class ProgrammedTempering : public ProgrammedCopy {
public:
  ProgrammedTempering(const IsingProblem& problem, const config::TemperingConfig& config,
                      const config::GroupConfig& groups)
      : ProgrammedCopy(problem), config_(config), groups_(groups) {
    check_groups_can_be_kept(problem);
    reprogrammed();
  }
  [[nodiscard]] ReadSet read(const ReadRequest& request) override;

private:
  void reprogrammed() override;
  /// One read; sweeps of all replicas together.
  [[nodiscard]] std::int64_t temper(Replicas& replicas, BestState& best, QuickRandom& random, std::int64_t sweeps);
  /// Every replica once.
  void sweep(Replicas& replicas, BestState& best, QuickRandom& random);
  /// The state's nearest minimum is offered; the state stays.
  void quench(const ThermalState& state, BestState& best);

  config::TemperingConfig config_;
  config::GroupConfig groups_;
  IsingProblem folded_;
  std::unique_ptr<ThermalState> state_;
  TemperatureRange range_;
  TemperingMoves moves_;
};

void ProgrammedTempering::reprogrammed() {
  folded_ = fold_groups(problem());
  const bool can_cluster = std::holds_alternative<SparseCouplings>(folded_.couplings) && folded_.groups.empty();
  if (config_.cluster_moves == config::ClusterChoice::on && !can_cluster)
    throw InputError("machine.pt.cluster_moves: on needs sparse couplings and no one-hot groups: use auto or off");
  moves_.clusters = config_.cluster_moves == config::ClusterChoice::on ||
                    (config_.cluster_moves == config::ClusterChoice::automatic && clusters_may_help(folded_));
  moves_.group_swaps = groups_.swaps;
  state_ = make_thermal_state(folded_);
  range_ = temperature_range(folded_, *state_);
  if (config_.hot_temperature > 0) range_.hot = config_.hot_temperature;
  if (config_.cold_temperature > 0) range_.cold = config_.cold_temperature;
  if (range_.cold > range_.hot)
    throw InputError(
        fmt::format("machine.pt: cold_temperature {} is above hot_temperature {}", range_.cold, range_.hot));
}

void ProgrammedTempering::quench(const ThermalState& state, BestState& best) {
  const auto copy = state.clone();
  copy->descend();
  if (best.improves(copy->energy())) best.offer(copy->energy(), copy->spins());
}

void ProgrammedTempering::sweep(Replicas& replicas, BestState& best, QuickRandom& random) {
  const auto poll_period = static_cast<std::int64_t>(1 + 100'000 / (problem().spins + 1));
  std::int64_t since_poll = 0;
  for (std::size_t set = 0; set < replicas.sets(); ++set)
    for (std::size_t k = 0; k < replicas.ladder().size(); ++k) {
      replicas.sweep(set, k, random);
      if (best.improves(replicas.at(set, k).energy())) quench(replicas.at(set, k), best);
      if (++since_poll % poll_period == 0) best.poll();
      if (best.is_over()) return;
    }
  best.poll();
}

std::int64_t ProgrammedTempering::temper(Replicas& replicas, BestState& best, QuickRandom& random,
                                         std::int64_t sweeps) {
  // Temperatures move at steps 16, 32, 64 ... of the first half; then they stay, so that the rest samples exactly.
  std::int64_t made = 0, next_change = 16;
  while (made < sweeps && !best.is_over()) {
    sweep(replicas, best, random);
    replicas.move_clusters(random);
    replicas.exchange(made, random);
    if (++made != next_change || 2 * made > sweeps) continue;
    if (config_.adapt) replicas.ladder().adapt();
    next_change *= 2;
  }
  // A read that is cut descends from its coldest replicas alone: descents of large problems take time.
  for (std::size_t set = 0; set < replicas.sets(); ++set)
    for (std::size_t k = best.is_over() ? replicas.ladder().size() - 1 : 0; k < replicas.ladder().size(); ++k)
      quench(replicas.at(set, k), best);
  return made * static_cast<std::int64_t>(replicas.count());
}

ReadSet ProgrammedTempering::read(const ReadRequest& request) {
  ReadSet set;
  for (std::int64_t r = 0; r < request.count && !set.was_cut; ++r) {
    const std::int64_t index = request.first + r;
    QuickRandom random(request.seed, index, 0);
    Replicas replicas(folded_, *state_, Ladder(range_.hot, range_.cold, static_cast<std::size_t>(config_.temperatures)),
                      moves_);
    BestState best{StopRule(request)};
    for (std::size_t s = 0; s < replicas.sets(); ++s)
      for (std::size_t k = 0; k < replicas.ladder().size(); ++k)
        replicas.at(s, k).set(start_state(problem(), request, random));
    best.offer(replicas.at(0, 0).energy(), replicas.at(0, 0).spins());
    set.field_evaluations += temper(replicas, best, random, request.sweeps > 0 ? request.sweeps : config_.sweeps);
    set.was_cut = best.is_over();
    set.reads.push_back(best.take(index));
    if (!has_exact_kernels(folded_)) end_by_descent(folded_, set.reads.back(), StopRule(request).seconds());
  }
  set.spin_updates = set.field_evaluations * static_cast<std::int64_t>(problem().spins);
  return set;
}

}  // namespace

std::unique_ptr<ProgrammedMachine> Tempering::program(const IsingProblem& problem) const {
  return std::make_unique<ProgrammedTempering>(problem, config_, groups_);
}

}  // namespace isinglass::ising
