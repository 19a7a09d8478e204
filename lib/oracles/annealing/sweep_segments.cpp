#include "base/random.hpp"
#include "energy/kernels.hpp"
#include "oracles/annealing/sweeps.hpp"

#include <array>
#include <cmath>

namespace isinglass {

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
  std::array<float, sample_block> limit;  // accept if the cost is at most this
  std::array<std::uint8_t, sample_block> proposal;
  std::array<std::int16_t, sample_block> shift;  // of the activation value
  std::array<float, sample_block> cost;
};

/// The random part of a sample's proposal.
struct Word {
  std::uint16_t threshold = 0;  // 12 bits
  std::uint32_t choice = 0;     // 4 bits; 20 for layers of many segments
};

/// Up to this many segments, 4 bits choose among all of them.
constexpr int few_segments = 16;

/// Random words keyed by the global sample: 16 bits a sample, eight samples a draw; or 32 bits, four samples a draw.
void draw_words(std::array<Word, sample_block>& words, const SweepKey& key, std::uint32_t layer_unit, std::size_t first,
                bool is_long) {
  const std::size_t per_draw = is_long ? 4 : 8;
  std::array<std::uint32_t, 4> four{};
  for (std::size_t s = 0; s < sample_block; ++s) {
    const std::size_t sample = first + s, i = sample % per_draw;
    if (s == 0 || i == 0)
      four = draw(key.seed, Stream::segment, key.call, key.sweep, layer_unit,
                  static_cast<std::uint32_t>(sample / per_draw));
    const std::uint32_t bits = is_long ? four[i] : (four[i / 2] >> (16 * (i % 2))) & 0xFFFFU;
    words[s] = {static_cast<std::uint16_t>((bits >> 4) & 0xFFFU),
                is_long ? (bits >> 16 << 4) | (bits & 15U) : bits & 15U};
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

void propose(Block& block, const LayerState& layer, std::size_t at, std::size_t sample, double temperature,
             const std::array<Word, sample_block>& words) {
  const bool has_few = layer.layer->cell_count() <= few_segments;
  for (std::size_t s = 0; s < sample_block; ++s) {
    const std::uint8_t first = layer.first[sample + s], now = layer.segment[at + s];
    const unsigned count = layer.last[sample + s] - first + 1U, from = static_cast<unsigned>(now - first);
    const unsigned step = has_few ? any_other(words[s].choice, count) : near_or_any(words[s].choice, from, count);
    const auto next = static_cast<std::uint8_t>(count < 2 ? now : first + (from + step) % count);
    block.proposal[s] = next;
    block.shift[s] = static_cast<std::int16_t>(layer.layer->values[next] - layer.value[at + s]);
    block.limit[s] = static_cast<float>(temperature) * thresholds()[words[s].threshold];
    const int z = layer.above[at + s] + layer.hi[now];
    const int before = std::max({static_cast<int>(layer.above[at + s]), static_cast<int>(layer.below[at + s]), 0});
    const int after = std::max({z - layer.hi[next], layer.lo[next] - z, 0});
    const auto difference = static_cast<float>((after - before) * (after + before));
    block.cost[s] = static_cast<float>(layer.scale) * static_cast<float>(layer.multiplier[at + s]) * difference;
  }
}

DownstreamUnit downstream(const LayerState& next, int unit, std::size_t sample, int weight) {
  const std::size_t at = next.at(unit, sample);
  return {next.above.data() + at, next.below.data() + at, next.multiplier.data() + at, weight};
}

/// Cost of the outputs whose loss is looked up.
void add_output_costs(Block& block, const LayerState& next, std::span<const std::int16_t> weights, std::size_t sample) {
  std::array<std::int64_t, sample_block> cost{};
  for (int c = 0; c < next.layer->units; ++c)
    add_table_costs(cost.data(), next.loss_view(c, sample), block.shift.data(), weights[static_cast<std::size_t>(c)],
                    next.table);
  for (std::size_t s = 0; s < sample_block; ++s)
    block.cost[s] += static_cast<float>(next.scale) * static_cast<float>(cost[s]);
}

void add_downstream_costs(Block& block, const LayerState& next, std::span<const std::int16_t> weights,
                          std::size_t sample) {
  if (!next.table.empty()) return add_output_costs(block, next, weights, sample);
  std::array<std::int32_t, sample_block> linear{};
  for (int c = 0; c < next.layer->units; ++c) {
    const DownstreamUnit unit = downstream(next, c, sample, weights[static_cast<std::size_t>(c)]);
    if (next.linear)
      add_linear_costs(linear.data(), unit, block.shift.data());
    else
      add_squared_costs(block.cost.data(), unit, block.shift.data(), static_cast<float>(next.scale));
  }
  if (!next.linear) return;
  for (std::size_t s = 0; s < sample_block; ++s)
    block.cost[s] += static_cast<float>(next.scale) * static_cast<float>(linear[s]);
}

/// Applies the accepted proposals to this layer and the next; rejected ones become a shift of 0.
std::int64_t accept(Block& block, LayerState& layer, LayerState& next, std::size_t at, std::size_t sample,
                    std::span<const std::int16_t> weights) {
  std::int64_t accepted = 0;
  for (std::size_t s = 0; s < sample_block; ++s) {
    const bool take = block.proposal[s] != layer.segment[at + s] && block.cost[s] <= block.limit[s] &&
                      (block.limit[s] > 0 || block.cost[s] < 0) && sample + s < layer.samples;
    if (take)
      layer.choose(at + s, block.proposal[s]);
    else
      block.shift[s] = 0;
    accepted += take;
  }
  if (accepted == 0) return 0;
  for (int c = 0; c < next.layer->units; ++c) {
    const std::size_t to = next.at(c, sample);
    apply_shift(next.above.data() + to, next.below.data() + to, block.shift.data(),
                weights[static_cast<std::size_t>(c)]);
  }
  return accepted;
}

}  // namespace

std::int64_t sweep_segments(StructuredState& state, std::size_t l, double temperature, const SweepKey& key) {
  LayerState &layer = state.layers[l], &next = state.layers[l + 1];
  const std::vector<std::int16_t> weights = decode(*next.layer, next.bits).weights;
  const auto inputs = static_cast<std::size_t>(next.layer->inputs);
  std::int64_t accepted = 0;
  Block block;
  std::array<Word, sample_block> words{};
  std::vector<std::int16_t> outgoing(static_cast<std::size_t>(next.layer->units));
  for (int j = 0; j < layer.layer->units; ++j) {
    for (std::size_t c = 0; c < outgoing.size(); ++c) outgoing[c] = weights[c * inputs + static_cast<std::size_t>(j)];
    const auto layer_unit = static_cast<std::uint32_t>(l << 24) | static_cast<std::uint32_t>(j);
    for (std::size_t sample = 0; sample < layer.stride; sample += sample_block) {
      if (temperature > 0 || layer.layer->cell_count() > 2)
        draw_words(words, key, layer_unit, state.first_sample + sample, layer.layer->cell_count() > few_segments);
      propose(block, layer, layer.at(j, sample), sample, temperature, words);
      add_downstream_costs(block, next, outgoing, sample);
      accepted += accept(block, layer, next, layer.at(j, sample), sample, outgoing);
    }
  }
  return accepted;
}

void descend_segments(StructuredState& state, std::uint64_t seed) {
  for (std::uint32_t pass = 0; pass < descent_passes; ++pass)
    for (std::size_t l = 0; l + 1 < state.layers.size(); ++l)
      for (int other = 1; other <= std::min(state.layers[l].layer->cell_count() - 1, most_descent_sweeps); ++other)
        sweep_segments(state, l, 0.0, {seed, 0xFFFFFFFFU, pass * 256 + static_cast<std::uint32_t>(other)});
}

}  // namespace isinglass
