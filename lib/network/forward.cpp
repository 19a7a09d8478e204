#include "network/forward.hpp"

#include "network/filtered.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace isinglass::network {

namespace {

/// z of every unit of a layer for one input row, grid units.
std::vector<int> pre_activations(const Layer& layer, const LayerValues& values, std::span<const std::int8_t> input) {
  std::vector<int> z(values.biases);
  const std::int16_t* weights = values.weights.data();
  for (int& sum : z) {
    int dot = 0;
    for (std::size_t i = 0; i < input.size(); ++i) dot += weights[i] * input[i];
    sum += dot;
    weights += layer.inputs;
  }
  return z;
}

}  // namespace

int segment_of(std::span<const int> thresholds, int z) {
  return static_cast<int>(std::upper_bound(thresholds.begin(), thresholds.end(), z) - thresholds.begin());
}

std::vector<int> forward(const Architecture& architecture, const NetworkValues& values,
                         std::span<const std::int8_t> input) {
  std::vector<std::int8_t> activation(input.begin(), input.end());
  for (std::size_t l = 0;; ++l) {
    const Layer& layer = architecture.layers[l];
    std::vector<int> z = pre_activations(layer, values[l], activation);
    if (layer.is_output()) return z;
    activation.resize(z.size());
    for (std::size_t j = 0; j < z.size(); ++j)
      activation[j] = layer.values[static_cast<std::size_t>(segment_of(layer.thresholds, z[j]))];
  }
}

int predicted_class(std::span<const int> outputs) {
  if (outputs.size() == 1) return outputs[0] >= 0 ? 1 : 0;
  return static_cast<int>(std::max_element(outputs.begin(), outputs.end()) - outputs.begin());
}

double Evaluation::accuracy() const {
  if (total == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(correct) / static_cast<double>(total);
}

namespace {

/// The predicted class of each sample here.
std::vector<int> predictions(const Architecture& architecture, const NetworkBits& bits, const data::Samples& samples) {
  if (samples.inputs.empty() && !architecture.banks.empty()) return predictions_by_filters(architecture, bits, samples);
  const NetworkValues values = decode(architecture, bits);
  std::vector<int> classes;
  for (std::size_t s = 0; s < samples.size(); ++s)
    classes.push_back(predicted_class(forward(architecture, values, samples.row(s))));
  return classes;
}

}  // namespace

Evaluation evaluate(const Architecture& architecture, const NetworkBits& bits, const data::Samples& samples,
                    const parallel::Communicator& comm) {
  const auto classes = static_cast<std::size_t>(architecture.classes);
  Evaluation result;
  result.confusion.assign(classes * classes, 0);
  const std::vector<int> predicted = predictions(architecture, bits, samples);
  for (std::size_t s = 0; s < samples.size(); ++s)
    ++result.confusion[samples.labels[s] * classes + static_cast<std::size_t>(predicted[s])];
  comm.all_sum(result.confusion);
  for (std::size_t c = 0; c < classes; ++c) result.correct += result.confusion[c * classes + c];
  for (const std::int64_t count : result.confusion) result.total += count;
  return result;
}

}  // namespace isinglass::network
