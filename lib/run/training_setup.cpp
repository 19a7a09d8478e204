#include "run/training_setup.hpp"

#include "data/splits.hpp"
#include "ising/read_all.hpp"
#include "network/build.hpp"
#include "oracles/subproblems/subproblem_oracle.hpp"
#include "parallel/agreement.hpp"
#include "qcbo/fip.hpp"

#include <algorithm>
#include <utility>

namespace isinglass::run {

namespace {

/// Margin that the solvers add to the reach of a pre-activation, in units of its rms: checked here, before a run folder
/// exists.
double largest_margin(const config::Config& config) {
  return std::max({config.qcgd.margin, config.qcgd.output_margin, config.anneal.output_margin, 2 * config.anneal.window,
                   2 * config.anneal.final_window});
}

/// Reads of a sub-problem are in memory together; of samples, those of many calls.
void check_reads(const config::Config& config, const network::Architecture& architecture) {
  const config::MachineConfig& machine = config.machine;
  if (config.method != config::Method::qcgd || machine.subproblems.blocks == config::Blocks::none) return;
  constexpr std::int64_t calls_of_samples = 16;
  std::int64_t spins = oracles::subproblem_spins(architecture, machine);
  if (machine.hardware.spin_budget > 0)
    ising::expect_read_memory(machine.hardware.reads_per_subproblem, spins, "machine.hardware.reads_per_subproblem");
  if (machine.subproblems.blocks == config::Blocks::neurons_and_samples)
    spins += calls_of_samples * oracles::most_sample_spins;
  if (machine.kind != config::MachineKind::enumeration)
    ising::expect_read_memory(machine.subproblems.reads, spins, "machine.subproblems.reads");
}

bool same_layer(const network::Layer& a, const network::Layer& b) {
  return a.inputs == b.inputs && a.units == b.units && a.weights.name == b.weights.name && a.bias.name == b.bias.name &&
         a.bias_unit == b.bias_unit && a.thresholds == b.thresholds && a.values == b.values;
}

}  // namespace

TrainingSetup load_setup(const config::Config& config, const parallel::Communicator& group,
                         const parallel::Communicator& world) {
  TrainingSetup setup;
  const data::DataSplits& data = setup.data;
  std::uint64_t fingerprint = 0;
  parallel::together(world, [&] {
    data::LoadedData loaded = data::load_data(config.data, config.seed, group.rank(), group.size());
    setup.data = std::move(loaded.splits);
    fingerprint = loaded.fingerprint;
  });
  parallel::expect_same(world, fingerprint, "the data set");
  // Knots lie where the samples of all ranks can reach.
  const int largest = static_cast<int>(group.all_max(network::largest_input_sum(data.train)));
  parallel::together(world, [&] {
    const network::InputScale scale{data.train.features, static_cast<int>(data.class_names.size()), data.input_rms,
                                    largest};
    network::BuiltNetwork built = network::build_network(config.network, scale);
    setup.architecture = std::move(built.architecture);
    setup.activations = std::move(built.activations);
    setup.reach = qcbo::propagate_intervals(setup.architecture, data.train);
    qcbo::check_grid(setup.architecture, setup.reach, largest_margin(config));
    check_reads(config, setup.architecture);
  });
  return setup;
}

bool has_data(const Model& model, const data::DataSplits& data) {
  return model.center == data.center && model.class_names == data.class_names;
}

bool has_network(const Model& model, const network::Architecture& architecture) {
  return std::ranges::equal(model.architecture.layers, architecture.layers, same_layer);
}

}  // namespace isinglass::run
