#include "train/qat/surrogate.hpp"

#include "network/forward.hpp"

#include <cmath>

namespace isinglass::qat {

namespace {

/// Distance to either side of a knot over which its jump is spread, in grid units.
double half_width(const Layer& layer, double window) {
  double gap = 0;
  for (std::size_t k = 1; k < layer.thresholds.size(); ++k)
    gap = std::max(gap, static_cast<double>(layer.thresholds[k] - layer.thresholds[k - 1]));
  return std::max(layer.thresholds.size() > 1 ? gap / 2 : window * layer.rms, 0.5);
}

/// Sum of the jumps whose window holds z. The jump at knot t is between the integers t - 1 and t.
double spread_jumps(const Layer& layer, int z, double width) {
  double sum = 0;
  for (std::size_t k = 0; k < layer.thresholds.size(); ++k)
    if (std::abs(z - (layer.thresholds[k] - 0.5)) <= width) sum += layer.values[k + 1] - layer.values[k];
  return sum;
}

}  // namespace

Surrogate::Surrogate(const Layer& layer, double window) {
  const double width = half_width(layer, window);
  const int first = layer.thresholds.front() - static_cast<int>(width) - 2;
  const int last = layer.thresholds.back() + static_cast<int>(width) + 2;
  double steepest = 0;
  for (int z = first; z <= last; ++z) {
    values_.push_back(layer.values[static_cast<std::size_t>(segment_of(layer.thresholds, z))]);
    slopes_.push_back(spread_jumps(layer, z, width));
    steepest = std::max(steepest, std::abs(slopes_.back()));
  }
  // Adam does not see the scale of a layer's gradient; slopes of at most 1 keep the signals in range.
  for (double& slope : slopes_) slope /= std::max(steepest, 1.0);
  lowest_ = first;
  highest_ = last;
}

}  // namespace isinglass::qat
