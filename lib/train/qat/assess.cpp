#include "train/qat/assess.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <vector>

namespace isinglass::qat {

namespace {

/// As predicted_class, on outputs held in doubles.
int predicted(std::span<const double> outputs) {
  if (outputs.size() == 1) return outputs[0] >= 0 ? 1 : 0;
  return static_cast<int>(std::ranges::max_element(outputs) - outputs.begin());
}

}  // namespace

double Assessment::accuracy() const {
  if (total == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(correct) / static_cast<double>(total);
}

Assessment assess(BatchPass& pass, std::span<const double> values, const LossScale& loss, const Samples& samples,
                  const Communicator& comm) {
  constexpr std::size_t chunk = 256;  // samples at a time: their inputs stay in cache
  std::array<std::int64_t, 3> sums{0, 0, static_cast<std::int64_t>(samples.size())};
  for (std::size_t first = 0; first < samples.size(); first += chunk) {
    std::vector<std::uint32_t> rows(std::min(chunk, samples.size() - first));
    std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(first));
    const auto z = pass.forward(values, samples, rows);
    const std::size_t outputs = z.size() / rows.size();
    for (std::size_t s = 0; s < rows.size(); ++s) {
      const auto sample = z.subspan(s * outputs, outputs);
      const int label = samples.labels[rows[s]];
      sums[0] += sample_loss(loss, sample, label);
      sums[1] += predicted(sample) == label ? 1 : 0;
    }
  }
  comm.all_sum(sums);
  return {sums[0], sums[1], sums[2]};
}

}  // namespace isinglass::qat
