#include "oracles/subproblems/neuron_blocks.hpp"

#include "ising/read_all.hpp"
#include "oracles/subproblems/neuron_problem.hpp"
#include "products/products.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace isinglass::oracles {

namespace {

/// Integer levels of slopes and curvatures: 12 bits, fewer where the inputs are large, so that BLAS gets blocks of
/// some hundred samples.
constexpr int most_levels = 4095, least_levels = 15;
constexpr double product_samples = 256;

/// Where a call begins, how a taken answer widens the window, and how a refused one narrows it.
constexpr double first_window = 0.5, largest_window = 2, wider = 1.3, narrower = 0.5;
constexpr double first_caution = 0.3, bolder = 0.7, warier = 1.5;

int levels_for(double factor) {
  return std::clamp(static_cast<int>(products::largest_exact / (product_samples * factor)), least_levels, most_levels);
}

/// z of every sample after the spins' flips.
std::vector<std::int32_t> moved(const UnitCost& cost, std::span<const SpinPlace> places,
                                std::span<const std::int8_t> spins, const RowMatrix<float>& columns,
                                std::span<const int> inputs) {
  Eigen::RowVectorXf z = vector_view(cost.z()).transpose().cast<float>();
  for (std::size_t a = 0; a < places.size(); ++a) {
    if (spins[a] == places[a].spin) continue;
    const auto column = std::find(inputs.begin(), inputs.end(), places[a].input) - inputs.begin();
    z += static_cast<float>(2 * places[a].step * spins[a]) * columns.row(column).head(z.size());
  }
  return {z.begin(), z.end()};
}

RowMatrix<float> columns_of(const energy::StructuredState& state, std::size_t l, std::span<const int> inputs) {
  const auto stride = static_cast<Eigen::Index>(state.layers[l].stride);
  RowMatrix<float> columns(std::ssize(inputs), stride);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    columns.row(i) = MatrixView<const std::int8_t>(state.column(l, inputs[i]), 1, stride).cast<float>();
  return columns;
}

void set_bits(energy::LayerState& layer, int unit, std::span<const SpinPlace> places,
              std::span<const std::int8_t> spins) {
  const network::Layer& shape = *layer.layer;
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

}  // namespace

NeuronBlocks::NeuronBlocks(const energy::StructuredState& state, const BlockMachine& machine,
                           const parallel::Communicator& group)
    : machine_(machine), group_(group) {
  largest_input_ = std::max(1.0, group.all_max(network::largest_magnitude(state.inputs)));
  for (const energy::LayerState& layer : state.layers)
    trust_.emplace_back(static_cast<std::size_t>(layer.layer->units), Trust{first_window, first_caution});
}

std::vector<std::vector<int>> NeuronBlocks::parts_of(const network::Layer& layer, const SubproblemKey& key) const {
  std::vector<int> inputs(static_cast<std::size_t>(layer.inputs) + 1);
  std::iota(inputs.begin(), inputs.end(), 0);
  // The couplings of a bias are far larger than those of weights: rounded together, weights would keep hardly any bits.
  const bool is_apart = machine_.settings.hardware.coefficient_bits > 0 || machine_.settings.hardware.field_noise > 0;
  if (unit_bits(layer) <= machine_.budget && !is_apart) return {inputs};
  if (is_apart) inputs.pop_back();
  key.shuffle(inputs);
  std::vector<std::vector<int>> parts(1);
  std::int64_t spins = 0;
  for (const int input : inputs) {
    const std::int64_t bits = input == layer.inputs ? layer.bias.bits() : layer.weights.bits();
    if (spins + bits > machine_.budget) {
      parts.emplace_back();
      spins = 0;
    }
    parts.back().push_back(input);
    spins += bits;
  }
  if (is_apart) parts.push_back({layer.inputs});
  return parts;
}

NeuronBlocks::Answer NeuronBlocks::improve_part(energy::StructuredState& state, std::size_t l, int unit,
                                                std::span<const int> inputs, const Trust& trust,
                                                const SubproblemKey& key, std::uint32_t part, SubproblemCounts& counts,
                                                const std::function<bool()>& stop_is_asked) {
  energy::LayerState& layer = state.layers[l];
  UnitCost cost(state, l, unit);
  const std::vector<SpinPlace> places = places_of(layer, unit, inputs);
  const RowMatrix<float> columns = columns_of(state, l, inputs);
  const double largest =
      l == 0 ? largest_input_ : std::max(1, network::largest_magnitude(state.layers[l - 1].layer->values));
  const int window = std::max(1, static_cast<int>(std::lround(trust.window * layer.layer->rms)));
  const QuadraticFit fit = fit_quadratic(cost, window, largest_z(*state.architecture, l), levels_for(largest),
                                         levels_for(largest * largest), group_);
  NeuronProblem neuron = make_neuron_problem(places, columns, largest, fit, group_);
  neuron.problem.fields = cautious_fields(neuron, places, trust.caution);
  const std::unique_ptr<ising::ProgrammedMachine> programmed = machine_.machine.program(neuron.problem);
  ising::ReadRequest request;
  request.count = machine_.reads();
  request.seed = key.machine_seed(part);
  request.stop_is_asked = stop_is_asked;
  const ising::ReadSet set = ising::read_all(machine_.machine, *programmed, neuron.problem, request, group_);
  if (set.was_cut) return Answer::cut;  // nothing but a stop cuts it
  ++counts.problems;
  counts.reads += std::ssize(set.reads);
  counts.largest = std::max(counts.largest, std::ssize(places));
  double best = 0;
  std::vector<std::int32_t> best_z;
  const ising::Spins* best_spins = nullptr;
  for (const ising::Read& read : set.reads) {
    std::vector<std::int32_t> z = moved(cost, places, read.spins, columns, inputs);
    const double change = cost.energy_change(z, group_);
    if (change >= best) continue;
    best = change;
    best_z = std::move(z);
    best_spins = &read.spins;
  }
  if (best_spins == nullptr) {
    cost.apply(std::vector<std::int32_t>(cost.z().begin(), cost.z().end()));  // segments may be better without a flip
    return Answer::refused;
  }
  cost.apply(best_z);
  set_bits(layer, unit, places, *best_spins);
  ++counts.accepted;
  return Answer::taken;
}

bool NeuronBlocks::improve(energy::StructuredState& state, std::size_t l, int unit, const SubproblemKey& key,
                           SubproblemCounts& counts, const std::function<bool()>& stop_is_asked) {
  Trust& trust = trust_[l][static_cast<std::size_t>(unit)];
  std::uint32_t part = 0;
  bool taken = false;
  for (const std::vector<int>& inputs : parts_of(*state.layers[l].layer, key)) {
    const Answer answer = improve_part(state, l, unit, inputs, trust, key, part++, counts, stop_is_asked);
    if (answer == Answer::cut) return false;
    taken = answer == Answer::taken || taken;
  }
  trust.window = taken ? std::min(largest_window, trust.window * wider) : trust.window * narrower;
  trust.caution *= taken ? bolder : warier;
  return true;
}

}  // namespace isinglass::oracles
