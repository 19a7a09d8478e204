#include "oracles/dynamics/layer_fields.hpp"

#include "products/products.hpp"

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

double largest_of(const RowMatrix<float>& values) { return static_cast<double>(values.lpNorm<Eigen::Infinity>()); }

}  // namespace

void set_z(LayerFields& fields, const LayerInputs& inputs) {
  fields.z.noalias() = fields.weights * inputs.values;
  fields.z.colwise() += fields.biases;
}

void set_slopes(LayerFields& fields, const LayerState& layer, const LayerInputs& inputs, const Communicator& group) {
  const auto units = static_cast<std::size_t>(layer.layer->units);
  fields.slope.setZero(fields.z.rows(), fields.z.cols());
  std::vector<std::int64_t> sums(units + 2);  // curvatures of the units; magnitudes of slopes, and how many are not 0
  for (std::size_t j = 0; j < units; ++j)
    for (std::size_t s = 0; s < layer.samples; ++s) {
      const Slope here = slope_of(layer, j * layer.stride + s, fields.z(j, s));
      fields.slope(j, s) = static_cast<float>(here.slope);
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
  fields.slope = fields.slope.unaryExpr(
      [&](float g) { return static_cast<float>(std::clamp(std::round(static_cast<double>(g) / unit), -levels, levels)); });
  fields.slope_unit = unit * layer.scale;
  fields.curvature = layer.scale * vector_view(std::span(sums).first(units)).cast<double>();
}

void set_back(LayerFields& below, const LayerFields& fields) {
  below.back.noalias() = fields.weights.transpose() * fields.slope;
  below.back *= static_cast<float>(fields.slope_unit);  // apart, since the product is exact
}

ParameterGradient parameter_gradient(const LayerFields& fields, const LayerInputs& inputs, const Communicator& group) {
  const auto weights = static_cast<std::size_t>(fields.weights.size());
  std::vector<std::int64_t> sums(weights + static_cast<std::size_t>(fields.weights.rows()));  // of weights, then of biases
  MatrixView<std::int64_t> of_weights(sums.data(), fields.weights.rows(), fields.weights.cols());
  auto of_biases = vector_view(std::span(sums).subspan(weights));
  add_products(fields.slope, inputs.values, largest_of(fields.slope) * inputs.largest, of_weights);
  of_biases = fields.slope.cast<std::int64_t>().rowwise().sum();  // 0 in the padding
  group.all_sum(sums);
  return {fields.slope_unit * of_weights.cast<double>(), fields.slope_unit * of_biases.cast<double>()};
}

}  // namespace isinglass
