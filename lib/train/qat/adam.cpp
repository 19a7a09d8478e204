#include "train/qat/adam.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace isinglass::qat {

void Adam::step(std::span<double> latents, std::span<const std::int64_t> gradient, double unit, double learning_rate) {
  constexpr double decay = 0.9, square_decay = 0.999, floor = 1e-8;
  auto& [mean, square, steps] = state_;
  ++steps;
  const auto t = static_cast<double>(steps);
  const double rate = learning_rate * std::sqrt(1 - std::pow(square_decay, t)) / (1 - std::pow(decay, t));
  for (std::size_t i = 0; i < latents.size(); ++i) {
    const double g = static_cast<double>(gradient[i]) * unit;
    mean[i] = decay * mean[i] + (1 - decay) * g;
    square[i] = square_decay * square[i] + (1 - square_decay) * g * g;
    latents[i] = std::clamp(latents[i] - rate * mean[i] / (std::sqrt(square[i]) + floor), -1.0, 1.0);
  }
}

double cosine_rate(double peak, std::int64_t step, std::int64_t steps) {
  return peak * 0.5 * (1 + std::cos(std::numbers::pi * static_cast<double>(step) / static_cast<double>(steps)));
}

}  // namespace isinglass::qat
