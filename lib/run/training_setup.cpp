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
#include "train/memory.hpp"
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

/// Throws InputError "KEY: WHAT take ..., and ... are left; REMEDY" if `ranks` ranks of this machine, with `needed`
/// bytes each, need more than it has.
void expect_memory(std::int64_t needed, int ranks, const char* what, const char* remedy) {
  const std::optional<std::int64_t> available = available_memory();
  if (!available || needed <= *available / ranks) return;
  throw InputError(
      fmt::format("{} {} on each of {} ranks of a machine, and {} are left there; {}, or use ranks on more "
                  "nodes",
                  what, bytes_text(needed), ranks, bytes_text(*available), remedy));
}

/// The features of a stage are in memory together, or the state of all samples: too many are told before anything is
/// begun.
void expect_training_memory(const config::Config& config, const TrainingSetup& setup, int ranks) {
  if (config::anneals_readout(config))
    return expect_memory(train::feature_bytes(config, setup.data), ranks,
                         "network.hidden.0: the features of a stage take",
                         "set fewer units or copies, and more stages");
  const auto samples = static_cast<std::int64_t>(setup.data.train.size());
  expect_memory(train::least_training_bytes(config, setup.architecture, samples), ranks,
                "data.train_samples: the state of the training samples takes at least",
                "set fewer samples, data.copies or units");
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
  const bool is_by_stages = use != SetupUse::compiling && config::anneals_readout(config);
  const bool trains_filters = use != SetupUse::compiling && config::trains_filters(config);
  const bool keeps_images = is_by_stages || trains_filters;  // features are made as they are needed
  if (has_filters) set_filters(config, setup, group, world);
  if (has_filters && !keeps_images) parallel::together(world, [&] { make_features_inputs(setup); });
  // Knots lie where the samples of all ranks can reach.
  const int largest = keeps_images ? 0 : static_cast<int>(group.all_max(network::largest_input_sum(data.train)));
  const int ranks_here = world.ranks_on_this_machine();
  parallel::together(world, [&] {
    const int features =
        has_filters ? static_cast<int>(network::feature_count(setup.architecture)) : data.train.features;
    const network::InputScale scale{features, static_cast<int>(data.class_names.size()), data.input_rms, largest};
    network::BuiltNetwork built = network::build_network(config.network, scale);
    built.architecture.banks = std::move(setup.architecture.banks);
    setup.architecture = std::move(built.architecture);
    setup.activations = std::move(built.activations);
    setup.architecture.trains_filters = trains_filters;
    if (use == SetupUse::training) expect_training_memory(config, setup, ranks_here);
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
