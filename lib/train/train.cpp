#include "train/train.hpp"

#include "base/error.hpp"
#include "network/forward.hpp"
#include "oracles/dynamics/amplitudes.hpp"
#include "products/products.hpp"
#include "qcbo/counts.hpp"
#include "train/anneal/anneal.hpp"
#include "train/qat/qat.hpp"
#include "train/qcgd/qcgd.hpp"

#include <fmt/format.h>

namespace isinglass {

namespace {

/// QCGD, and annealing from its incumbent where that is asked for.
SolveOutcome qcgd_then_polish(const TrainingInput& input, std::vector<HistoryRow>& history) {
  SolveOutcome outcome;
  if (input.resume != nullptr && input.resume->phase == "polish") {
    outcome.incumbent = input.resume->incumbent;
    outcome.stop_reason = input.resume->qcgd_stop_reason;
    outcome.constraint_bytes = input.resume->qcgd_constraint_bytes;
  } else {
    outcome = solve_qcgd(input, history);
  }
  const AnnealConfig& anneal = input.config.anneal;
  if (!input.config.qcgd.polish || outcome.was_stopped) return outcome;
  const AnnealPlan plan{"polish",          anneal.polish_sweeps, anneal.polish_hot_temperature,
                        outcome.incumbent, outcome.stop_reason,  outcome.constraint_bytes};
  SolveOutcome polished = solve_anneal(input, plan, history);
  if (polished.was_stopped) return polished;
  polished.stop_reason = fmt::format("qcgd: {}; polish: {}", outcome.stop_reason, polished.stop_reason);
  polished.constraint_bytes = outcome.constraint_bytes;
  return polished;
}

SolveOutcome solve(const TrainingInput& input, std::vector<HistoryRow>& history) {
  const Config& config = input.config;
  if (config.method == "qcgd") return qcgd_then_polish(input, history);
  if (config.method == "qat") return solve_qat(input, history);
  if (config.method == "anneal")
    return solve_anneal(
        input, {"anneal", config.anneal.sweeps, config.anneal.hot_temperature, starting_bits(input.architecture, config.seed)},
        history);
  throw InputError(fmt::format("method: \"{}\" does not exist: use qcgd, anneal or qat", config.method));
}

/// Counts of the problem: of the network, and for QCGD of the QCBO.
void count(const TrainingInput& input, RunResults& results) {
  results.bits_per_parameter = bits_per_parameter(input.architecture);
  results.parameters = parameter_count(input.architecture);
  results.train_samples = static_cast<std::int64_t>(input.data.train.global_size);
  results.validation_samples = static_cast<std::int64_t>(input.data.validation.global_size);
  results.test_samples = static_cast<std::int64_t>(input.data.test.global_size);
  if (input.config.method != "qcgd") return;
  const StructuredCounts counts =
      count_structured(input.architecture, propagate_intervals(input.architecture, input.data.train), input.grid.group);
  results.constraints = counts.multipliers;
  results.spins = counts.spins();
}

}  // namespace

void prepare_training(const Config& config) {
  const MachineConfig& machine = config.machine;
  const bool oracle_multiplies = machine.subproblems.blocks != "none" || has_dynamics(machine);
  if (config.method == "qat" || (config.method == "qcgd" && oracle_multiplies)) prepare_products();
}

TrainingOutput train(const TrainingInput& input) {
  TrainingOutput output;
  RunResults& results = output.results;
  count(input, results);
  if (input.resume != nullptr) results.history = input.resume->history;
  SolveOutcome outcome = solve(input, results.history);
  if (outcome.was_stopped) {
    output.was_stopped = true;
    return output;
  }
  const Communicator& group = input.grid.group;
  const auto judge = [&](const Samples& samples) { return evaluate(input.architecture, outcome.incumbent, samples, group); };
  results.train_accuracy = judge(input.data.train).accuracy();
  results.validation_accuracy = judge(input.data.validation).accuracy();
  const Evaluation test = judge(input.data.test);
  results.test_accuracy = test.accuracy();
  results.confusion = test.confusion;
  results.objective = outcome.objective;
  results.constraint_bytes = outcome.constraint_bytes;
  results.stop_reason = outcome.stop_reason;
  output.bits = std::move(outcome.incumbent);
  return output;
}

}  // namespace isinglass
