#include "train/qcgd/multipliers.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace isinglass {

namespace {

/// Floating-point terms are summed as multiples of this, in integers: the sum does not depend on the sharding.
constexpr double fixed_point = 0x1.0p-20;

/// Holds sums of any number of terms: the squares of large multipliers would wrap around in 64 bits, and pass below the cap.
__extension__ using Wide = __int128;

Wide fixed(double term) {
  constexpr double largest = 0x1p75;  // a larger term counts as this one
  const double units = std::round(std::clamp(term, -largest, largest) / fixed_point);
  return std::abs(units) < 0x1p62 ? static_cast<std::int64_t>(units) : static_cast<Wide>(units);
}

/// Sum over the ranks, in real units. 32 bits at a time, so that the sums of no number of ranks wrap. Collective.
double summed(Wide own, const Communicator& group) {
  constexpr int bits = 32;
  constexpr Wide mask = (Wide{1} << bits) - 1;
  std::array parts{static_cast<std::int64_t>(own & mask), static_cast<std::int64_t>((own >> bits) & mask),
                   static_cast<std::int64_t>(own >> (2 * bits))};
  group.all_sum(parts);
  const Wide sum = (Wide{parts[2]} << (2 * bits)) + (Wide{parts[1]} << bits) + parts[0];
  return static_cast<double>(sum) * fixed_point;
}

/// Sum over the samples of all hidden layers of term(layer state, duals, index), exact in fixed point. Collective.
template <class Term>
double sum_constraints(const StructuredState& state, const std::vector<LayerDuals>& duals, const Communicator& group,
                       Term&& term) {
  Wide sum = 0;
  for (std::size_t l = 0; l < duals.size(); ++l)
    for (int j = 0; j < state.layers[l].layer->units; ++j)
      for (std::size_t s = 0; s < state.layers[l].samples; ++s)
        sum += fixed(term(state.layers[l], duals[l], state.layers[l].at(j, s)));
  return summed(sum, group);
}

/// Sum over all entries of term(duals, index); padding holds zeros. Collective.
template <class Term>
double sum_duals(const std::vector<LayerDuals>& duals, const Communicator& group, Term&& term) {
  Wide sum = 0;
  for (const LayerDuals& layer : duals)
    for (std::size_t at = 0; at < layer.image.size(); ++at) sum += fixed(term(layer, at));
  return summed(sum, group);
}

/// P_c of the chosen segments.
double violation(const LayerState& layer, std::size_t at) {
  const double distance = layer.distance(at) / layer.layer->rms;
  return distance * distance;
}

/// Largest integer multiplier: as many levels as the 16-bit loop takes for the smallest weight step, 127 to 1,023.
int multiplier_levels(const LayerState& layer) {
  KernelRange range = layer.range;
  range.largest_shift *= layer.layer->weights.steps.front();
  for (range.largest_multiplier = 1023; range.largest_multiplier > 127; --range.largest_multiplier)
    if (fits_narrow(range)) break;
  return range.largest_multiplier;
}

/// Real multipliers of one layer to integers; returns the quantum.
double quantize(LayerState& layer, const std::vector<float>& multipliers, const Communicator& group) {
  double largest = 0;
  Wide own = 0;
  for (const float mu : multipliers) {
    largest = std::max(largest, static_cast<double>(mu));
    own += fixed(mu);
  }
  largest = group.all_max(largest);
  const double sum = summed(own, group);
  const std::int64_t count = group.all_sum(static_cast<std::int64_t>(layer.samples) * layer.layer->units);
  if (largest <= 0) {
    std::fill(layer.multiplier.begin(), layer.multiplier.end(), std::int16_t{0});
    return 0;
  }
  const double mean = sum / static_cast<double>(count);
  const int levels = multiplier_levels(layer);
  const double quantum = std::min(largest, 64 * mean) / levels;
  for (std::size_t at = 0; at < multipliers.size(); ++at)
    layer.multiplier[at] = static_cast<std::int16_t>(std::min<double>(std::round(multipliers[at] / quantum), levels));
  return quantum;
}

}  // namespace

std::vector<LayerDuals> make_duals(const StructuredState& state, double initial_multiplier) {
  std::vector<LayerDuals> duals(state.layers.size() - 1);
  for (std::size_t l = 0; l < duals.size(); ++l) {
    const LayerState& layer = state.layers[l];
    duals[l].image.resize(layer.above.size());
    duals[l].multiplier.resize(layer.above.size());
    for (int j = 0; j < layer.layer->units; ++j)
      std::fill_n(duals[l].multiplier.begin() + static_cast<std::ptrdiff_t>(layer.at(j)), layer.samples,
                  static_cast<float>(initial_multiplier));
  }
  return duals;
}

void load_multipliers(StructuredState& state, const std::vector<LayerDuals>& duals, double beta, bool first,
                      const Communicator& group) {
  for (std::size_t l = 0; l < duals.size(); ++l) {
    LayerState& layer = state.layers[l];
    std::vector<float> mu(layer.above.size());
    for (int j = 0; j < layer.layer->units; ++j)
      for (std::size_t at = layer.at(j); at < layer.at(j, layer.samples); ++at)
        mu[at] = first ? static_cast<float>(beta) : duals[l].multiplier[at] + static_cast<float>(beta) * duals[l].image[at];
    layer.scale = quantize(layer, mu, group) / (layer.layer->rms * layer.layer->rms);
    layer.range.largest_multiplier = multiplier_levels(layer);
  }
}

double constraint_gap(const StructuredState& state, const std::vector<LayerDuals>& duals, double beta,
                      const Communicator& group) {
  return sum_constraints(state, duals, group, [&](const LayerState& layer, const LayerDuals& dual, std::size_t at) {
    return (dual.multiplier[at] + beta * dual.image[at]) * (dual.image[at] - violation(layer, at));
  });
}

void move_images(std::vector<LayerDuals>& duals, const StructuredState& state, double eta) {
  for (std::size_t l = 0; l < duals.size(); ++l) {
    const LayerState& layer = state.layers[l];
    for (int j = 0; j < layer.layer->units; ++j)
      for (std::size_t at = layer.at(j); at < layer.at(j, layer.samples); ++at)
        duals[l].image[at] += static_cast<float>(eta * (violation(layer, at) - duals[l].image[at]));
  }
}

void move_multipliers(std::vector<LayerDuals>& duals, double sigma) {
  for (LayerDuals& layer : duals)
    for (std::size_t at = 0; at < layer.image.size(); ++at) layer.multiplier[at] += static_cast<float>(sigma) * layer.image[at];
}

double image_square(const std::vector<LayerDuals>& duals, const Communicator& group) {
  return sum_duals(duals, group,
                   [](const LayerDuals& d, std::size_t at) { return static_cast<double>(d.image[at]) * d.image[at]; });
}

double multiplier_square(const std::vector<LayerDuals>& duals, double sigma, const Communicator& group) {
  return sum_duals(duals, group, [&](const LayerDuals& d, std::size_t at) {
    const double y = d.multiplier[at] + sigma * d.image[at];
    return y * y;
  });
}

std::int64_t constraint_bytes(const StructuredState& state, const std::vector<LayerDuals>& duals) {
  std::size_t bytes = 0;
  for (std::size_t l = 0; l < duals.size(); ++l) {
    const LayerState& layer = state.layers[l];
    bytes += layer.above.size() * (2 * sizeof(float) + 3 * sizeof(std::int16_t) + sizeof(std::uint8_t) + sizeof(std::int8_t));
  }
  return static_cast<std::int64_t>(bytes);
}

}  // namespace isinglass
