#include "train/memory.hpp"

namespace isinglass::train {

std::int64_t least_training_bytes(const config::Config& config, const network::Architecture& architecture,
                                  std::int64_t samples) {
  if (config.method == config::Method::qat) return 0;  // works on batches
  std::int64_t hidden = 0;
  for (const network::Layer& layer : architecture.layers) hidden += layer.is_output() ? 0 : layer.units;
  const std::int64_t inputs = architecture.layers.front().inputs, outputs = architecture.outputs();
  // Of moves: inputs by rows and by columns; z of 16 bits and the activation of each unit; outputs of 32 bits.
  std::int64_t bytes = 2 * inputs + 3 * hidden + 4 * outputs;
  // Of QCGD: both distances, multiplier, segment and activation of the energy; image and multiplier of each constraint.
  if (config.method == config::Method::qcgd) bytes += 8 * (hidden + outputs) + 8 * hidden;
  return samples * bytes;
}

}  // namespace isinglass::train
