#include "ising/groups/group_annealer.hpp"

#include "ising/groups/best_state.hpp"
#include "ising/groups/fold.hpp"
#include "ising/groups/start.hpp"
#include "ising/groups/thermal_state.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass {

namespace {

class GroupAnnealer : public ProgrammedCopy {
public:
  GroupAnnealer(const IsingProblem& problem, const GroupAnnealSettings& settings)
      : ProgrammedCopy(problem), settings_(settings) {
    check_groups_can_be_kept(problem);
    reprogrammed();
  }
  [[nodiscard]] ReadSet read(const ReadRequest& request) override;

private:
  void reprogrammed() override {
    const IsingProblem folded = fold_groups(problem());
    state_ = make_thermal_state(folded);
    range_ = temperature_range(folded, *state_);
    if (settings_.hot_temperature > 0) range_.hot = settings_.hot_temperature;
    if (settings_.cold_temperature > 0) range_.cold = settings_.cold_temperature;
  }
  /// One read; sweeps made.
  [[nodiscard]] std::int64_t anneal(BestState& best, QuickRandom& random, std::int64_t sweeps);

  GroupAnnealSettings settings_;
  std::unique_ptr<ThermalState> state_;
  TemperatureRange range_;
};

std::int64_t GroupAnnealer::anneal(BestState& best, QuickRandom& random, std::int64_t sweeps) {
  const auto poll_period = static_cast<std::int64_t>(1 + 100'000 / (problem().spins + 1));
  const double ratio = sweeps > 1 ? std::pow(range_.cold / range_.hot, 1 / static_cast<double>(sweeps - 1)) : 1;
  double temperature = sweeps > 1 ? range_.hot : range_.cold;
  best.offer(state_->energy(), state_->spins());
  std::int64_t made = 0;
  for (; made < sweeps && !best.is_over(); ++made, temperature *= ratio) {
    state_->sweep(1 / temperature, random);
    if (settings_.swaps) state_->swap_groups(1 / temperature, random);
    if (best.improves(state_->energy())) best.offer(state_->energy(), state_->spins());
    if (made % poll_period == 0) best.poll();
  }
  state_->descend();
  best.offer(state_->energy(), state_->spins());
  return made;
}

ReadSet GroupAnnealer::read(const ReadRequest& request) {
  ReadSet set;
  for (std::int64_t r = 0; r < request.count && !set.was_cut; ++r) {
    const std::int64_t index = request.first + r;
    QuickRandom random(request.seed, index, 0);
    state_->set(start_state(problem(), request, random));
    BestState best{StopRule(request)};
    set.field_evaluations += anneal(best, random, request.sweeps > 0 ? request.sweeps : settings_.sweeps);
    set.was_cut = best.is_over();
    set.reads.push_back(best.take(problem(), index));
  }
  set.spin_updates = set.field_evaluations * static_cast<std::int64_t>(problem().spins);
  return set;
}

}  // namespace

std::unique_ptr<ProgrammedMachine> program_group_annealer(const IsingProblem& problem, const GroupAnnealSettings& settings) {
  return std::make_unique<GroupAnnealer>(problem, settings);
}

}  // namespace isinglass
