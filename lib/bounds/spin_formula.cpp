#include "bounds/spin_formula.hpp"

#include <algorithm>
#include <bit>

namespace isinglass {

std::vector<int> largest_reach(std::span<const LayerReach> reach, const Communicator& comm) {
  std::vector<int> largest;
  for (const LayerReach& layer : reach) {
    const int here = layer.reach.empty() ? 0 : *std::max_element(layer.reach.begin(), layer.reach.end());
    largest.push_back(static_cast<int>(comm.all_max(here)));
  }
  return largest;
}

SpinLine spin_formula(const Architecture& architecture, std::span<const int> reach) {
  SpinLine line;
  for (std::size_t l = 0; l < architecture.layers.size(); ++l) {
    const Layer& layer = architecture.layers[l];
    const double units = layer.units;
    line.parameter_bits += units * (layer.inputs * layer.weights.bits() + layer.bias.bits());
    if (layer.is_output()) break;
    const Layer& next = architecture.layers[l + 1];
    const double segments = layer.segments();
    const double slack_bits = std::bit_width(2U * static_cast<unsigned>(reach[l]));
    line.structured_per_sample += units * segments;
    line.explicit_per_sample += units * (segments + slack_bits + segments * next.units * next.weights.bits());
  }
  return line;
}

SpinLine mean_spins(const QcboCounts& counts, std::int64_t samples) {
  const auto parameters = static_cast<double>(counts.parameter_bits), all = static_cast<double>(samples);
  return {parameters, static_cast<double>(counts.structured_spins() - counts.parameter_bits) / all,
          static_cast<double>(counts.explicit_spins() - counts.parameter_bits) / all};
}

}  // namespace isinglass
