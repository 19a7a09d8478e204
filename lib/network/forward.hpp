#pragma once

#include "data/samples.hpp"
#include "network/architecture.hpp"
#include "parallel/communicator.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::network {

/// Index of the segment that holds z; thresholds ascending.
[[nodiscard]] int segment_of(std::span<const int> thresholds, int z);

/// Exact outputs of the quantized network for one sample: z of the output layer, [output], grid units.
[[nodiscard]] std::vector<int> forward(const Architecture& architecture, const NetworkValues& values,
                                       std::span<const std::int8_t> input);

/// The predicted class: for one output, 1 if z >= 0 else 0; for more, the first largest output.
[[nodiscard]] int predicted_class(std::span<const int> outputs);

/// +1 if output `output` should be positive for `label`, else -1.
[[nodiscard]] constexpr int target_sign(int outputs, int output, int label) {
  return (outputs == 1 ? label == 1 : label == output) ? 1 : -1;
}

/// Predictions on a split, counted over all ranks of a group.
struct Evaluation {
  std::vector<std::int64_t> confusion;  ///< [true class][predicted class]
  std::int64_t correct = 0, total = 0;
  [[nodiscard]] double accuracy() const;  ///< fraction; NaN for an empty split
};

/// Forward passes of every sample of a split, from its inputs, or where it has none, by the network's filters from its
/// pixels. Collective over `comm`.
[[nodiscard]] Evaluation evaluate(const Architecture& architecture, const NetworkBits& bits,
                                  const data::Samples& samples, const parallel::Communicator& comm);

}  // namespace isinglass::network
