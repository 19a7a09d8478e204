#include "oracles/dynamics/layer_amplitudes.hpp"

#include "base/random.hpp"
#include "products/products.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace isinglass::oracles {

namespace {

/// Slopes are cut at this many times their mean: outliers would take all the levels.
constexpr double outlier = 16;
/// Samples of an exact block of the products with inputs.
constexpr double block_samples = 256;

/// d cost / dz of one sample in the layer's integer units, multiplier included, and whether it is curved there.
struct Slope {
  double slope = 0, curvature = 0;
};

Slope slope_of(const energy::LayerState& layer, std::size_t at, double z) {
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

void set_slopes(LayerFields& fields, const energy::LayerState& layer, const LayerInputs& inputs,
                const parallel::Communicator& group) {
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
  const double levels = std::max(
      15.0, std::min({4095.0, products::largest_exact / (block_samples * inputs.largest),
                      products::largest_exact / (2 * weight_grid * largest_weight * static_cast<double>(units))}));
  const double mean =
      static_cast<double>(sums[units]) / (weight_grid * std::max<double>(1, static_cast<double>(sums[units + 1])));
  const double unit = layer.linear ? 1.0 / 16 : std::max(outlier * mean / levels, 1e-9);
  fields.slope = fields.slope.unaryExpr([&](float g) {
    return static_cast<float>(std::clamp(std::round(static_cast<double>(g) / unit), -levels, levels));
  });
  fields.slope_unit = unit * layer.scale;
  fields.curvature = layer.scale * vector_view(std::span(sums).first(units)).cast<double>();
}

void set_back(LayerFields& below, const LayerFields& fields) {
  below.back.noalias() = fields.weights.transpose() * fields.slope;
  below.back *= static_cast<float>(fields.slope_unit);  // apart, since the product is exact
}

ParameterGradient parameter_gradient(const LayerFields& fields, const LayerInputs& inputs,
                                     const parallel::Communicator& group) {
  const auto weights = static_cast<std::size_t>(fields.weights.size());
  std::vector<std::int64_t> sums(weights +
                                 static_cast<std::size_t>(fields.weights.rows()));  // of weights, then of biases
  MatrixView<std::int64_t> of_weights(sums.data(), fields.weights.rows(), fields.weights.cols());
  auto of_biases = vector_view(std::span(sums).subspan(weights));
  products::add_products(fields.slope, inputs.values, largest_of(fields.slope) * inputs.largest, of_weights);
  of_biases = fields.slope.cast<std::int64_t>().rowwise().sum();  // 0 in the padding
  group.all_sum(sums);
  return {fields.slope_unit * of_weights.cast<double>(), fields.slope_unit * of_biases.cast<double>()};
}

namespace {

/// Forces are cut at this many times their scale, which is their rms at its largest, forgotten at this rate a step:
/// forces that fade with the scale they had would never settle.
constexpr double largest_force = 4, scale_memory = 0.95;

/// Parameters of many levels stay near the values with which a call starts; biases move slower than spins, since they
/// reach much further than the weights of a unit together.
constexpr float level_noise = 0.02F, bias_share = 0.2F;

/// A spin does not act on itself: what the curvature adds to a two-valued weight's slope for its own value is a
/// constant. Only this share of it is taken out. All of it holds weights where they are once multipliers are large.
constexpr double self_share = 0.5;

/// Outputs move slower: a few weights that flip together change every sample's loss.
constexpr float output_share = 0.3F;

bool is_spin(const network::Codebook& codebook) { return codebook.bits() == 1; }

/// Values of parameters as amplitudes: relative to the codebook's largest.
std::vector<float> amplitudes_of(const network::Codebook& codebook, std::span<const std::uint8_t> bits, float start) {
  if (!is_spin(codebook)) start = 1;
  std::vector<float> x;
  const std::size_t width = codebook.steps.size();
  for (std::size_t i = 0; i < bits.size(); i += width)
    x.push_back(start * static_cast<float>(codebook.value(bits.subspan(i, width))) /
                static_cast<float>(codebook.largest()));
  return x;
}

std::vector<std::uint8_t> bits_of(const network::Codebook& codebook, std::span<const float> x) {
  std::vector<std::uint8_t> bits;
  for (const float place : x) {
    const std::vector<std::uint8_t> nearest = codebook.nearest_bits(static_cast<double>(place) * codebook.largest());
    bits.insert(bits.end(), nearest.begin(), nearest.end());
  }
  return bits;
}

bool are_spins(const energy::LayerState& layer) { return layer.layer->cell_count() == 2; }

/// Where the chosen cells are among the reachable ones.
std::vector<float> places_of(const energy::LayerState& layer, float start) {
  if (!are_spins(layer)) start = 1;
  std::vector<float> x(layer.segment.size());
  if (layer.layer->is_output()) return {};
  for (int j = 0; j < layer.layer->units; ++j)
    for (std::size_t s = 0; s < layer.stride; ++s) {
      const int cells = layer.last[s] - layer.first[s];
      if (cells == 0) continue;
      x[layer.at(j, s)] = start * static_cast<float>(2 * (layer.segment[layer.at(j, s)] - layer.first[s]) - cells) /
                          static_cast<float>(cells);
    }
  return x;
}

std::uint8_t cell_of(float x, std::uint8_t first, std::uint8_t last) {
  const auto cells = static_cast<float>(last - first + 1);
  const int cell = static_cast<int>(std::floor(0.5F * (x + 1) * cells));
  return static_cast<std::uint8_t>(std::clamp<int>(first + cell, first, last));
}

/// Forces against the slopes, in units of `scale`, cut.
template <class Slopes>
std::vector<float> forces(const Slopes& slopes, double& scale, float share) {
  const auto flat = slopes.template reshaped<Eigen::RowMajor>();
  const auto count = static_cast<double>(std::max<Eigen::Index>(1, flat.size()));
  scale = std::max(std::sqrt(dot_in_order(flat, flat) / count), scale_memory * scale);
  std::vector<float> force(slopes.size());
  if (scale > 0)
    vector_view(force) = -share * (flat.array() / scale).max(-largest_force).min(largest_force).template cast<float>();
  return force;
}

/// Price that sample s of a unit pays more per cell upwards: the mean over its two neighbouring cells, if it has them.
float rise_of(const energy::LayerState& layer, const LayerFields& fields, std::size_t at, std::size_t s) {
  const std::size_t k = layer.segment[at];
  const float z = fields.z.data()[at], m = static_cast<float>(layer.scale) * static_cast<float>(layer.multiplier[at]);
  const auto cost = [&](std::size_t cell) {
    const float d = std::max({z - static_cast<float>(layer.hi[cell]), static_cast<float>(layer.lo[cell]) - z, 0.0F});
    return m * d * d + fields.back.data()[at] * static_cast<float>(layer.layer->values[cell]);
  };
  const bool has_higher = k<layer.last[s], has_lower = k> layer.first[s];
  const float higher = has_higher ? cost(k + 1) - cost(k) : 0, lower = has_lower ? cost(k) - cost(k - 1) : 0;
  return has_higher && has_lower ? 0.5F * (higher + lower) : higher + lower;
}

}  // namespace

LayerAmplitudes::LayerAmplitudes(const energy::LayerState& layer, const config::MachineConfig& machine, float start)
    : call_(call_rule(machine)),
      weights_(amplitudes_of(layer.layer->weights, layer.bits.weights, start), machine),
      biases_(amplitudes_of(layer.layer->bias, layer.bits.biases, start), machine),
      segments_(places_of(layer, start), machine) {}

void LayerAmplitudes::disturb(const network::Layer& shape, std::uint64_t seed, std::uint32_t call,
                              std::uint32_t layer) {
  std::uint32_t which = 0;
  const auto move = [&](std::vector<float>& x, const network::Codebook& codebook) {
    const float size = is_spin(codebook) ? call_.noise : level_noise;
    for (std::uint32_t i = 0; i < x.size(); ++i)
      x[i] += size * static_cast<float>(2 * uniform(draw(seed, Stream::read, call, layer, i, which)[0]) - 1);
    ++which;
  };
  move(weights_.x, shape.weights);
  move(biases_.x, shape.bias);
}

float LayerAmplitudes::seen(const network::Codebook& codebook, float x) const {
  if (call_.signs_only)
    return static_cast<float>(codebook.value(codebook.nearest_bits(static_cast<double>(x) * codebook.largest())));
  const float amplified = is_spin(codebook) ? call_.amplification * x : x;
  return std::round(std::clamp(amplified, -1.0F, 1.0F) * static_cast<float>(codebook.largest()) * weight_grid) /
         weight_grid;
}

void LayerAmplitudes::set_parameters(LayerFields& fields, const energy::LayerState& layer) const {
  const network::Layer& shape = *layer.layer;
  const MatrixView<const float> weights(weights_.x.data(), shape.units, shape.inputs);
  fields.weights = weights.unaryExpr([&](float x) { return seen(shape.weights, x); });
  const auto unit = static_cast<float>(shape.bias_unit);
  fields.biases = vector_view(biases_.x).unaryExpr([&](float x) { return unit * seen(shape.bias, x); });
}

void LayerAmplitudes::set_segments(energy::LayerState& layer) const {
  for (int j = 0; j < layer.layer->units; ++j)
    for (std::size_t s = 0; s < layer.stride; ++s) {
      const std::size_t at = layer.at(j, s);
      layer.segment[at] = cell_of(segments_.x[at], layer.first[s], layer.last[s]);
      layer.value[at] = layer.layer->values[layer.segment[at]];
    }
}

network::LayerBits LayerAmplitudes::bits(const network::Layer& layer) const {
  return {bits_of(layer.weights, weights_.x), bits_of(layer.bias, biases_.x)};
}

void LayerAmplitudes::advance_parameters(const energy::LayerState& layer, const ParameterGradient& gradient,
                                         const LayerFields& fields, const Eigen::VectorXd& input_squares,
                                         const StepRule& rule) {
  const network::Layer& shape = *layer.layer;
  RowMatrix<double> slopes = gradient.weights;
  if (is_spin(shape.weights))
    slopes.array() -=
        (self_share * fields.curvature * input_squares.transpose()).array() * fields.weights.cast<double>().array();
  const float share = shape.is_output() ? output_share : 1.0F;
  const auto rule_of = [&](const network::Codebook& codebook) { return is_spin(codebook) ? rule : level_rule(rule); };
  weights_.advance(forces(slopes, weight_scale_, share), rule_of(shape.weights));
  biases_.advance(forces(gradient.biases, bias_scale_, share * bias_share), rule_of(shape.bias));
}

void LayerAmplitudes::advance_segments(const energy::LayerState& layer, const LayerFields& fields, const StepRule& rule,
                                       const parallel::Communicator& group) {
  constexpr float fixed_point = 1024;
  std::vector<float> rises(segments_.x.size());
  std::array<std::int64_t, 2> sums{};  // of magnitudes, and how many have a choice
  for (int j = 0; j < layer.layer->units; ++j)
    for (std::size_t s = 0; s < layer.samples; ++s) {
      const std::size_t at = layer.at(j, s);
      rises[at] = rise_of(layer, fields, at, s);
      sums[0] += static_cast<std::int64_t>(std::fabs(rises[at]) * fixed_point);
      sums[1] += layer.last[s] > layer.first[s];
    }
  group.all_sum(sums);
  const double mean =
      static_cast<double>(sums[0]) / fixed_point / static_cast<double>(std::max<std::int64_t>(1, sums[1]));
  segment_scale_ = std::max(mean, scale_memory * segment_scale_);
  const auto factor = static_cast<float>(segment_scale_ > 0 ? 1 / segment_scale_ : 0);
  constexpr auto cut = static_cast<float>(largest_force);
  for (float& f : rises) f = -std::clamp(f * factor, -cut, cut);
  segments_.advance(rises, are_spins(layer) ? rule : level_rule(rule));
}

}  // namespace isinglass::oracles
