#include "base/random.hpp"
#include "oracles/annealing/sweeps.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass::oracles {

namespace {

/// Units whose distance state stays in the second-level cache while all their bits are proposed.
constexpr std::size_t tile_bytes = 1U << 20;

/// Same on every rank of the group: the ranks must agree on the length of each sum.
int units_per_tile(const energy::LayerState& layer, const parallel::Communicator& group) {
  const auto stride = static_cast<std::size_t>(group.all_max(static_cast<double>(layer.stride)));
  const std::size_t fit = tile_bytes / std::max<std::size_t>(1, stride * 3 * sizeof(std::int16_t));
  return static_cast<int>(std::clamp<std::size_t>(fit, 1, static_cast<std::size_t>(layer.layer->units)));
}

/// One parameter bit of a layer, the same for all units of a tile: an input (or the bias) and a bit of its codebook.
struct BitPlace {
  int input = 0;
  std::size_t bit = 0;
  bool is_bias = false;
};

std::uint8_t& bit_at(energy::LayerState& layer, int unit, const BitPlace& place) {
  const auto j = static_cast<std::size_t>(unit);
  if (place.is_bias) return layer.bits.biases[j * layer.layer->bias.steps.size() + place.bit];
  const std::size_t parameter =
      j * static_cast<std::size_t>(layer.layer->inputs) + static_cast<std::size_t>(place.input);
  return layer.bits.weights[parameter * layer.layer->weights.steps.size() + place.bit];
}

/// Change of z per unit of input when the bit flips.
int step_of(energy::LayerState& layer, int unit, const BitPlace& place) {
  const int size = place.is_bias ? layer.layer->bias.steps[place.bit] * layer.layer->bias_unit
                                 : layer.layer->weights.steps[place.bit];
  return bit_at(layer, unit, place) ? -size : size;
}

std::int64_t cost_change(energy::LayerState& layer, int unit, const BitPlace& place, const std::int8_t* column) {
  const int step = step_of(layer, unit, place);
  if (!layer.table.empty()) return energy::table_change(layer.loss_view(unit), column, step, layer.table);
  energy::KernelRange range = layer.range;
  range.largest_shift = std::abs(step) * (place.is_bias ? 1 : range.largest_shift);
  return (layer.linear ? energy::linear_change : energy::squared_change)(layer.view(unit), column, step,
                                                                         energy::fits_narrow(range), simd::cpu_width());
}

/// Proposes one bit for all units of a tile and applies what is accepted.
std::int64_t propose_bit(energy::StructuredState& state, std::size_t l, const BitPlace& place, int first_unit,
                         std::span<std::int64_t> changes, double temperature, const SweepKey& key,
                         const parallel::Communicator& group) {
  energy::LayerState& layer = state.layers[l];
  const std::int8_t* column = state.column(l, place.input);
  for (std::size_t u = 0; u < changes.size(); ++u)
    changes[u] = cost_change(layer, first_unit + static_cast<int>(u), place, column);
  group.all_sum(changes);
  std::int64_t accepted = 0;
  for (std::size_t u = 0; u < changes.size(); ++u) {
    // A flip that changes nothing is refused: weights without influence would only drift.
    if (changes[u] == 0) continue;
    const int unit = first_unit + static_cast<int>(u);
    if (changes[u] > 0) {
      const auto parameter = static_cast<std::uint32_t>(place.input) * 16U + static_cast<std::uint32_t>(place.bit);
      const auto layer_unit = static_cast<std::uint32_t>(l << 24) | static_cast<std::uint32_t>(unit);
      const double u01 = uniform(draw(key.seed, Stream::weight, key.call, key.sweep, layer_unit, parameter)[0]);
      if (layer.scale * static_cast<double>(changes[u]) > -temperature * std::log(u01)) continue;
    }
    energy::shift_unit(layer.above.data() + layer.at(unit), layer.below.data() + layer.at(unit), column,
                       step_of(layer, unit, place), layer.stride);
    bit_at(layer, unit, place) ^= 1U;
    ++accepted;
  }
  return accepted;
}

}  // namespace

std::optional<std::int64_t> sweep_weights(energy::StructuredState& state, std::size_t l, double temperature,
                                          const SweepKey& key, const parallel::Communicator& group,
                                          const std::function<bool()>& stop_is_asked) {
  energy::LayerState& layer = state.layers[l];
  const int units = layer.layer->units, tile = units_per_tile(layer, group);
  std::vector<std::int64_t> changes(static_cast<std::size_t>(tile));
  std::int64_t accepted = 0;
  for (int first = 0; first < units; first += tile) {
    if (group.any(stop_is_asked())) return std::nullopt;
    const std::span<std::int64_t> part(changes.data(), static_cast<std::size_t>(std::min(tile, units - first)));
    for (int input = 0; input <= layer.layer->inputs; ++input) {
      const bool is_bias = input == layer.layer->inputs;
      const std::size_t bits = is_bias ? layer.layer->bias.steps.size() : layer.layer->weights.steps.size();
      for (std::size_t bit = 0; bit < bits; ++bit)
        accepted += propose_bit(state, l, {input, bit, is_bias}, first, part, temperature, key, group);
    }
  }
  return accepted;
}

}  // namespace isinglass::oracles
