#include "run/training_setup.hpp"

#include "data/splits.hpp"
#include "ising/read_all.hpp"
#include "network/build.hpp"
#include "oracles/subproblems/subproblem_oracle.hpp"
#include "parallel/agreement.hpp"
#include "qcbo/fip.hpp"

#include <algorithm>
#include <utility>

namespace isinglass {

namespace {

/// Margin that the solvers add to the reach of a pre-activation, in units of its rms: checked here, before a run folder
/// exists.
double largest_margin(const Config& config) {
  return std::max({config.qcgd.margin, config.qcgd.output_margin, config.anneal.output_margin, 2 * config.anneal.window,
                   2 * config.anneal.final_window});
}

/// Reads of a sub-problem are in memory together; of samples, those of many calls.
void check_reads(const Config& config, const Architecture& architecture) {
  const MachineConfig& machine = config.machine;
  if (config.method != Method::qcgd || machine.subproblems.blocks == Blocks::none) return;
  constexpr std::int64_t calls_of_samples = 16;
  std::int64_t spins = subproblem_spins(architecture, machine);
  if (machine.hardware.spin_budget > 0)
    expect_read_memory(machine.hardware.reads_per_subproblem, spins, "machine.hardware.reads_per_subproblem");
  if (machine.subproblems.blocks == Blocks::neurons_and_samples) spins += calls_of_samples * most_sample_spins;
  if (machine.kind != MachineKind::enumeration)
    expect_read_memory(machine.subproblems.reads, spins, "machine.subproblems.reads");
}

bool same_layer(const Layer& a, const Layer& b) {
  return a.inputs == b.inputs && a.units == b.units && a.weights.name == b.weights.name && a.bias.name == b.bias.name &&
         a.bias_unit == b.bias_unit && a.thresholds == b.thresholds && a.values == b.values;
}

}  // namespace

TrainingSetup load_setup(const Config& config, const Communicator& group, const Communicator& world) {
  TrainingSetup setup;
  const DataSplits& data = setup.data;
  std::uint64_t fingerprint = 0;
  together(world, [&] {
    LoadedData loaded = load_data(config.data, config.seed, group.rank(), group.size());
    setup.data = std::move(loaded.splits);
    fingerprint = loaded.fingerprint;
  });
  expect_same(world, fingerprint, "the data set");
  // Knots lie where the samples of all ranks can reach.
  const int largest = static_cast<int>(group.all_max(largest_input_sum(data.train)));
  together(world, [&] {
    const InputScale scale{data.train.features, static_cast<int>(data.class_names.size()), data.input_rms, largest};
    BuiltNetwork built = build_network(config.network, scale);
    setup.architecture = std::move(built.architecture);
    setup.activations = std::move(built.activations);
    setup.reach = propagate_intervals(setup.architecture, data.train);
    check_grid(setup.architecture, setup.reach, largest_margin(config));
    check_reads(config, setup.architecture);
  });
  return setup;
}

bool has_data(const Model& model, const DataSplits& data) {
  return model.center == data.center && model.class_names == data.class_names;
}

bool has_network(const Model& model, const Architecture& architecture) {
  return std::ranges::equal(model.architecture.layers, architecture.layers, same_layer);
}

}  // namespace isinglass
