#include "run/training_setup.hpp"

#include "base/error.hpp"
#include "base/memory.hpp"
#include "data/splits.hpp"
#include "ising/read_all.hpp"
#include "network/build.hpp"
#include "network/filtered.hpp"
#include "oracles/subproblems/subproblem_oracle.hpp"
#include "parallel/agreement.hpp"
#include "qcbo/fip.hpp"
#include "train/readout/settings.hpp"
#include "train/readout/unit_choice.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

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

/// The features of a stage are in memory together: too many are told before anything is begun.
void expect_feature_memory(const config::Config& config, const data::DataSplits& data) {
  const std::int64_t needed = train::feature_bytes(config, data);
  const std::optional<std::int64_t> available = available_memory();
  if (!available || needed <= *available) return;
  throw InputError(fmt::format(
      "network.hidden.0: the features of a stage take {} on each rank, and {} are left; set fewer units or copies, and "
      "more stages, or use ranks on more nodes",
      bytes_text(needed), bytes_text(*available)));
}

bool same_layer(const network::Layer& a, const network::Layer& b) {
  return a.inputs == b.inputs && a.units == b.units && a.weights.name == b.weights.name && a.bias.name == b.bias.name &&
         a.bias_unit == b.bias_unit && a.thresholds == b.thresholds && a.values == b.values;
}

}  // namespace

data::DataSplits load_data_of(const config::Config& config, const parallel::Communicator& group,
                              const parallel::Communicator& world) {
  const bool is_pixels = config::has_filters(config.network);
  data::LoadedData loaded;
  parallel::together(world, [&] {
    loaded = data::load_data(config.data, config.seed, group.rank(), group.size(),
                             is_pixels ? data::InputKind::pixels : data::InputKind::grid);
  });
  parallel::expect_same(world, loaded.fingerprint, "the data set");
  return std::move(loaded.splits);
}

namespace {

/// Draws the filters and chooses the units.
void set_filters(const config::Config& config, TrainingSetup& setup, const parallel::Communicator& group,
                 const parallel::Communicator& world) {
  const config::LayerConfig& layer = config.network.hidden.front();
  double variance = 0;
  for (std::uint32_t stage = 0; stage < static_cast<std::uint32_t>(layer.filters.stages); ++stage) {
    network::DrawnStage drawn;
    parallel::together(world, [&] { drawn = network::draw_stage(layer, setup.data, config.seed, stage); });
    network::take_centers(drawn, setup.data, group);
    const std::vector<std::size_t> choice = train::choose_units(drawn.candidates, setup.data, config.seed, group);
    setup.architecture.banks.push_back(filters::with_chosen(drawn.candidates, choice));
    variance += drawn.variance(choice);
  }
  setup.data.input_rms = std::sqrt(variance);
}

void make_features_inputs(TrainingSetup& setup) {
  for (data::Samples* split : {&setup.data.train, &setup.data.validation, &setup.data.test})
    *split = network::with_features(setup.architecture, *split);
}

}  // namespace

TrainingSetup load_setup(const config::Config& config, const parallel::Communicator& group,
                         const parallel::Communicator& world, SetupUse use) {
  TrainingSetup setup;
  setup.data = load_data_of(config, group, world);
  const data::DataSplits& data = setup.data;
  const bool has_filters = config::has_filters(config.network);
  const bool is_by_stages = use == SetupUse::training && config::anneals_readout(config);
  const bool trains_filters = use == SetupUse::training && config::trains_filters(config);
  const bool keeps_images = is_by_stages || trains_filters;  // features are made as they are needed
  if (has_filters) set_filters(config, setup, group, world);
  if (has_filters && !keeps_images) parallel::together(world, [&] { make_features_inputs(setup); });
  // Knots lie where the samples of all ranks can reach.
  const int largest = keeps_images ? 0 : static_cast<int>(group.all_max(network::largest_input_sum(data.train)));
  parallel::together(world, [&] {
    const int features =
        has_filters ? static_cast<int>(network::feature_count(setup.architecture)) : data.train.features;
    const network::InputScale scale{features, static_cast<int>(data.class_names.size()), data.input_rms, largest};
    network::BuiltNetwork built = network::build_network(config.network, scale);
    built.architecture.banks = std::move(setup.architecture.banks);
    setup.architecture = std::move(built.architecture);
    setup.activations = std::move(built.activations);
    setup.architecture.trains_filters = trains_filters;
    if (is_by_stages) expect_feature_memory(config, data);
    if (keeps_images) return;
    setup.reach = qcbo::propagate_intervals(setup.architecture, data.train);
    qcbo::check_grid(setup.architecture, setup.reach, largest_margin(config),
                     config.method == config::Method::qat ? qcbo::product_grid : network::solver_grid);
    check_reads(config, setup.architecture);
  });
  return setup;
}

bool has_data(const Model& model, const data::DataSplits& data) {
  return model.center == data.center && model.class_names == data.class_names;
}

bool has_network(const Model& model, const network::Architecture& architecture) {
  return model.architecture.banks == architecture.banks &&
         std::ranges::equal(model.architecture.layers, architecture.layers, same_layer);
}

}  // namespace isinglass::run
