#include "base/random.hpp"
#include "energy/kernels.hpp"
#include "oracles/annealing/sweeps.hpp"

#include <array>
#include <cmath>

namespace isinglass::oracles {

namespace {

/// Passes of the descent: most samples settle in one; the rest do not change the images visibly.
constexpr std::uint32_t descent_passes = 3;

/// Sweeps of a pass, one for each other segment; of many segments, proposals of 1 to 8 away lead downhill in fewer.
constexpr int most_descent_sweeps = 15;

/// -ln u for 4,096 equally likely u: a Metropolis threshold without a logarithm per proposal.
const std::array<float, 4096>& thresholds() {
  static const std::array<float, 4096> table = [] {
    std::array<float, 4096> t{};
    for (std::size_t i = 0; i < t.size(); ++i)
      t[i] = static_cast<float>(-std::log((static_cast<double>(i) + 0.5) / static_cast<double>(t.size())));
    return t;
  }();
  return table;
}

/// The proposals of one unit for one block of samples.
struct Block {
  std::array<std::uint32_t, energy::sample_block + 8>
      words;                                            // random bits; those of the first sample may be up to 7 behind
  std::array<float, energy::sample_block> limit, cost;  // accept if the cost is at most the limit
  std::array<std::uint8_t, energy::sample_block> segment;              // proposed; and what follows from it:
  std::array<std::int16_t, energy::sample_block> above, below, shift;  // distances, and change of the activation value
};

/// Up to this many segments, 4 bits choose among all of them.
constexpr int few_segments = 16;

/// Random words keyed by the global sample: 16 bits a sample, eight samples a draw; or 32 bits, four samples a draw.
template <std::size_t per_draw>
void draw_words(std::uint32_t* __restrict words, SweepKey key, std::uint32_t layer_unit, std::size_t first) {
  const std::size_t draws = (first % per_draw + energy::sample_block + per_draw - 1) / per_draw;
  for (std::size_t d = 0; d < draws; ++d) {
    const auto four = draw(key.seed, Stream::segment, key.call, key.sweep, layer_unit,
                           static_cast<std::uint32_t>(first / per_draw + d));
    for (std::size_t i = 0; i < per_draw; ++i)
      words[d * per_draw + i] = per_draw == 4 ? four[i] : (four[i / 2] >> (16 * (i % 2))) & 0xFFFFU;
  }
}

/// Any other of `count` segments, each equally likely, as a step forward that wraps around; 0 with one segment only.
unsigned any_other(std::uint32_t choice, unsigned count) { return count < 2 ? 0 : 1 + ((choice * (count - 1)) >> 4); }

/// Draws among many segments, from 20 bits: one time in eight any other, else one that is 1, 2, 4 or 8 away, so that a
/// sample can follow its z; steps that would leave the range stay. Both are symmetric, as Metropolis' rule wants it.
/// With 25 to 50 segments and 8 to 30 sweeps, energies end 5 to 18 % below those of any other alone.
unsigned near_or_any(std::uint32_t choice, unsigned from, unsigned count) {
  if (count < 2) return 0;
  if ((choice & 7U) == 0) return 1 + (((choice >> 3) * (count - 1)) >> 17);
  const unsigned distance = 1U << ((choice >> 4) & 3U);
  if (choice & 8U) return from + distance < count ? distance : 0;
  return from >= distance ? count - distance : 0;
}

/// `words`: of the first sample on. They hold 12 bits for the threshold, and 4 for the choice, or 20 among many.
template <bool has_few>
void propose(Block* __restrict block, const std::uint32_t* words, const energy::LayerState& layer, std::size_t at,
             std::size_t sample, float temperature) {
  const float* threshold = thresholds().data();
  const auto scale = static_cast<float>(layer.scale);
  for (std::size_t s = 0; s < energy::sample_block; ++s) {
    const std::uint32_t few = words[s] & 15U;
    const std::uint8_t first = layer.first[sample + s], segment = layer.segment[at + s];
    const unsigned count = layer.last[sample + s] - first + 1U, from = static_cast<unsigned>(segment - first);
    const unsigned step = has_few ? any_other(few, count) : near_or_any((words[s] >> 16 << 4) | few, from, count);
    const unsigned to = from + step - (from + step < count ? 0 : count);
    const auto next = static_cast<std::uint8_t>(step == 0 ? segment : first + to);
    const int above = layer.above[at + s], z = above + layer.hi[segment];
    const int above_next = z - layer.hi[next], below_next = layer.lo[next] - z;
    const int before = std::max(std::max<int>(above, layer.below[at + s]), 0);
    const int after = std::max(std::max(above_next, below_next), 0);
    block->segment[s] = next;
    block->above[s] = static_cast<std::int16_t>(above_next);
    block->below[s] = static_cast<std::int16_t>(below_next);
    block->shift[s] = static_cast<std::int16_t>(layer.layer->values[next] - layer.value[at + s]);
    block->limit[s] = temperature * threshold[(words[s] >> 4) & 0xFFFU];
    block->cost[s] =
        scale * static_cast<float>(layer.multiplier[at + s]) * static_cast<float>((after - before) * (after + before));
  }
}

energy::DownstreamUnit downstream(const energy::LayerState& next, int unit, std::size_t sample, int weight) {
  const std::size_t at = next.at(unit, sample);
  return {next.above.data() + at, next.below.data() + at, next.multiplier.data() + at, weight};
}

/// Cost of the outputs whose loss is looked up.
void add_output_costs(Block& block, const energy::LayerState& next, std::span<const std::int16_t> weights,
                      std::size_t sample, simd::Width width) {
  std::array<std::int64_t, energy::sample_block> cost{};
  for (int c = 0; c < next.layer->units; ++c)
    energy::add_table_costs(cost.data(), next.loss_view(c, sample), block.shift.data(),
                            weights[static_cast<std::size_t>(c)], next.table, width);
  for (std::size_t s = 0; s < energy::sample_block; ++s)
    block.cost[s] += static_cast<float>(next.scale) * static_cast<float>(cost[s]);
}

void add_downstream_costs(Block& block, const energy::LayerState& next, std::span<const std::int16_t> weights,
                          std::size_t sample, simd::Width width) {
  if (!next.table.empty()) return add_output_costs(block, next, weights, sample, width);
  std::array<std::int32_t, energy::sample_block> linear{};
  for (int c = 0; c < next.layer->units; ++c) {
    const energy::DownstreamUnit unit = downstream(next, c, sample, weights[static_cast<std::size_t>(c)]);
    if (next.linear)
      energy::add_linear_costs(linear.data(), unit, block.shift.data(), width);
    else
      energy::add_squared_costs(block.cost.data(), unit, block.shift.data(), static_cast<float>(next.scale), width);
  }
  if (!next.linear) return;
  for (std::size_t s = 0; s < energy::sample_block; ++s)
    block.cost[s] += static_cast<float>(next.scale) * static_cast<float>(linear[s]);
}

/// Takes the accepted proposals among the first `size`; the others become a shift of 0.
int accept(Block* __restrict block, energy::LayerState& layer, std::size_t at, std::size_t size) {
  std::uint8_t* __restrict segment = layer.segment.data() + at;
  std::int16_t* __restrict above = layer.above.data() + at, * __restrict below = layer.below.data() + at;
  std::int8_t* __restrict value = layer.value.data() + at;
  int accepted = 0;
  for (std::size_t s = 0; s < energy::sample_block; ++s) {
    const float limit = block->limit[s], cost = block->cost[s];
    const std::uint8_t next = block->segment[s], now = segment[s];
    const bool take = (next != now) & (cost <= limit) & ((limit > 0) | (cost < 0)) & (s < size);
    const int mask = take ? -1 : 0;  // which vectorises, as choices between two loads do not
    segment[s] = static_cast<std::uint8_t>(now + ((next - now) & mask));
    above[s] = static_cast<std::int16_t>(above[s] + ((block->above[s] - above[s]) & mask));
    below[s] = static_cast<std::int16_t>(below[s] + ((block->below[s] - below[s]) & mask));
    block->shift[s] = static_cast<std::int16_t>(block->shift[s] & mask);
    value[s] = static_cast<std::int8_t>(value[s] + block->shift[s]);
    accepted += take;
  }
  return accepted;
}

void shift_downstream(const Block& block, energy::LayerState& next, std::span<const std::int16_t> weights,
                      std::size_t sample, simd::Width width) {
  for (int c = 0; c < next.layer->units; ++c) {
    const std::size_t to = next.at(c, sample);
    energy::apply_shift(next.above.data() + to, next.below.data() + to, block.shift.data(),
                        weights[static_cast<std::size_t>(c)], width);
  }
}

/// All proposals of unit j, whose activation the next layer's units weigh by `weights`.
template <bool has_few>
std::int64_t sweep_unit(energy::StructuredState& state, std::size_t l, int j, std::span<const std::int16_t> weights,
                        float temperature, const SweepKey& key, simd::Width width) {
  energy::LayerState &layer = state.layers[l], &next = state.layers[l + 1];
  constexpr std::size_t per_draw = has_few ? 8 : 4;
  const auto layer_unit = static_cast<std::uint32_t>(l << 24) | static_cast<std::uint32_t>(j);
  std::int64_t accepted = 0;
  Block block{};
  for (std::size_t sample = 0; sample < layer.stride; sample += energy::sample_block) {
    const std::size_t at = layer.at(j, sample), global = state.first_sample + sample;
    if (temperature > 0 || layer.layer->cell_count() > 2)
      simd::run<draw_words<per_draw>>(width, block.words.data(), key, layer_unit, global);
    simd::run<propose<has_few>>(width, &block, block.words.data() + global % per_draw, layer, at, sample, temperature);
    add_downstream_costs(block, next, weights, sample, width);
    const int taken = simd::run<accept>(width, &block, layer, at, layer.samples - sample);
    if (taken > 0) shift_downstream(block, next, weights, sample, width);
    accepted += taken;
  }
  return accepted;
}

}  // namespace

std::int64_t sweep_segments(energy::StructuredState& state, std::size_t l, double temperature, const SweepKey& key,
                            simd::Width width) {
  const energy::LayerState &layer = state.layers[l], &next = state.layers[l + 1];
  const std::vector<std::int16_t> weights = network::decode(*next.layer, next.bits).weights;
  const auto inputs = static_cast<std::size_t>(next.layer->inputs);
  const auto sweep = layer.layer->cell_count() <= few_segments ? sweep_unit<true> : sweep_unit<false>;
  std::int64_t accepted = 0;
  std::vector<std::int16_t> outgoing(static_cast<std::size_t>(next.layer->units));
  for (int j = 0; j < layer.layer->units; ++j) {
    for (std::size_t c = 0; c < outgoing.size(); ++c) outgoing[c] = weights[c * inputs + static_cast<std::size_t>(j)];
    accepted += sweep(state, l, j, outgoing, static_cast<float>(temperature), key, width);
  }
  return accepted;
}

void descend_segments(energy::StructuredState& state, std::uint64_t seed) {
  for (std::uint32_t pass = 0; pass < descent_passes; ++pass)
    for (std::size_t l = 0; l + 1 < state.layers.size(); ++l)
      for (int other = 1; other <= std::min(state.layers[l].layer->cell_count() - 1, most_descent_sweeps); ++other)
        sweep_segments(state, l, 0.0, {seed, 0xFFFFFFFFU, pass * 256 + static_cast<std::uint32_t>(other)});
}

}  // namespace isinglass::oracles
