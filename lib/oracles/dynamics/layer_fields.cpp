#include "oracles/dynamics/layer_fields.hpp"

#include "products/exact_products.hpp"

#include <algorithm>
#include <cmath>

namespace isinglass {

namespace {

/// Slopes are cut at this many times their mean: outliers would take all the levels.
constexpr double outlier = 16;
/// Samples of an exact block of the products with inputs.
constexpr double block_samples = 256;

/// d cost / dz of one sample in the layer's integer units, multiplier included, and whether it is curved there.
struct Slope {
  double slope = 0, curvature = 0;
};

Slope slope_of(const LayerState& layer, std::size_t at, double z) {
  const double m = layer.multiplier[at];
  if (m == 0) return {};
  const std::size_t k = layer.segment[at];
  if (!layer.table.empty()) {
    const bool is_high = k != 0;
    const int lack = static_cast<int>(std::lround(is_high ? layer.lo[1] - z : z - layer.hi[0]));
    const double rise = 0.5 * static_cast<double>(layer.table.at(lack + 1) - layer.table.at(lack - 1));
    return {is_high ? -rise : rise, 0};
  }
  const double above = z - layer.hi[k], below = layer.lo[k] - z;
  if (above <= 0 && below <= 0) return {};
  const double sign = above > 0 ? 1 : -1;
  return layer.linear ? Slope{m * sign, 0} : Slope{2 * m * sign * std::max(above, below), 2 * m};
}

double largest_of(std::span<const float> values) {
  double largest = 0;
  for (const float v : values) largest = std::max(largest, std::abs(static_cast<double>(v)));
  return largest;
}

}  // namespace

void set_z(LayerFields& fields, const LayerState& layer, const LayerInputs& inputs) {
  const auto units = static_cast<std::size_t>(layer.layer->units), width = static_cast<std::size_t>(layer.layer->inputs);
  fields.z.resize(units * layer.stride);
  multiply({fields.weights.data(), units, width, width}, {inputs.values.data(), width, layer.stride, layer.stride},
           fields.z.data(), layer.stride);
  for (std::size_t j = 0; j < units; ++j)
    for (std::size_t s = 0; s < layer.stride; ++s) fields.z[j * layer.stride + s] += fields.biases[j];
}

void set_slopes(LayerFields& fields, const LayerState& layer, const LayerInputs& inputs, const Communicator& group) {
  const auto units = static_cast<std::size_t>(layer.layer->units);
  fields.slope.assign(fields.z.size(), 0);
  std::vector<std::int64_t> sums(units + 2);  // curvatures of the units; magnitudes of slopes, and how many are not 0
  for (std::size_t j = 0; j < units; ++j)
    for (std::size_t s = 0; s < layer.samples; ++s) {
      const std::size_t at = j * layer.stride + s;
      const Slope here = slope_of(layer, at, fields.z[at]);
      fields.slope[at] = static_cast<float>(here.slope);
      sums[j] += static_cast<std::int64_t>(here.curvature);
      sums[units] += static_cast<std::int64_t>(std::abs(here.slope) * weight_grid);
      sums[units + 1] += here.slope != 0;
    }
  group.all_sum(sums);
  const double largest_weight = std::max(1.0, group.all_max(largest_of(fields.weights)));
  const double levels =
      std::max(15.0, std::min({4095.0, largest_exact / (block_samples * inputs.largest),
                               largest_exact / (2 * weight_grid * largest_weight * static_cast<double>(units))}));
  const double mean =
      static_cast<double>(sums[units]) / (weight_grid * std::max<double>(1, static_cast<double>(sums[units + 1])));
  const double unit = layer.linear ? 1.0 / 16 : std::max(outlier * mean / levels, 1e-9);
  for (float& g : fields.slope) g = static_cast<float>(std::clamp(std::round(static_cast<double>(g) / unit), -levels, levels));
  fields.slope_unit = unit * layer.scale;
  fields.curvature.assign(units, 0);
  for (std::size_t j = 0; j < units; ++j) fields.curvature[j] = layer.scale * static_cast<double>(sums[j]);
}

void set_back(LayerFields& below, const LayerFields& fields, const LayerState& layer) {
  const auto units = static_cast<std::size_t>(layer.layer->units), width = static_cast<std::size_t>(layer.layer->inputs);
  std::vector<float> transposed(units * width);
  for (std::size_t j = 0; j < units; ++j)
    for (std::size_t i = 0; i < width; ++i) transposed[i * units + j] = fields.weights[j * width + i];
  below.back.resize(width * layer.stride);
  multiply({transposed.data(), width, units, units}, {fields.slope.data(), units, layer.stride, layer.stride},
           below.back.data(), layer.stride);
  for (float& b : below.back) b *= static_cast<float>(fields.slope_unit);
}

ParameterGradient parameter_gradient(const LayerFields& fields, const LayerState& layer, const LayerInputs& inputs,
                                     const Communicator& group) {
  const auto units = static_cast<std::size_t>(layer.layer->units), width = static_cast<std::size_t>(layer.layer->inputs);
  std::vector<std::int64_t> sums(units * (width + 1));
  const std::span<std::int64_t> of_weights = std::span(sums).first(units * width), of_biases = std::span(sums).last(units);
  const double largest_slope = largest_of(fields.slope);
  add_products({fields.slope.data(), units, layer.stride, layer.stride},
               {inputs.values.data(), width, layer.stride, layer.stride}, largest_slope * inputs.largest, of_weights);
  for (std::size_t j = 0; j < units; ++j)
    for (std::size_t s = 0; s < layer.samples; ++s)
      of_biases[j] += static_cast<std::int64_t>(fields.slope[j * layer.stride + s]);
  group.all_sum(sums);
  ParameterGradient gradient;
  for (const std::int64_t g : of_weights) gradient.weights.push_back(fields.slope_unit * static_cast<double>(g));
  for (const std::int64_t g : of_biases) gradient.biases.push_back(fields.slope_unit * static_cast<double>(g));
  return gradient;
}

}  // namespace isinglass
