#include "config/read_keys.hpp"

#include "config/checks.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace isinglass::config {

namespace {

/// The sections of methods. A completion of QCGD ends by a descent, which is annealing without temperature.
void add_methods(std::vector<KeyUse>& uses, const Config& config, ConfigUse use) {
  const Method method = config.method;
  const bool is_qcgd = method == Method::qcgd, polishes = is_qcgd && config.qcgd.polish,
             is_anneal = method == Method::anneal, anneals = is_anneal && !has_initial(config),
             improves = polishes || (is_anneal && !anneals), descends = is_qcgd && config.qcgd.descent_sweeps > 0;
  const auto add = [&](std::string_view key, bool is_read, std::string_view why_not) {
    uses.push_back({std::string(key), is_read, std::string(why_not), true});
  };
  const std::string other = fmt::format("method {} does not read this section", name_of(method));
  const std::string_view
      schedule =
          "it is of method anneal from random weights; the polish, of QCGD or of an initial network, "
          "reads anneal.polish_sweeps and anneal.polish_hot_temperature",
      polish =
          "it is of the polish, of QCGD with qcgd.polish or of an initial network by method anneal; "
          "from random weights method anneal reads anneal.sweeps and anneal.hot_temperature",
      annealing = "it is of annealing: of method anneal, and of QCGD with qcgd.polish";
  add("qcgd", is_qcgd || use == ConfigUse::bounds, other);
  add("machine", is_qcgd, other);
  add("qat", has_qat_phase(config), other);
  add("qat.filters", has_qat_phase(config) && has_filters(config.network), "no hidden layer is of filters");
  add("qat.filter_rate", trains_filters(config), "it is of filters that are trained");
  const bool is_readout = anneals_readout(config);
  add("readout", is_readout, "it is of method anneal with hidden layers of filters alone");
  add("anneal", !is_readout && (is_anneal || polishes || descends),
      is_readout ? "an output layer on filters is annealed by section readout"
      : is_qcgd  ? annealing
                 : other);
  for (const char* key : {"anneal.sweeps", "anneal.hot_temperature"}) add(key, anneals, schedule);
  for (const char* key : {"anneal.polish_sweeps", "anneal.polish_hot_temperature"}) add(key, improves, polish);
  for (const char* key : {"anneal.cold_temperature", "anneal.loss", "anneal.output_margin", "anneal.window"})
    add(key, is_anneal || polishes, annealing);
}

/// An oracle call as one problem (blocks none), by the section `whole`.
void add_whole(std::vector<KeyUse>& uses, const MachineConfig& machine, bool is_whole) {
  const std::string kind(name_of(machine.kind));
  const auto add = [&](const char* key, bool is_read, const std::string& why_not) {
    uses.push_back({key, is_read, why_not});
  };
  const std::string is_cut =
      fmt::format("it is of whole problems (machine.subproblems.blocks none); machine {} reads {}", kind,
                  machine.kind == MachineKind::enumeration ? "no key" : "machine." + kind);
  add("machine.whole", is_whole, is_cut);
  for (const char* key :
       {"machine.whole.hot_temperature", "machine.whole.cold_temperature", "machine.whole.weight_temperature_ratio"})
    add(key, machine.kind == MachineKind::sa,
        fmt::format("it is of machine sa; {} reads machine.whole.time_step and "
                    "machine.whole.strength",
                    kind));
  for (const char* key : {"machine.whole.time_step", "machine.whole.strength", "machine.whole.sample_interval"})
    add(key, has_dynamics(machine.kind),
        fmt::format("it is of machines bsb, dsb, cim and cac; {} reads "
                    "machine.whole.hot_temperature and machine.whole.cold_temperature",
                    kind));
}

/// Machines for explicit problems: sub-problems, and instances of `solve`.
void add_machines(std::vector<KeyUse>& uses, const MachineConfig& machine, bool is_whole) {
  const std::string kind(name_of(machine.kind));
  const auto add = [&](const std::string& key, bool is_read, const std::string& why_not) {
    uses.push_back({key, is_read, why_not});
  };
  const std::string whole =
      "it is of sub-problems, for which set machine.subproblems.blocks to neurons or "
      "neurons_and_samples; whole problems read machine.whole";
  for (const MachineKind other : all_values<MachineKind>())
    if (other != MachineKind::enumeration)
      add(fmt::format("machine.{}", name_of(other)), !is_whole && other == machine.kind,
          is_whole ? whole : fmt::format("the machine is {}", kind));
  add("machine.dsb.sample_interval", false, "dsb looks at the signs at every step");
  add("machine.groups", !is_whole && (machine.kind == MachineKind::sa || machine.kind == MachineKind::pt),
      is_whole ? whole : fmt::format("it is of machines sa and pt, and the machine is {}", kind));
  const HardwareConfig& hardware = machine.hardware;
  const bool has_budget = hardware.spin_budget > 0,
             has_limits = has_budget || hardware.coefficient_bits > 0 || hardware.field_noise > 0;
  add("machine.hardware", !is_whole, whole);
  add("machine.hardware.fields", has_limits,
      "hardware has no limits: set machine.hardware.spin_budget, coefficient_bits or field_noise");
  for (const char* key : {"machine.hardware.rounds", "machine.hardware.reads_per_subproblem"})
    add(key, has_budget, "it is of problems larger than machine.hardware.spin_budget, which is unlimited");
}

/// Layers by their kind: filters read images as they are, and only an annealed output layer sees copies of theirs.
void add_layers(std::vector<KeyUse>& uses, const Config& config) {
  const std::vector<LayerConfig>& hidden = config.network.hidden;
  if (hidden.size() > most_hidden_layers) return;  // is refused, and would take long to look through
  for (std::size_t i = 0; i < hidden.size(); ++i) {
    const std::string name = fmt::format("network.hidden.{}", i);
    const bool is_dense = hidden[i].kind == LayerKind::dense;
    uses.push_back({name + ".filters", !is_dense, fmt::format("the layer is dense: set {}.kind to filters", name)});
    for (const char* key : {"activation", "segments", "range", "degree", "knots", "points", "weights", "bias"})
      uses.push_back({fmt::format("{}.{}", name, key), is_dense,
                      fmt::format("the layer is of filters, which read {}.filters", name)});
    for (const char* key : {"copies", "copy_scale", "copy_shear", "copy_shift"})
      uses.push_back({fmt::format("{}.filters.{}", name, key), anneals_readout(config),
                      "only method anneal with hidden layers of filters alone trains on copies"});
  }
  for (const char* key : {"data.pool", "data.levels"})
    uses.push_back({key, !has_filters(config.network), "filters read images of 8 bits as they are"});
  for (const char* key : {"data.copies", "data.copy_scale", "data.copy_shear", "data.copy_shift"})
    uses.push_back(
        {key, !has_filters(config.network), "layers of filters have copies of their own: set filters.copies"});
  uses.push_back({"network.output.loss", !anneals_readout(config),
                  "an output layer on filters is annealed on the hinge of the lead over the best wrong class"});
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> renamed{{
    {"machine.sweeps", "machine.whole.sweeps"},
    {"machine.hot_temperature", "machine.whole.hot_temperature"},
    {"machine.cold_temperature", "machine.whole.cold_temperature"},
    {"machine.weight_temperature_ratio", "machine.whole.weight_temperature_ratio"},
}};

}  // namespace

std::vector<KeyUse> key_uses(const Config& config, ConfigUse use) {
  std::vector<KeyUse> uses;
  if (use == ConfigUse::stored) return uses;
  const MachineConfig& machine = config.machine;
  if (use == ConfigUse::solving) {
    for (const char* key : {"machine.replicas", "machine.whole", "machine.subproblems"})
      uses.push_back(
          {key, false,
           fmt::format("it is of training; solve reads --reads, --sweeps and machine.{}", name_of(machine.kind))});
    uses.push_back({"machine.kind", false, "solve takes its machine from --machine", true});
    add_machines(uses, machine, false);
    return uses;
  }
  add_methods(uses, config, use);
  add_layers(uses, config);
  const bool has_spline =
      config.network.output.loss == OutputLoss::logistic || config.network.output.loss == OutputLoss::cross_entropy;
  for (const char* key : {"network.output.loss_segments", "network.output.loss_degree"})
    uses.push_back({key, has_spline, "only the losses logistic and cross_entropy have a spline"});
  if (config.method != Method::qcgd) return uses;
  const bool is_whole = machine.subproblems.blocks == Blocks::none;
  for (const char* key : {"machine.subproblems.rounds", "machine.subproblems.reads"})
    uses.push_back({key, !is_whole, "machine.subproblems.blocks is none: the problem is solved whole"});
  add_whole(uses, machine, is_whole);
  add_machines(uses, machine, is_whole);
  return uses;
}

const KeyUse* find_unread(const std::vector<KeyUse>& uses, std::string_view key) {
  const auto found = std::ranges::find_if(uses, [&](const KeyUse& use) {
    const bool is_within = key.starts_with(use.key) && (key.size() == use.key.size() || key[use.key.size()] == '.');
    return is_within && !use.is_read;
  });
  return found == uses.end() ? nullptr : &*found;
}

std::string_view new_name(std::string_view old_key) {
  const auto* const found = std::ranges::find(renamed, old_key, &std::pair<std::string_view, std::string_view>::first);
  return found == renamed.end() ? std::string_view() : found->second;
}

}  // namespace isinglass::config
