#include "train/qcgd/duals.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace isinglass::train {

namespace {

/// Floating-point terms are summed as multiples of this, in integers: the sum does not depend on the sharding.
constexpr double fixed_point = 0x1.0p-20;

/// Holds sums of any number of terms: the squares of large multipliers would wrap around in 64 bits, and pass below the
/// cap.
__extension__ using Wide = __int128;

Wide fixed(double term) {
  constexpr double largest = 0x1p75;  // a larger term counts as this one
  const double units = std::round(std::clamp(term, -largest, largest) / fixed_point);
  return std::abs(units) < 0x1p62 ? static_cast<std::int64_t>(units) : static_cast<Wide>(units);
}

/// Sum over the ranks, in real units. 32 bits at a time, so that the sums of no number of ranks wrap. Collective.
double summed(Wide own, const parallel::Communicator& group) {
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
double sum_constraints(const energy::StructuredState& state, const std::vector<LayerDuals>& duals,
                       const parallel::Communicator& group, Term&& term) {
  Wide sum = 0;
  for (std::size_t l = 0; l < duals.size(); ++l)
    for (int j = 0; j < state.layers[l].layer->units; ++j)
      for (std::size_t s = 0; s < state.layers[l].samples; ++s)
        sum += fixed(term(state.layers[l], duals[l], state.layers[l].at(j, s)));
  return summed(sum, group);
}

/// Sum over all entries of term(duals, index); padding holds zeros. Collective.
template <class Term>
double sum_duals(const std::vector<LayerDuals>& duals, const parallel::Communicator& group, Term&& term) {
  Wide sum = 0;
  for (const LayerDuals& layer : duals)
    for (std::size_t at = 0; at < layer.image.size(); ++at) sum += fixed(term(layer, at));
  return summed(sum, group);
}

/// P_c of the chosen segments.
double violation(const energy::LayerState& layer, std::size_t at) {
  const double distance = layer.distance(at) / layer.layer->rms;
  return distance * distance;
}

/// Largest integer multiplier: as many levels as the 16-bit loop takes for the smallest weight step, 127 to 1,023.
int multiplier_levels(const energy::LayerState& layer) {
  energy::KernelRange range = layer.range;
  range.largest_shift *= layer.layer->weights.steps.front();
  for (range.largest_multiplier = 1023; range.largest_multiplier > 127; --range.largest_multiplier)
    if (energy::fits_narrow(range)) break;
  return range.largest_multiplier;
}

/// Real multipliers of one layer to integers; returns the quantum.
double quantize(energy::LayerState& layer, const std::vector<float>& multipliers, const parallel::Communicator& group) {
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

ShardedRows unpadded(const std::vector<float>& values, const energy::LayerState& layer, const data::Samples& samples) {
  ShardedRows rows{layer.layer->units, samples.first, layer.samples, samples.global_size, {}};
  for (int j = 0; j < layer.layer->units; ++j) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(layer.at(j));
    rows.values.insert(rows.values.end(), begin, begin + static_cast<std::ptrdiff_t>(layer.samples));
  }
  return rows;
}

std::vector<float> padded(const ShardedRows& rows, const energy::LayerState& layer) {
  if (rows.rows != layer.layer->units || rows.columns != layer.samples)
    throw InputError("the checkpoint's multipliers do not fit this network and its training samples");
  std::vector<float> values(layer.above.size());
  for (int j = 0; j < layer.layer->units; ++j)
    std::copy_n(rows.values.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(j) * rows.columns),
                rows.columns, values.begin() + static_cast<std::ptrdiff_t>(layer.at(j)));
  return values;
}

}  // namespace

NetworkDuals::NetworkDuals(const energy::StructuredState& state, double samples, double initial_multiplier,
                           const parallel::Communicator& group)
    : group_(group), layers_(state.layers.size() - 1) {
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const energy::LayerState& layer = state.layers[l];
    const double count = layer.layer->units * samples;
    diameter_square_ += count * std::pow(layer.range.largest_distance / layer.layer->rms, 4);
    count_ += count;
    layers_[l].image.resize(layer.above.size());
    layers_[l].multiplier.resize(layer.above.size());
    for (int j = 0; j < layer.layer->units; ++j)
      std::fill_n(layers_[l].multiplier.begin() + static_cast<std::ptrdiff_t>(layer.at(j)), layer.samples,
                  static_cast<float>(initial_multiplier));
  }
}

void NetworkDuals::set_prices(energy::StructuredState& state, double beta, bool first) const {
  const auto penalty = static_cast<float>(beta);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    energy::LayerState& layer = state.layers[l];
    std::vector<float> mu(layer.above.size());
    for (int j = 0; j < layer.layer->units; ++j)
      for (std::size_t at = layer.at(j); at < layer.at(j, layer.samples); ++at)
        mu[at] = first ? penalty : layers_[l].multiplier[at] + penalty * layers_[l].image[at];
    layer.scale = quantize(layer, mu, group_) / (layer.layer->rms * layer.layer->rms);
    layer.range.largest_multiplier = multiplier_levels(layer);
  }
}

double NetworkDuals::add_gap(double start, double beta) const {
  return start +
         sum_constraints(
             *atom_, layers_, group_, [&](const energy::LayerState& layer, const LayerDuals& dual, std::size_t at) {
               return (dual.multiplier[at] + beta * dual.image[at]) * (dual.image[at] - violation(layer, at));
             });
}

void NetworkDuals::move_images(double eta) {
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const energy::LayerState& layer = atom_->layers[l];
    for (int j = 0; j < layer.layer->units; ++j)
      for (std::size_t at = layer.at(j); at < layer.at(j, layer.samples); ++at)
        layers_[l].image[at] += static_cast<float>(eta * (violation(layer, at) - layers_[l].image[at]));
  }
}

void NetworkDuals::move_multipliers(double sigma) {
  for (LayerDuals& layer : layers_)
    for (std::size_t at = 0; at < layer.image.size(); ++at)
      layer.multiplier[at] += static_cast<float>(sigma) * layer.image[at];
}

double NetworkDuals::image_square() const {
  return sum_duals(layers_, group_,
                   [](const LayerDuals& d, std::size_t at) { return static_cast<double>(d.image[at]) * d.image[at]; });
}

double NetworkDuals::multiplier_square(double sigma) const {
  return sum_duals(layers_, group_, [&](const LayerDuals& d, std::size_t at) {
    const double y = d.multiplier[at] + sigma * d.image[at];
    return y * y;
  });
}

std::int64_t NetworkDuals::bytes() const {
  std::size_t bytes = 0;
  for (const LayerDuals& layer : layers_)
    bytes += layer.image.size() *
             (2 * sizeof(float) + 3 * sizeof(std::int16_t) + sizeof(std::uint8_t) + sizeof(std::int8_t));
  return static_cast<std::int64_t>(bytes);
}

std::vector<DualRecord> NetworkDuals::to_records(const energy::StructuredState& state,
                                                 const data::Samples& samples) const {
  std::vector<DualRecord> records;
  for (std::size_t l = 0; l < layers_.size(); ++l)
    records.push_back({unpadded(layers_[l].image, state.layers[l], samples),
                       unpadded(layers_[l].multiplier, state.layers[l], samples)});
  return records;
}

void NetworkDuals::load(const std::vector<DualRecord>& records, const energy::StructuredState& state) {
  if (records.size() != layers_.size())
    throw InputError("the checkpoint holds multipliers of another number of layers");
  for (std::size_t l = 0; l < records.size(); ++l)
    layers_[l] = {padded(records[l].image, state.layers[l]), padded(records[l].multiplier, state.layers[l])};
}

}  // namespace isinglass::train
