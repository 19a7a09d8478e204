#include "qcbo/fip.hpp"

#include "network/forward.hpp"

#include <algorithm>
#include <cstdlib>

namespace isinglass {

namespace {

/// Largest |value| among segments first .. last.
int largest_value(const Layer& layer, std::uint8_t first, std::uint8_t last) {
  int largest = 0;
  for (std::size_t k = first; k <= last; ++k) largest = std::max(largest, std::abs(static_cast<int>(layer.values[k])));
  return largest;
}

}  // namespace

std::vector<LayerReach> propagate_intervals(const Architecture& architecture, const Samples& samples) {
  std::vector<LayerReach> result;
  std::vector<int> input_sum(samples.size());  // sum over a layer's inputs of the largest |input|
  for (std::size_t s = 0; s < samples.size(); ++s)
    for (const std::int8_t x : samples.row(s)) input_sum[s] += std::abs(static_cast<int>(x));
  for (const Layer& layer : architecture.layers) {
    LayerReach reach;
    const int bias = layer.bias_unit * layer.bias.largest();
    for (int& sum : input_sum) {
      const int bound = sum * layer.weights.largest() + bias;
      reach.reach.push_back(bound);
      if (layer.is_output()) continue;
      reach.first.push_back(static_cast<std::uint8_t>(segment_of(layer.thresholds, -bound)));
      reach.last.push_back(static_cast<std::uint8_t>(segment_of(layer.thresholds, bound)));
      sum = layer.units * largest_value(layer, reach.first.back(), reach.last.back());
    }
    result.push_back(std::move(reach));
  }
  return result;
}

}  // namespace isinglass
