#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace isinglass::qat {

/// Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1) on latents that are clipped to [-1, 1].
class Adam {
public:
  explicit Adam(std::size_t parameters) : state_{std::vector<double>(parameters), std::vector<double>(parameters), 0} {}

  /// One step. `gradient` is the exact sum over a batch; `unit` turns it into a mean of real numbers.
  void step(std::span<double> latents, std::span<const std::int64_t> gradient, double unit, double learning_rate);

  /// The two moments of each parameter, and the steps they were taken over: all that the next step needs.
  struct State {
    std::vector<double> mean, square;
    std::int64_t steps = 0;
  };
  [[nodiscard]] const State& state() const { return state_; }
  void set_state(State state) { state_ = std::move(state); }

private:
  State state_;
};

/// Decay from `peak` to 0 along half a cosine, for step `step` of `steps`.
[[nodiscard]] double cosine_rate(double peak, std::int64_t step, std::int64_t steps);

}  // namespace isinglass::qat
