#include "ising/groups/group_annealer.hpp"

#include "ising/descent.hpp"
#include "ising/groups/fold.hpp"
#include "ising/groups/thermal_state.hpp"
#include "ising/machine.hpp"
#include "ising/rounding.hpp"

#include <algorithm>

namespace isinglass::ising {

namespace {

class GroupAnnealer : public ProgrammedCopy {
public:
  GroupAnnealer(const IsingProblem& problem, const config::SaConfig& config, const config::GroupConfig& groups)
      : ProgrammedCopy(problem), config_(config), groups_(groups) {
    check_groups_can_be_kept(problem);
    reprogrammed();
  }
  [[nodiscard]] ReadSet read(const ReadRequest& request) override;

private:
  void reprogrammed() override {
    folded_ = fold_groups(problem());
    state_ = make_thermal_state(folded_);
    range_ = temperature_range(folded_, *state_);
  }
  /// One read; sweeps made.
  [[nodiscard]] std::int64_t anneal(BestState& best, QuickRandom& random, const Schedule& schedule);

  config::SaConfig config_;
  config::GroupConfig groups_;
  IsingProblem folded_;
  std::unique_ptr<ThermalState> state_;
  TemperatureRange range_;
};

std::int64_t GroupAnnealer::anneal(BestState& best, QuickRandom& random, const Schedule& schedule) {
  const auto poll_period = static_cast<std::int64_t>(1 + 100'000 / (problem().spins + 1));
  best.offer(state_->energy(), state_->spins());
  std::int64_t made = 0;
  for (; made < schedule.sweeps() && !best.is_over(); ++made) {
    const double beta = 1 / schedule.at(made);
    state_->sweep(beta, random);
    if (groups_.swaps) state_->swap_groups(beta, random);
    if (best.improves(state_->energy())) best.offer(state_->energy(), state_->spins());
    if (made % poll_period == 0) best.poll();
  }
  state_->descend();
  best.offer(state_->energy(), state_->spins());
  return made;
}

ReadSet GroupAnnealer::read(const ReadRequest& request) {
  ReadSet set;
  const Schedule schedule(config_, range_,
                          request.sweeps > 0 ? request.sweeps : static_cast<std::int64_t>(config_.sweeps));
  for (std::int64_t r = 0; r < request.count && !set.was_cut; ++r) {
    const std::int64_t index = request.first + r;
    QuickRandom random(request.seed, index, 0);
    state_->set(start_state(problem(), request, random));
    BestState best{StopRule(request)};
    set.field_evaluations += anneal(best, random, schedule);
    set.was_cut = best.is_over();
    set.reads.push_back(best.take(index));
    if (!has_exact_kernels(folded_)) end_by_descent(folded_, set.reads.back(), StopRule(request).seconds());
  }
  set.spin_updates = set.field_evaluations * static_cast<std::int64_t>(problem().spins);
  return set;
}

}  // namespace

std::unique_ptr<ProgrammedMachine> program_group_annealer(const IsingProblem& problem, const config::SaConfig& config,
                                                          const config::GroupConfig& groups) {
  return std::make_unique<GroupAnnealer>(problem, config, groups);
}

}  // namespace isinglass::ising
