#include "solver/anneal/anneal.hpp"

#include "qcbo/fip.hpp"
#include "solver/anneal/chain.hpp"
#include "solver/incumbent.hpp"

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

}  // namespace

SolveOutcome solve_anneal(const TrainingInput& input, const AnnealPlan& plan, std::vector<HistoryRow>& history) {
  const AnnealConfig& config = input.config.anneal;
  check_grid(input.architecture, propagate_intervals(input.architecture, input.data.train),
             std::max({config.output_margin, 2 * config.window, 2 * config.final_window}));
  Chain chain(input, plan.start, config.output_margin);
  Incumbent incumbent(input);
  incumbent.offer(chain.bits(), chain.objective());
  for (int sweep = 1; sweep <= plan.sweeps; ++sweep) {
    const Heat heat = heat_of(input, plan, sweep);
    chain.sweep(sweep, heat.temperature, heat.window);
    incumbent.offer(chain.bits(), chain.objective());
    if (sweep % report_interval != 0 && sweep != plan.sweeps) continue;
    incumbent.settle();
    history.push_back(row_of(plan, sweep, input.seconds(), chain, incumbent));
    if (input.report) input.report(history.back());
  }
  incumbent.settle();
  return {incumbent.bits(), incumbent.objective(), fmt::format("all {} sweeps done", plan.sweeps), 0};
}

Descent descend(const TrainingInput& input, const NetworkBits& start, double output_margin, int sweeps) {
  Chain chain(input, start, output_margin);
  for (int sweep = 1; sweep <= sweeps; ++sweep) chain.sweep(sweep, 0.0, input.config.anneal.final_window);
  return {chain.bits(), chain.objective()};
}

}  // namespace isinglass
