#include "train/train.hpp"

#include "network/forward.hpp"
#include "oracles/dynamics/amplitudes.hpp"
#include "products/products.hpp"
#include "qcbo/counts.hpp"
#include "train/loop.hpp"

namespace isinglass::train {

namespace {

/// Counts of the problem: of the network, and for QCGD of the QCBO.
void count(const TrainingInput& input, RunResults& results) {
  results.bits_per_parameter = network::bits_per_parameter(input.architecture);
  results.parameters = network::parameter_count(input.architecture);
  results.train_samples = static_cast<std::int64_t>(input.data.train.global_size);
  results.validation_samples = static_cast<std::int64_t>(input.data.validation.global_size);
  results.test_samples = static_cast<std::int64_t>(input.data.test.global_size);
  if (input.config.method != config::Method::qcgd) return;
  const qcbo::StructuredCounts counts = qcbo::count_structured(input.architecture, input.reach, input.grid.group);
  results.constraints = counts.multipliers;
  results.spins = counts.spins();
}

}  // namespace

void prepare_training(const config::Config& config) {
  const config::MachineConfig& machine = config.machine;
  const bool oracle_multiplies =
      machine.subproblems.blocks != config::Blocks::none || config::has_dynamics(machine.kind);
  if (config::has_qat_phase(config) || (config.method == config::Method::qcgd && oracle_multiplies))
    products::prepare_products();
}

TrainingOutput train(const TrainingInput& input) {
  TrainingOutput output;
  RunResults& results = output.results;
  count(input, results);
  LoopEnd end = run_phases(input);
  if (end.was_stopped) {
    output.was_stopped = true;
    return output;
  }
  results.train_accuracy = end.train_accuracy;
  results.validation_accuracy = end.validation_accuracy;
  const network::Evaluation test =
      network::evaluate(input.architecture, end.network, input.data.test, input.grid.group);
  results.test_accuracy = test.accuracy();
  results.confusion = test.confusion;
  results.objective = end.objective;
  results.constraint_bytes = end.constraint_bytes;
  results.stop_reason = end.stop_reason;
  results.history = std::move(end.history);
  output.bits = std::move(end.network);
  return output;
}

}  // namespace isinglass::train
