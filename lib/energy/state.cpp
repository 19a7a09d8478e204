#include "energy/state.hpp"

#include "network/forward.hpp"
#include "qcbo/intervals.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass::energy {

namespace {

/// `loss` squared: past the margin it costs as well, so that the interval ends there.
void set_output_intervals(LayerState& state, const data::Samples& samples, int margin, int limit, network::Loss loss) {
  const int far = loss == network::Loss::squared ? margin : limit;
  state.lo = {-far, margin};
  state.hi = {-margin, far};
  const int outputs = state.layer->units;
  for (int c = 0; c < outputs; ++c)
    for (std::size_t s = 0; s < state.samples; ++s)
      state.segment[state.at(c, s)] = network::target_sign(outputs, c, samples.labels[s]) > 0 ? 1 : 0;
}

/// Arrays and intervals of one layer; multipliers are 1 on samples and 0 in the padding.
LayerState make_layer(const network::Layer& layer, network::Loss loss, const data::Samples& samples,
                      const qcbo::LayerReach& reach, const Margins& margins, const parallel::Communicator& group) {
  LayerState state;
  state.layer = &layer;
  state.samples = samples.size();
  state.stride = padded(samples.size());
  const auto cells = static_cast<std::size_t>(layer.units) * state.stride;
  const int widest = reach.reach.empty() ? 0 : *std::max_element(reach.reach.begin(), reach.reach.end());
  const int limit = static_cast<int>(group.all_max(widest)) + 1;
  state.above.resize(cells);
  state.below.resize(cells);
  state.multiplier.resize(cells);
  state.segment.resize(cells);
  if (layer.is_output()) {
    set_output_intervals(state, samples, network::margin_on_grid(layer, margins.output), limit, loss);
  } else {
    state.value.resize(cells);
    state.first = reach.first;
    state.last = reach.last;
    state.first.resize(state.stride);
    state.last.resize(state.stride);
    for (const qcbo::Interval& interval : qcbo::cell_intervals(layer, margins.segment, limit)) {
      state.lo.push_back(interval.lo);
      state.hi.push_back(interval.hi);
    }
  }
  for (int j = 0; j < layer.units; ++j)
    std::fill_n(state.multiplier.begin() + static_cast<std::ptrdiff_t>(state.at(j)), state.samples, std::int16_t{1});
  for (std::size_t k = 0; k < state.lo.size(); ++k)
    state.range.largest_distance = std::max({state.range.largest_distance, state.lo[k] + limit, limit - state.hi[k]});
  return state;
}

/// Writes one unit's z, [stride], as distances to the segments of the forward pass.
void set_unit(LayerState& layer, int unit, const std::int16_t* z) {
  for (std::size_t s = 0; s < layer.stride; ++s) {
    const std::size_t at = layer.at(unit, s);
    if (!layer.layer->is_output()) {
      layer.segment[at] = static_cast<std::uint8_t>(network::segment_of(layer.layer->thresholds, z[s]));
      layer.value[at] = layer.layer->values[layer.segment[at]];
    }
    layer.above[at] = static_cast<std::int16_t>(z[s] - layer.hi[layer.segment[at]]);
    layer.below[at] = static_cast<std::int16_t>(layer.lo[layer.segment[at]] - z[s]);
  }
}

/// Computes the z of layer l from its inputs as they are, and sets its segments by them.
void forward_layer(StructuredState& state, std::size_t l) {
  LayerState& layer = state.layers[l];
  const network::LayerValues values = network::decode(*layer.layer, layer.bits);
  const auto inputs = static_cast<std::size_t>(layer.layer->inputs);
  std::vector<std::int16_t> z(layer.stride), negative(layer.stride);  // the kernel shifts a mirrored pair
  constexpr std::size_t block = 16 * sample_block;  // of samples whose z stay in the first-level cache
  for (int j = 0; j < layer.layer->units; ++j) {
    const auto unit = static_cast<std::size_t>(j);
    std::fill(z.begin(), z.end(), static_cast<std::int16_t>(values.biases[unit]));
    for (std::size_t from = 0; from < layer.stride; from += block)
      for (std::size_t i = 0; i < inputs; ++i)
        shift_unit(z.data() + from, negative.data() + from, state.column(l, static_cast<int>(i)) + from,
                   values.weights[unit * inputs + i], std::min(block, layer.stride - from));
    set_unit(layer, j, z.data());
  }
}

/// Sum over the shard, in the layer's integer units.
std::int64_t cost_of(const LayerState& layer) {
  std::int64_t sum = 0;
  for (std::size_t at = 0; at < layer.above.size(); ++at) sum += layer.cost(at);
  return sum;
}

/// How the output layer counts: `margin` M in grid units.
void set_loss(LayerState& output, const network::Architecture& architecture, int margin) {
  const double unit = network::output_step(architecture);
  output.range.largest_multiplier = 1;
  output.linear = architecture.loss == network::Loss::hinge;
  output.scale = output.linear ? 1 / unit : 1 / (unit * margin);
  if (architecture.loss != network::Loss::logistic) return;
  output.table = network::make_loss_table(architecture, margin);
  output.scale = output.table.unit();
}

}  // namespace

int LayerState::distance(std::size_t index) const {
  return std::max({static_cast<int>(above[index]), static_cast<int>(below[index]), 0});
}

std::int64_t LayerState::cost(std::size_t index) const { return cost_after(index, 0); }

std::int64_t LayerState::cost_after(std::size_t index, int shift) const {
  if (multiplier[index] == 0) return 0;  // the padding
  if (!table.empty())
    return multiplier[index] * table.at(segment[index] != 0 ? below[index] - shift : above[index] + shift);
  const std::int64_t dist = std::max({above[index] + shift, below[index] - shift, 0});
  return multiplier[index] * (linear ? dist : dist * dist);
}

void LayerState::shift_z(std::size_t index, int shift) {
  above[index] = static_cast<std::int16_t>(above[index] + shift);
  below[index] = static_cast<std::int16_t>(below[index] - shift);
}

void LayerState::choose(std::size_t index, std::uint8_t k) {
  const int z_here = z(index);
  segment[index] = k;
  value[index] = layer->values[k];
  above[index] = static_cast<std::int16_t>(z_here - hi[k]);
  below[index] = static_cast<std::int16_t>(lo[k] - z_here);
}

UnitView LayerState::view(int unit) const {
  return {above.data() + at(unit), below.data() + at(unit), multiplier.data() + at(unit), stride};
}

LossView LayerState::loss_view(int unit, std::size_t sample) const {
  const std::size_t from = at(unit, sample);
  return {above.data() + from, below.data() + from, multiplier.data() + from, segment.data() + from, stride - sample};
}

const std::int8_t* StructuredState::column(std::size_t l, int input) const {
  const LayerState& layer = layers[l];
  if (input == layer.layer->inputs) return ones.data();
  return (l == 0 ? inputs.data() : layers[l - 1].value.data()) + static_cast<std::size_t>(input) * layer.stride;
}

network::NetworkBits StructuredState::bits() const {
  network::NetworkBits all;
  for (const LayerState& layer : layers) all.push_back(layer.bits);
  return all;
}

std::vector<std::int16_t> weights_of_input(const LayerState& layer, int input) {
  const std::vector<std::int16_t> all = network::decode(*layer.layer, layer.bits).weights;
  std::vector<std::int16_t> weights;
  for (auto at = static_cast<std::size_t>(input); at < all.size(); at += static_cast<std::size_t>(layer.layer->inputs))
    weights.push_back(all[at]);
  return weights;
}

StructuredState make_state(const network::Architecture& architecture, const data::Samples& samples,
                           std::span<const qcbo::LayerReach> reach, const Margins& margins,
                           const parallel::Communicator& group) {
  qcbo::check_grid(architecture, reach, std::max(margins.segment, margins.output));
  StructuredState state;
  state.architecture = &architecture;
  state.first_sample = samples.first;
  const std::size_t stride = padded(samples.size()), features = static_cast<std::size_t>(samples.features);
  state.inputs.resize(features * stride);
  for (std::size_t s = 0; s < samples.size(); ++s)
    for (std::size_t i = 0; i < features; ++i) state.inputs[i * stride + s] = samples.row(s)[i];
  state.ones.assign(stride, 1);
  int largest_input = std::max(1, static_cast<int>(group.all_max(network::largest_magnitude(samples.inputs))));
  for (std::size_t l = 0; l < architecture.layers.size(); ++l) {
    const network::Layer& layer = architecture.layers[l];
    state.layers.push_back(make_layer(layer, architecture.loss, samples, reach[l], margins, group));
    state.layers.back().range.largest_shift = largest_input;
    if (!layer.is_output()) largest_input = std::max(1, network::largest_magnitude(layer.values));
  }
  set_loss(state.layers.back(), architecture, state.layers.back().lo[1]);
  return state;
}

void set_forward(StructuredState& state, const network::NetworkBits& bits, std::span<const std::int16_t> first_z) {
  for (std::size_t l = 0; l < state.layers.size(); ++l) state.layers[l].bits = bits[l];
  LayerState& first = state.layers.front();
  if (first_z.empty())
    forward_layer(state, 0);
  else
    for (int j = 0; j < first.layer->units; ++j) set_unit(first, j, first_z.data() + first.at(j));
  for (std::size_t l = 1; l < state.layers.size(); ++l) forward_layer(state, l);
}

void complete_forward(StructuredState& state) { set_forward(state, state.bits(), layer_z(state.layers.front())); }

std::vector<std::int16_t> layer_z(const LayerState& layer) {
  std::vector<std::int16_t> z(layer.above.size());
  for (std::size_t at = 0; at < z.size(); ++at) z[at] = static_cast<std::int16_t>(layer.z(at));
  return z;
}

std::int64_t count_correct(const StructuredState& state, const data::Samples& samples,
                           const parallel::Communicator& group) {
  const LayerState& output = state.layers.back();
  std::vector<int> z(static_cast<std::size_t>(output.layer->units));
  std::int64_t correct = 0;
  for (std::size_t s = 0; s < output.samples; ++s) {
    for (std::size_t c = 0; c < z.size(); ++c) z[c] = output.z(output.at(static_cast<int>(c), s));
    correct += network::predicted_class(z) == samples.labels[s] ? 1 : 0;
  }
  return group.all_sum(correct);
}

std::vector<std::int64_t> layer_costs(const StructuredState& state) {
  std::vector<std::int64_t> costs;
  for (const LayerState& layer : state.layers) costs.push_back(cost_of(layer));
  return costs;
}

double total_energy(const StructuredState& state, const parallel::Communicator& group) {
  std::vector<std::int64_t> costs = layer_costs(state);
  group.all_sum(costs);
  double energy = 0;
  for (std::size_t l = 0; l < costs.size(); ++l) energy += state.layers[l].scale * static_cast<double>(costs[l]);
  return energy;
}

double output_loss(const StructuredState& state, const parallel::Communicator& group) {
  const LayerState& output = state.layers.back();
  return output.scale * static_cast<double>(group.all_sum(cost_of(output)));
}

}  // namespace isinglass::energy
