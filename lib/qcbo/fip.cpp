#include "qcbo/fip.hpp"

#include "base/error.hpp"
#include "network/forward.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace isinglass::qcbo {

namespace {

/// Largest |value| among segments first .. last.
int largest_value(const network::Layer& layer, std::uint8_t first, std::uint8_t last) {
  int largest = 0;
  for (std::size_t k = first; k <= last; ++k) largest = std::max(largest, std::abs(static_cast<int>(layer.values[k])));
  return largest;
}

}  // namespace

std::vector<LayerReach> propagate_intervals(const network::Architecture& architecture, const data::Samples& samples) {
  std::vector<LayerReach> result;
  std::vector<int> input_sum(samples.size());  // sum over a layer's inputs of the largest |input|
  for (std::size_t s = 0; s < samples.size(); ++s)
    for (const std::int8_t x : samples.row(s)) input_sum[s] += std::abs(static_cast<int>(x));
  for (const network::Layer& layer : architecture.layers) {
    LayerReach reach;
    const int bias = layer.bias_unit * layer.bias.largest();
    for (int& sum : input_sum) {
      const std::int64_t widest = std::int64_t{sum} * layer.weights.largest() + bias;
      const auto bound = static_cast<int>(std::min<std::int64_t>(widest, 1 << 30));  // far more than any grid has
      reach.reach.push_back(bound);
      if (layer.is_output()) continue;
      reach.first.push_back(static_cast<std::uint8_t>(network::segment_of(layer.thresholds, -bound)));
      reach.last.push_back(static_cast<std::uint8_t>(network::segment_of(layer.thresholds, bound)));
      sum = layer.units * largest_value(layer, reach.first.back(), reach.last.back());
    }
    result.push_back(std::move(reach));
  }
  return result;
}

void check_grid(const network::Architecture& architecture, std::span<const LayerReach> reach, double margin,
                int limit) {
  for (std::size_t l = 0; l < reach.size(); ++l) {
    const network::Layer& layer = architecture.layers[l];
    double widest = margin * layer.rms;
    if (!reach[l].reach.empty()) widest += *std::max_element(reach[l].reach.begin(), reach[l].reach.end());
    if (!layer.thresholds.empty())
      widest += std::max(std::abs(layer.thresholds.front()), std::abs(layer.thresholds.back()));
    if (widest < limit) continue;
    throw InputError(fmt::format(
        "network: with {} inputs and {} weights, layer {} needs {:.0f} steps of its integer grid, and this method "
        "has {}: lower data.levels, raise data.pool, or use fewer bits a weight or bias, smaller margins or windows",
        layer.inputs, layer.weights.name, l + 1, widest, limit));
  }
}

}  // namespace isinglass::qcbo
