#include "solver/subproblems/subproblem_oracle.hpp"

#include "base/error.hpp"
#include "base/random.hpp"
#include "ising/hardware/hardware.hpp"
#include "ising/machines.hpp"
#include "ising/read_all.hpp"
#include "solver/products/exact_products.hpp"
#include "solver/subproblems/neuron_problem.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

namespace isinglass {

namespace {

/// Integer levels of slopes and curvatures: 12 bits, fewer where the inputs are large, so that BLAS gets blocks of
/// some hundred samples.
constexpr int most_levels = 4095, least_levels = 15;
constexpr double block_samples = 256;

/// Where a call begins, how a taken answer widens the window, and how a refused one narrows it.
constexpr double first_window = 0.5, largest_window = 2, wider = 1.3, narrower = 0.5;
constexpr double first_caution = 0.3, bolder = 0.7, warier = 1.5;

/// Parts for exact enumeration: all states of this many spins take as long as a short anneal of a neuron.
constexpr std::int64_t enumerated_spins = 16;

/// Largest |z| of a hidden unit's cost: the grid of the state. Losses are tables up to output_limit.
constexpr int largest_z = 1 << 14;

int levels_for(double factor) {
  return std::clamp(static_cast<int>(largest_exact / (block_samples * factor)), least_levels, most_levels);
}

/// A machine's seed for one problem.
std::uint64_t problem_seed(std::uint64_t seed, std::uint32_t call, std::uint32_t round, std::uint32_t layer_unit,
                           std::uint32_t part) {
  const auto words = draw(seed, Stream::read, call, round, layer_unit, part);
  return (static_cast<std::uint64_t>(words[0]) << 32) | words[1];
}

/// z of every sample after the spins' flips.
std::vector<std::int32_t> moved(const UnitCost& cost, std::span<const SpinPlace> places, std::span<const std::int8_t> spins,
                                std::span<const float> columns, std::size_t stride, std::span<const int> inputs) {
  std::vector<float> z(cost.z().begin(), cost.z().end());
  for (std::size_t a = 0; a < places.size(); ++a) {
    if (spins[a] == places[a].spin) continue;
    const auto column = static_cast<std::size_t>(std::find(inputs.begin(), inputs.end(), places[a].input) - inputs.begin());
    const float* x = columns.data() + column * stride;
    const auto shift = static_cast<float>(2 * places[a].step * spins[a]);
    for (std::size_t s = 0; s < z.size(); ++s) z[s] += shift * x[s];
  }
  return {z.begin(), z.end()};
}

void set_bits(LayerState& layer, int unit, std::span<const SpinPlace> places, std::span<const std::int8_t> spins) {
  const Layer& shape = *layer.layer;
  const auto j = static_cast<std::size_t>(unit);
  for (std::size_t a = 0; a < places.size(); ++a) {
    const std::uint8_t bit = spins[a] > 0 ? 1 : 0;
    if (places[a].input == shape.inputs)
      layer.bits.biases[j * shape.bias.steps.size() + places[a].bit] = bit;
    else
      layer.bits.weights[(j * static_cast<std::size_t>(shape.inputs) + static_cast<std::size_t>(places[a].input)) *
                             shape.weights.steps.size() +
                         places[a].bit] = bit;
  }
}

double largest_value(const Layer& layer) {
  double largest = 1;
  for (const std::int8_t v : layer.values) largest = std::max(largest, std::abs(static_cast<double>(v)));
  return largest;
}

std::int64_t unit_bits(const Layer& layer) {
  return static_cast<std::int64_t>(layer.inputs) * layer.weights.bits() + layer.bias.bits();
}

/// The spin that carries the fields where hardware's limits hold.
int ancillas(const HardwareConfig& limits) { return hardware::has_limits(limits) && limits.fields == "ancilla" ? 1 : 0; }

/// What the machine can take, without the ancilla; InputError if that is less than one parameter's bits.
std::int64_t budget_of(const Architecture& architecture, const MachineConfig& machine) {
  std::int64_t budget = std::numeric_limits<std::int64_t>::max();
  if (machine.hardware.spin_budget > 0) budget = machine.hardware.spin_budget - ancillas(machine.hardware);
  if (machine.kind == "enumeration") budget = std::min(budget, enumerated_spins);
  for (const Layer& layer : architecture.layers) {
    const int bits = std::max(layer.weights.bits(), layer.bias.bits());
    if (bits > budget)
      throw InputError(
          fmt::format("machine.hardware.spin_budget: a parameter of {} bits needs {} spins a call, and there are {}", bits,
                      bits + ancillas(machine.hardware), machine.hardware.spin_budget));
  }
  return budget;
}

}  // namespace

std::int64_t subproblem_spins(const Architecture& architecture, const MachineConfig& machine) {
  std::int64_t largest = 0;
  for (const Layer& layer : architecture.layers) largest = std::max(largest, unit_bits(layer));
  return std::min(budget_of(architecture, machine), largest) + ancillas(machine.hardware);
}

SubproblemOracle::SubproblemOracle(const Config& config, const StructuredState& state, const Communicator& group)
    : settings_(config.machine),
      seed_(config.seed),
      group_(group),
      machine_(make_machine(config.machine)),
      budget_(budget_of(*state.architecture, config.machine)) {
  for (const std::int8_t x : state.inputs) largest_input_ = std::max(largest_input_, std::abs(static_cast<double>(x)));
  largest_input_ = group.all_max(largest_input_);
  use_one_blas_thread();
}

std::vector<std::vector<int>> SubproblemOracle::parts_of(const Layer& layer, const Key& key) const {
  std::vector<int> inputs(static_cast<std::size_t>(layer.inputs) + 1);
  std::iota(inputs.begin(), inputs.end(), 0);
  // The couplings of a bias are far larger than those of weights: rounded together, weights would keep hardly any bits.
  const bool is_apart = settings_.hardware.coefficient_bits > 0 || settings_.hardware.field_noise > 0;
  if (unit_bits(layer) <= budget_ && !is_apart) return {inputs};
  if (is_apart) inputs.pop_back();
  for (std::uint32_t i = 0; i + 1 < inputs.size(); ++i) {  // Fisher and Yates
    const auto left = static_cast<std::uint32_t>(inputs.size()) - i;
    std::swap(inputs[i], inputs[i + below(draw(seed_, Stream::shuffle, key.call, key.round, key.layer_unit, i)[0], left)]);
  }
  std::vector<std::vector<int>> parts(1);
  std::int64_t spins = 0;
  for (const int input : inputs) {
    const std::int64_t bits = input == layer.inputs ? layer.bias.bits() : layer.weights.bits();
    if (spins + bits > budget_) {
      parts.emplace_back();
      spins = 0;
    }
    parts.back().push_back(input);
    spins += bits;
  }
  if (is_apart) parts.push_back({layer.inputs});
  return parts;
}

std::vector<float> SubproblemOracle::columns_of(const StructuredState& state, std::size_t l,
                                                std::span<const int> inputs) const {
  const std::size_t stride = state.layers[l].stride;
  std::vector<float> columns(inputs.size() * stride);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    std::copy_n(state.column(l, inputs[i]), stride, columns.begin() + static_cast<std::ptrdiff_t>(i * stride));
  return columns;
}

bool SubproblemOracle::improve_part(StructuredState& state, std::size_t l, int unit, std::span<const int> inputs,
                                    const Trust& trust, const Key& key, std::uint32_t part) {
  LayerState& layer = state.layers[l];
  UnitCost cost(state, l, unit);
  const std::vector<SpinPlace> places = places_of(layer, unit, inputs);
  const std::vector<float> columns = columns_of(state, l, inputs);
  const double largest = l == 0 ? largest_input_ : largest_value(*state.layers[l - 1].layer);
  const int window = std::max(1, static_cast<int>(std::lround(trust.window * layer.layer->rms)));
  const int limit = layer.layer->is_output() ? output_limit(*state.architecture) : largest_z;
  const QuadraticFit fit = fit_quadratic(cost, window, limit, levels_for(largest), levels_for(largest * largest), group_);
  NeuronProblem neuron = make_neuron_problem(places, columns, layer.stride, largest, fit, group_);
  neuron.problem.fields = cautious_fields(neuron, places, trust.caution);
  const std::unique_ptr<ProgrammedMachine> programmed = machine_->program(neuron.problem);
  ReadRequest request;
  request.count = machine_->is_exact() ? 1 : settings_.subproblems.reads;
  request.seed = problem_seed(seed_, key.call, key.round, key.layer_unit, part);
  const ReadSet set = read_all(*machine_, *programmed, neuron.problem, request, group_);
  ++counts_.problems;
  counts_.reads += std::ssize(set.reads);
  counts_.largest = std::max(counts_.largest, std::ssize(places));
  double best = 0;
  std::vector<std::int32_t> best_z;
  const Spins* best_spins = nullptr;
  for (const Read& read : set.reads) {
    std::vector<std::int32_t> z = moved(cost, places, read.spins, columns, layer.stride, inputs);
    const double change = cost.energy_change(z, group_);
    if (change >= best) continue;
    best = change;
    best_z = std::move(z);
    best_spins = &read.spins;
  }
  if (best_spins == nullptr) {
    cost.apply(std::vector<std::int32_t>(cost.z().begin(), cost.z().end()));  // segments may be better without a flip
    return false;
  }
  cost.apply(best_z);
  set_bits(layer, unit, places, *best_spins);
  ++counts_.accepted;
  return true;
}

void SubproblemOracle::improve_unit(StructuredState& state, std::size_t l, int unit, Trust& trust, const Key& key) {
  std::uint32_t part = 0;
  bool taken = false;
  for (const std::vector<int>& inputs : parts_of(*state.layers[l].layer, key))
    taken = improve_part(state, l, unit, inputs, trust, key, part++) || taken;
  trust.window = taken ? std::min(largest_window, trust.window * wider) : trust.window * narrower;
  trust.caution *= taken ? bolder : warier;
}

bool SubproblemOracle::answer(StructuredState& state, std::uint32_t call, const std::function<bool()>& stop_is_asked) {
  counts_ = {};
  std::vector<std::vector<Trust>> trust(state.layers.size());
  for (std::size_t l = 0; l < trust.size(); ++l)
    trust[l].assign(static_cast<std::size_t>(state.layers[l].layer->units), {first_window, first_caution});
  for (int round = 0; round < settings_.subproblems.rounds; ++round) {
    for (std::size_t l = 0; l < state.layers.size(); ++l)
      for (int unit = 0; unit < state.layers[l].layer->units; ++unit) {
        if (group_.all_max(stop_is_asked() ? 1.0 : 0.0) > 0) return false;
        const auto layer_unit = static_cast<std::uint32_t>(l << 24) | static_cast<std::uint32_t>(unit);
        improve_unit(state, l, unit, trust[l][static_cast<std::size_t>(unit)],
                     {call, static_cast<std::uint32_t>(round), layer_unit});
      }
  }
  return true;
}

}  // namespace isinglass
