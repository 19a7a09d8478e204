#include "solver/dynamics/layer_amplitudes.hpp"

#include <algorithm>
#include <cmath>
#include <array>
#include <cstdlib>

namespace isinglass {

namespace {
double env(const char* name, double d) { const char* v = std::getenv(name); return v ? std::atof(v) : d; }

/// Forces are cut at this many times their rms.
constexpr double largest_force = 4;

std::vector<float> amplitudes_of(std::span<const std::uint8_t> bits, float start) {
  std::vector<float> x;
  for (const std::uint8_t bit : bits) x.push_back(bit != 0 ? start : -start);
  return x;
}

/// Where the chosen cells are among the reachable ones.
std::vector<float> places_of(const LayerState& layer, float start) {
  std::vector<float> x(layer.segment.size());
  if (layer.layer->is_output()) return {};
  for (int j = 0; j < layer.layer->units; ++j)
    for (std::size_t s = 0; s < layer.stride; ++s) {
      const int cells = layer.last[s] - layer.first[s];
      if (cells == 0) continue;
      x[layer.at(j, s)] = start * static_cast<float>(2 * (layer.segment[layer.at(j, s)] - layer.first[s]) - cells) / static_cast<float>(cells);
    }
  return x;
}

std::uint8_t cell_of(float x, std::uint8_t first, std::uint8_t last) {
  const auto cells = static_cast<float>(last - first + 1);
  const int cell = static_cast<int>(std::floor(0.5F * (x + 1) * cells));
  return static_cast<std::uint8_t>(std::clamp<int>(first + cell, first, last));
}

/// force *= -1 / rms, cut.
void normalise(std::span<double> slopes, std::vector<float>& force) {
  double sum = 0;
  for (const double g : slopes) sum += g * g;
  const double rms = std::sqrt(sum / static_cast<double>(std::max<std::size_t>(1, slopes.size())));
  force.resize(slopes.size());
  for (std::size_t i = 0; i < slopes.size(); ++i)
    force[i] = rms > 0 ? static_cast<float>(-std::clamp(slopes[i] / rms, -largest_force, largest_force)) : 0.0F;
}

}  // namespace

LayerAmplitudes::LayerAmplitudes(const LayerState& layer, const MachineConfig& machine, float start)
    : signs_only_(machine.kind == "dsb"),
      weights_(amplitudes_of(layer.bits.weights, start), machine),
      biases_(amplitudes_of(layer.bits.biases, start), machine),
      segments_(places_of(layer, start), machine) {}

float LayerAmplitudes::seen(float x) const {
  if (signs_only_) return x > 0 ? 1.0F : -1.0F;
  return std::round(std::clamp(x, -1.0F, 1.0F) * (0.5F * weight_grid)) / (0.5F * weight_grid);
}

void LayerAmplitudes::set_parameters(LayerFields& fields, const LayerState& layer) const {
  const Layer& shape = *layer.layer;
  const auto units = static_cast<std::size_t>(shape.units), width = static_cast<std::size_t>(shape.inputs);
  fields.weights.assign(units * width, 0);
  fields.biases.assign(units, 0);
  const std::size_t bits = shape.weights.steps.size(), bias_bits = shape.bias.steps.size();
  for (std::size_t i = 0; i < fields.weights.size(); ++i)
    for (std::size_t b = 0; b < bits; ++b)
      fields.weights[i] += 0.5F * static_cast<float>(shape.weights.steps[b]) * seen(weights_.x[i * bits + b]);
  for (std::size_t j = 0; j < units; ++j)
    for (std::size_t b = 0; b < bias_bits; ++b)
      fields.biases[j] += 0.5F * static_cast<float>(shape.bias.steps[b] * shape.bias_unit) * seen(biases_.x[j * bias_bits + b]);
}

void LayerAmplitudes::set_segments(LayerState& layer, std::span<const float> z) const {
  for (int j = 0; j < layer.layer->units; ++j)
    for (std::size_t s = 0; s < layer.stride; ++s) {
      const std::size_t at = layer.at(j, s);
      layer.segment[at] = cell_of(segments_.x[at], layer.first[s], layer.last[s]);
      layer.value[at] = layer.layer->values[layer.segment[at]];
    }
  (void)z;
}

LayerBits LayerAmplitudes::bits() const {
  LayerBits bits;
  for (const float x : weights_.x) bits.weights.push_back(x > 0 ? 1 : 0);
  for (const float x : biases_.x) bits.biases.push_back(x > 0 ? 1 : 0);
  return bits;
}

void LayerAmplitudes::advance_bits(const LayerState& layer, const ParameterGradient& gradient, const LayerFields& fields,
                                   std::span<const double> input_squares, const StepRule& rule) {
  const Layer& shape = *layer.layer;
  const auto units = static_cast<std::size_t>(shape.units), width = static_cast<std::size_t>(shape.inputs);
  const std::size_t bits = shape.weights.steps.size(), bias_bits = shape.bias.steps.size();
  static const double own = env("DY_OWN", 1);
  std::vector<double> slopes(weights_.x.size()), bias_slopes(biases_.x.size());
  for (std::size_t j = 0; j < units; ++j) {
    for (std::size_t i = 0; i < width; ++i)
      for (std::size_t b = 0; b < bits; ++b) {
        const std::size_t at = (j * width + i) * bits + b;
        const double step = 0.5 * shape.weights.steps[b];
        slopes[at] = step * gradient.weights[j * width + i] -
                     own * step * step * fields.curvature[j] * input_squares[i] * static_cast<double>(seen(weights_.x[at]));
      }
    for (std::size_t b = 0; b < bias_bits; ++b) {
      const std::size_t at = j * bias_bits + b;
      const double step = 0.5 * shape.bias.steps[b] * shape.bias_unit;
      bias_slopes[at] = step * gradient.biases[j] - own * step * step * fields.curvature[j] * static_cast<double>(seen(biases_.x[at]));
    }
  }
  std::vector<float> force;
  normalise(slopes, force);
  weights_.advance(force, rule);
  normalise(bias_slopes, force);
  biases_.advance(force, rule);
}

void LayerAmplitudes::advance_segments(const LayerState& layer, const LayerFields& fields, const StepRule& rule,
                                       const Communicator& group) {
  std::vector<float> rises(segments_.x.size());  // energy per cell upwards
  std::array<std::int64_t, 2> sums{};
  const auto scale = static_cast<float>(layer.scale);
  const auto& values = layer.layer->values;
  for (int j = 0; j < layer.layer->units; ++j)
    for (std::size_t s = 0; s < layer.samples; ++s) {
      const std::size_t at = layer.at(j, s), k = layer.segment[at];
      const float z = fields.z[at], m = scale * static_cast<float>(layer.multiplier[at]);
      const auto own = [&](std::size_t cell) {
        const float d = std::max({z - static_cast<float>(layer.hi[cell]), static_cast<float>(layer.lo[cell]) - z, 0.0F});
        return m * d * d;
      };
      const float here = own(k);
      float rise = 0;
      int neighbours = 0;
      if (k < layer.last[s]) { rise += own(k + 1) - here + fields.back[at] * static_cast<float>(values[k + 1] - values[k]); ++neighbours; }
      if (k > layer.first[s]) { rise += here - own(k - 1) + fields.back[at] * static_cast<float>(values[k] - values[k - 1]); ++neighbours; }
      rises[at] = neighbours == 2 ? 0.5F * rise : rise;
      sums[0] += static_cast<std::int64_t>(std::fabs(rises[at]) * 1024.0F);
      sums[1] += neighbours > 0;
    }
  group.all_sum(sums);
  static const double sboost = env("DY_SEG", 1);
  const double mean = static_cast<double>(sums[0]) / 1024 / static_cast<double>(std::max<std::int64_t>(1, sums[1]));
  const auto factor = static_cast<float>(mean > 0 ? sboost / mean : 0);
  for (float& f : rises) f = -std::clamp(f * factor, -static_cast<float>(largest_force), static_cast<float>(largest_force));
  segments_.advance(rises, rule);
}

}  // namespace isinglass
