#include "bounds/sample_complexity.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace isinglass::bounds {

double log_class_size(const network::Architecture& architecture) {
  return std::numbers::ln2 * bits_per_parameter(architecture) *
         static_cast<double>(network::parameter_count(architecture));
}

double samples_finite_class(double log_size, double error, double failure) {
  return std::ceil((log_size + std::log(2 / failure)) / (2 * error * error));
}

double samples_realizable(double log_size, double error, double failure) {
  return std::ceil((log_size + std::log(1 / failure)) / error);
}

ThresholdCounts count_thresholds(const network::Architecture& architecture) {
  ThresholdCounts counts;
  counts.parameters = static_cast<double>(network::parameter_count(architecture));
  for (const network::Layer& layer : architecture.layers)
    counts.thresholds += layer.units * static_cast<double>(layer.thresholds.size());
  const double outputs = architecture.outputs();
  counts.thresholds +=
      outputs == 1 ? 1 : outputs * (outputs - 1) / 2;  // the largest output wins: every pair is compared
  return counts;
}

double log_growth(const ThresholdCounts& counts, double samples) {
  const double all = samples * std::numbers::ln2;  // right or wrong on each sample
  if (samples < counts.parameters) return all;     // (13) needs as many samples as parameters
  return std::min(all, counts.parameters * std::log(std::numbers::e * samples * counts.thresholds / counts.parameters));
}

double vc_dimension_bound(const ThresholdCounts& counts, double log_size) {
  // (14) needs U >= 2; one threshold is a half-space, of dimension W (Dudley 1978).
  const double real = counts.thresholds < 2 ? counts.parameters
                                            : 2 * counts.parameters * std::log2(std::numbers::e * counts.thresholds);
  return std::floor(std::min(real, log_size / std::numbers::ln2));
}

double samples_vc(const ThresholdCounts& counts, double error, double failure) {
  const auto enough = [&](double n) {
    return std::log(4.0) + log_growth(counts, 2 * n) - error * error * n / 8 <= std::log(failure);
  };
  double high = 1;
  while (!enough(high)) high *= 2;
  double low = high / 2;  // too few, or 1/2
  while (high - low > 1 + 1e-12 * high) {
    const double middle = std::floor((low + high) / 2);
    (enough(middle) ? high : low) = middle;
  }
  return std::ceil(high);
}

}  // namespace isinglass::bounds
