#include "solver/subproblems/subproblem_oracle.hpp"

#include "base/random.hpp"
#include "ising/machines.hpp"
#include "ising/read_all.hpp"
#include "solver/products/exact_products.hpp"
#include "solver/subproblems/neuron_problem.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace isinglass {

namespace {

double env(const char* name, double d) { const char* v = std::getenv(name); return v ? std::atof(v) : d; }

/// Integer levels of slopes and curvatures: 12 bits, fewer where the inputs are large, so that BLAS gets blocks of
/// some hundred samples.
constexpr int most_levels = 4095, least_levels = 15;
constexpr double block_samples = 256;

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
                             shape.weights.steps.size() + places[a].bit] = bit;
  }
}

}  // namespace

SubproblemOracle::SubproblemOracle(const Config& config, const StructuredState& state, const Communicator& group)
    : settings_(config.machine), seed_(config.seed), group_(group), machine_(make_machine(config.machine)) {
  for (const std::int8_t x : state.inputs) largest_input_ = std::max(largest_input_, std::abs(static_cast<double>(x)));
  largest_input_ = group.all_max(largest_input_);
  use_one_blas_thread();
}

std::vector<std::vector<int>> SubproblemOracle::parts_of(const Layer& layer, const Key& key) const {
  std::vector<int> inputs(static_cast<std::size_t>(layer.inputs) + 1);
  std::iota(inputs.begin(), inputs.end(), 0);
  (void)key;
  return {inputs};
}

std::vector<float> SubproblemOracle::columns_of(const StructuredState& state, std::size_t l, std::span<const int> inputs) const {
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
  const double largest = l == 0 ? largest_input_ : 127;
  const int window = std::max(1, static_cast<int>(std::lround(trust.window * layer.layer->rms)));
  const QuadraticFit fit = fit_quadratic(cost, window, 1 << 14, levels_for(largest), levels_for(largest * largest), group_);
  NeuronProblem neuron = make_neuron_problem(places, columns, layer.stride, largest, fit, group_);
  neuron.problem.fields = cautious_fields(neuron, places, trust.caution);
  const std::unique_ptr<ProgrammedMachine> programmed = machine_->program(neuron.problem);
  ReadRequest request;
  request.count = settings_.subproblems.reads;
  request.seed = problem_seed(seed_, key.call, key.round, key.layer_unit, part);
  const ReadSet set = read_all(*machine_, *programmed, neuron.problem, request, group_);
  ++counts_.problems;
  double best = 0;
  std::vector<std::int32_t> best_z;
  const Spins* best_spins = nullptr;
  for (const Read& read : set.reads) {
    std::vector<std::int32_t> z = moved(cost, places, read.spins, columns, layer.stride, inputs);
    const double change = cost.energy_change(z, group_);
    if (std::getenv("SP_V")) { int fl=0; for (std::size_t a=0;a<places.size();++a) fl += places[a].spin!=read.spins[a]; fprintf(stderr,"l %zu u %d w %.3f c %.2f flips %d model %.1f true %.1f\n", l, unit, trust.window, trust.caution, fl, read.energy, change); }
    if (change >= best) continue;
    best = change;
    best_z = std::move(z);
    best_spins = &read.spins;
  }
  if (best_spins == nullptr) { cost.apply(cost.z()); return false; }
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
  trust.window = taken ? std::min(env("SP_WMAX",2.0), trust.window * env("SP_UP",1.3)) : trust.window * env("SP_DOWN",0.5);
  trust.caution = taken ? std::max(0.01, trust.caution * 0.7) : trust.caution * env("SP_CUP",1.0);
}

bool SubproblemOracle::answer(StructuredState& state, std::uint32_t call, const std::function<bool()>& stop_is_asked) {
  counts_ = {};
  std::vector<std::vector<Trust>> trust(state.layers.size());
  for (std::size_t l = 0; l < trust.size(); ++l)
    trust[l].assign(static_cast<std::size_t>(state.layers[l].layer->units), {env("SP_W",0.5), env("SP_C",0.0)});
  for (int round = 0; round < settings_.subproblems.rounds; ++round) {
    for (std::size_t l = 0; l < state.layers.size(); ++l)
      for (int unit = 0; unit < state.layers[l].layer->units; ++unit) {
        if (group_.all_max(stop_is_asked() ? 1.0 : 0.0) > 0) return false;
        const auto layer_unit = static_cast<std::uint32_t>(l << 24) | static_cast<std::uint32_t>(unit);
        improve_unit(state, l, unit, trust[l][static_cast<std::size_t>(unit)], {call, static_cast<std::uint32_t>(round), layer_unit});
      }
  }
  if (std::getenv("SP_R")) fprintf(stderr, "call %u problems %ld accepted %ld energy %.1f\n", call, counts_.problems, counts_.accepted, total_energy(state, group_));
  return true;
}

}  // namespace isinglass
