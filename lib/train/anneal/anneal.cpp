#include "train/anneal/chain.hpp"
#include "train/phase.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace isinglass::train {

namespace {

/// Sweeps between two looks at the incumbent's accuracies.
constexpr int report_interval = 10;

/// Annealing of the network itself (chain.hpp), from random weights or, as the polish, from the incumbent of the phase
/// before. The incumbent is chosen by the exact value of the loss that moves are judged by. Each replica group runs its
/// own chain.
class Annealing final : public Phase {
public:
  Annealing(TrainingContext& context, config::PhaseName name, std::int64_t sweeps);
  void start(const network::NetworkBits& network) override;
  [[nodiscard]] PhaseStep step() override;
  [[nodiscard]] PhaseEnd finish() override;

private:
  /// Temperature (loss of all samples) and window of one sweep.
  struct Schedule {
    double temperature = 0, window = 0;
  };

  void load(const TrainingState& state) override;
  void store(TrainingState& state) const override;
  [[nodiscard]] Schedule schedule_of(std::int64_t sweep) const;

  const config::AnnealConfig& settings_;
  double hot_temperature_;  // per training sample, in units of one output step
  Chain chain_;
};

Annealing::Annealing(TrainingContext& context, config::PhaseName name, std::int64_t sweeps)
    : Phase(context, name, sweeps),
      settings_(input_.config.anneal),
      hot_temperature_(name == config::PhaseName::polish ? settings_.polish_hot_temperature
                                                         : settings_.hot_temperature),
      chain_(input_, context.move_data(), settings_.output_margin, settings_.loss) {
  qcbo::check_grid(input_.architecture, input_.reach,
                   std::max({settings_.output_margin, 2 * settings_.window, 2 * settings_.final_window}));
}

void Annealing::start(const network::NetworkBits& network) {
  chain_.set(network);
  incumbent_.offer(chain_.bits(), chain_.objective());
}

/// The chain's own loss and distances follow from its network.
void Annealing::load(const TrainingState& state) {
  chain_.set(state.current.at(static_cast<std::size_t>(input_.grid.group_index)));
  incumbent_.offer(state.incumbent, state.incumbent_objective);
}

void Annealing::store(TrainingState& state) const {
  for (int group = 0; group < input_.grid.groups; ++group)
    state.current.push_back(network_of_group(input_.grid, group, chain_.bits()));
}

/// The temperature falls geometrically, the window linearly.
Annealing::Schedule Annealing::schedule_of(std::int64_t sweep) const {
  const double part = steps_ > 1 ? (static_cast<double>(sweep) - 1.0) / (static_cast<double>(steps_) - 1.0) : 1.0;
  const double per_sample = hot_temperature_ * std::pow(settings_.cold_temperature / hot_temperature_, part);
  return {per_sample * static_cast<double>(input_.data.train.global_size),
          settings_.window + (settings_.final_window - settings_.window) * part};
}

PhaseStep Annealing::step() {
  const std::int64_t sweep = steps_done_ + 1;
  const Schedule schedule = schedule_of(sweep);
  const network::NetworkBits before = chain_.bits();
  if (any_rank(!chain_.sweep(static_cast<int>(sweep), schedule.temperature, schedule.window))) {
    chain_.set(before);
    return {.was_cut = true};
  }
  steps_done_ = sweep;
  if (incumbent_.would_take(chain_.objective())) incumbent_.offer(chain_.bits(), chain_.objective(), chain_.correct());
  incumbent_.share();  // in every sweep, so that a checkpoint between two reports changes nothing
  if (sweep % report_interval != 0 && !is_done()) return {};
  incumbent_.settle();
  HistoryRow row = new_row();
  row.energy = row.objective = chain_.objective();
  return {.row = row};
}

PhaseEnd Annealing::finish() {
  incumbent_.settle();
  Chain own(input_, context_.move_data(), settings_.output_margin, config::MoveLoss::own);
  own.set(incumbent_.bits());
  return {own.objective(), fmt::format("all {} sweeps done", steps_)};
}

}  // namespace

std::unique_ptr<Phase> make_annealing(TrainingContext& context, config::PhaseName name, std::int64_t steps) {
  return std::make_unique<Annealing>(context, name, steps);
}

}  // namespace isinglass::train
