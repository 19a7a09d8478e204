#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::qat {

/// Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1) on latents that are clipped to [-1, 1].
class Adam {
public:
  explicit Adam(std::size_t parameters) : mean_(parameters), square_(parameters) {}

  /// One step. `gradient` is the exact sum over a batch; `unit` turns it into a mean of real numbers.
  void step(std::span<double> latents, std::span<const std::int64_t> gradient, double unit, double learning_rate);

private:
  std::vector<double> mean_, square_;
  std::int64_t steps_ = 0;
};

/// Decay from `peak` to 0 along half a cosine, for step `step` of `steps`.
[[nodiscard]] double cosine_rate(double peak, std::int64_t step, std::int64_t steps);

}  // namespace isinglass::qat
