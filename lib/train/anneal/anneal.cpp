#include "train/anneal/anneal.hpp"

#include "qcbo/fip.hpp"
#include "train/anneal/chain.hpp"
#include "train/incumbent.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace isinglass {

namespace {

/// Sweeps between two looks at the incumbent's accuracies.
constexpr int report_interval = 10;

HistoryRow row_of(const AnnealPlan& plan, int sweep, double seconds, const Chain& chain, const Incumbent& incumbent) {
  HistoryRow row;
  row.phase = plan.phase;
  row.iteration = sweep;
  row.wall_seconds = seconds;
  row.energy = chain.objective();
  row.objective = chain.objective();
  row.incumbent_objective = incumbent.objective();
  row.train_accuracy = incumbent.train_accuracy();
  row.validation_accuracy = incumbent.validation_accuracy();
  return row;
}

/// Temperature (loss of all samples) and window of one sweep: the first falls geometrically, the second linearly.
struct Heat {
  double temperature = 0, window = 0;
};

Heat heat_of(const TrainingInput& input, const AnnealPlan& plan, int sweep) {
  const AnnealConfig& config = input.config.anneal;
  const double part = plan.sweeps > 1 ? (sweep - 1.0) / (plan.sweeps - 1.0) : 1.0;
  const double a_sample = plan.hot_temperature * std::pow(config.cold_temperature / plan.hot_temperature, part);
  return {a_sample * static_cast<double>(input.data.train.global_size),
          config.window + (config.final_window - config.window) * part};
}

/// Exact loss of the network's own kind, in units of one output step. Collective over the group.
double own_loss(const TrainingInput& input, const NetworkBits& bits) {
  return Chain(input, bits, input.config.anneal.output_margin, {}, MoveLoss::own).objective();
}

/// What the next sweep starts from: every group's network. The chain's own loss and distances follow from it.
TrainingState checkpoint_of(const TrainingInput& input, const AnnealPlan& plan, int sweep, const NetworkBits& bits,
                            const Incumbent& incumbent, const std::vector<HistoryRow>& history) {
  TrainingState checkpoint;
  checkpoint.phase = plan.phase;
  checkpoint.iteration = sweep;
  checkpoint.incumbent = incumbent.bits();
  checkpoint.incumbent_objective = incumbent.objective();
  for (int group = 0; group < input.grid.groups; ++group)
    checkpoint.current.push_back(network_of_group(input.grid, group, bits));
  checkpoint.qcgd_stop_reason = plan.qcgd_stop_reason;
  checkpoint.qcgd_constraint_bytes = plan.qcgd_constraint_bytes;
  checkpoint.history = history;
  return checkpoint;
}

/// The checkpoint to continue from, if it is of this phase.
const TrainingState* resume_of(const TrainingInput& input, const AnnealPlan& plan) {
  return input.resume != nullptr && input.resume->phase == plan.phase ? input.resume : nullptr;
}

}  // namespace

SolveOutcome solve_anneal(const TrainingInput& input, const AnnealPlan& plan, std::vector<HistoryRow>& history) {
  const AnnealConfig& config = input.config.anneal;
  check_grid(input.architecture, propagate_intervals(input.architecture, input.data.train),
             std::max({config.output_margin, 2 * config.window, 2 * config.final_window}));
  const TrainingState* resume = resume_of(input, plan);
  Chain chain(input, resume ? resume->current.at(static_cast<std::size_t>(input.grid.group_index)) : plan.start,
              config.output_margin, similar_inputs(input.data.train, config.swap_neighbours, input.grid.group),
              config.loss == "network" ? MoveLoss::own : MoveLoss::lead);
  Incumbent incumbent(input);
  if (resume)
    incumbent.offer(resume->incumbent, resume->incumbent_objective);
  else
    incumbent.offer(chain.bits(), chain.objective());
  for (int sweep = resume ? static_cast<int>(resume->iteration) + 1 : 1; sweep <= plan.sweeps; ++sweep) {
    const Heat heat = heat_of(input, plan, sweep);
    const NetworkBits before = chain.bits();
    const bool was_cut = !chain.sweep(sweep, heat.temperature, heat.window);
    if (input.grid.world.all_max(was_cut ? 1.0 : 0.0) > 0) {
      input.control.interrupted([&] { return checkpoint_of(input, plan, sweep - 1, before, incumbent, history); });
      return stopped_outcome();
    }
    incumbent.offer(chain.bits(), chain.objective());
    incumbent.share();  // in every sweep, so that a checkpoint between two reports changes nothing
    if (sweep % report_interval == 0 || sweep == plan.sweeps) {
      incumbent.settle();
      history.push_back(row_of(plan, sweep, input.seconds(), chain, incumbent));
      if (input.report) input.report(history.back());
    }
    const Snapshot snapshot = [&] { return checkpoint_of(input, plan, sweep, chain.bits(), incumbent, history); };
    if (input.control.iteration_done(snapshot, Keep::when_due)) return stopped_outcome();
  }
  incumbent.settle();
  const double objective = own_loss(input, incumbent.bits());
  return {incumbent.bits(), objective, fmt::format("all {} sweeps done", plan.sweeps)};
}

std::optional<Descent> descend(const TrainingInput& input, const NetworkBits& start, double output_margin, int sweeps,
                               std::span<const InputPair> pairs) {
  Chain chain(input, start, output_margin, pairs, MoveLoss::own);
  for (int sweep = 1; sweep <= sweeps; ++sweep)
    if (!chain.sweep(sweep, 0.0, input.config.anneal.final_window)) return std::nullopt;
  return Descent{chain.bits(), chain.objective()};
}

}  // namespace isinglass
