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

/// Values of parameters as amplitudes: relative to the codebook's largest.
std::vector<float> amplitudes_of(const Codebook& codebook, std::span<const std::uint8_t> bits, float start) {
  std::vector<float> x;
  const std::size_t width = codebook.steps.size();
  for (std::size_t i = 0; i < bits.size(); i += width)
    x.push_back(start * static_cast<float>(codebook.value(bits.subspan(i, width))) / static_cast<float>(codebook.largest()));
  return x;
}

std::vector<std::uint8_t> bits_of(const Codebook& codebook, std::span<const float> x) {
  std::vector<std::uint8_t> bits;
  for (const float place : x) {
    const std::vector<std::uint8_t> nearest = codebook.nearest_bits(static_cast<double>(place) * codebook.largest());
    bits.insert(bits.end(), nearest.begin(), nearest.end());
  }
  return bits;
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
void normalise(std::span<double> slopes, std::vector<float>& force, double& ref) {
  static const double decay = env("DY_DECAY", 0.95);
  double sum = 0;
  for (const double g : slopes) sum += g * g;
  const double rms = std::sqrt(sum / static_cast<double>(std::max<std::size_t>(1, slopes.size())));
  ref = std::max(rms, decay * ref);
  force.resize(slopes.size());
  for (std::size_t i = 0; i < slopes.size(); ++i)
    force[i] = rms > 0 ? static_cast<float>(-std::clamp(slopes[i] / ref, -largest_force, largest_force)) : 0.0F;
}

}  // namespace

LayerAmplitudes::LayerAmplitudes(const LayerState& layer, const MachineConfig& machine, float start)
    : signs_only_(machine.kind == "dsb"),
      weights_(amplitudes_of(layer.layer->weights, layer.bits.weights, start), machine),
      biases_(amplitudes_of(layer.layer->bias, layer.bits.biases, start), machine),
      segments_(places_of(layer, start), machine) {}

float LayerAmplitudes::seen(const Codebook& codebook, float x) const {
  if (signs_only_) return static_cast<float>(codebook.value(codebook.nearest_bits(static_cast<double>(x) * codebook.largest())));
  return std::round(std::clamp(x, -1.0F, 1.0F) * static_cast<float>(codebook.largest()) * weight_grid) / weight_grid;
}

void LayerAmplitudes::set_parameters(LayerFields& fields, const LayerState& layer) const {
  const Layer& shape = *layer.layer;
  fields.weights.clear();
  fields.biases.clear();
  for (const float x : weights_.x) fields.weights.push_back(seen(shape.weights, x));
  for (const float x : biases_.x) fields.biases.push_back(static_cast<float>(shape.bias_unit) * seen(shape.bias, x));
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

LayerBits LayerAmplitudes::bits(const Layer& layer) const {
  return {bits_of(layer.weights, weights_.x), bits_of(layer.bias, biases_.x)};
}

void LayerAmplitudes::advance_bits(const LayerState& layer, const ParameterGradient& gradient, const LayerFields& fields,
                                   std::span<const double> input_squares, const StepRule& rule) {
  const Layer& shape = *layer.layer;
  const auto units = static_cast<std::size_t>(shape.units), width = static_cast<std::size_t>(shape.inputs);
  static const double own = env("DY_OWN", 1), out = env("DY_OUT", 1), bi = env("DY_BIAS", 1);
  std::vector<double> slopes(gradient.weights);
  if (shape.weights.bits() == 1)
    for (std::size_t j = 0; j < units; ++j)
      for (std::size_t i = 0; i < width; ++i)
        slopes[j * width + i] -= own * fields.curvature[j] * input_squares[i] * static_cast<double>(fields.weights[j * width + i]);
  std::vector<double> bias_slopes(gradient.biases);
  std::vector<float> force;
  const float of = layer.layer->is_output() ? (float)out : 1.0F;
  normalise(slopes, force, weight_rms_);
  for (float& f : force) f *= of;
  weights_.advance(force, rule);
  normalise(bias_slopes, force, bias_rms_);
  for (float& f : force) f *= of*(float)bi;
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
  static const double decay = env("DY_DECAY", 0.95);
  segment_mean_ = std::max(mean, decay * segment_mean_);
  const auto factor = static_cast<float>(mean > 0 ? sboost / segment_mean_ : 0);
  for (float& f : rises) f = -std::clamp(f * factor, -static_cast<float>(largest_force), static_cast<float>(largest_force));
  segments_.advance(rises, rule);
}

}  // namespace isinglass
