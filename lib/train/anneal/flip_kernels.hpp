#pragma once

#include "network/loss.hpp"
#include "simd/simd.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Inner loops of FIP-consistent annealing: one sample's input row against all flips of a unit at once. Exact integers,
/// the same for every vector width.
namespace isinglass::train {

/// A sample whose z lies within reach of a threshold: moving across it upwards changes the sample's loss by `jump`.
struct FlipEvent {
  std::uint32_t sample = 0;
  int distance = 0;  ///< threshold - z: a step with step x >= distance ends above the threshold
  std::int64_t jump = 0;
};

/// A sample's distance below the margin at one output, and the sign its output should have.
struct FlipShortfall {
  std::size_t sample = 0;
  int shortfall = 0, target = 1;
};

/// Input rows, [sample][length]; length is a multiple of 32.
struct EventRows {
  const std::int8_t* data = nullptr;
  std::size_t length = 0;
};

/// Replaces `near` by the samples with -reach < threshold - z <= reach, ascending.
void find_near(const std::int16_t* z, std::size_t samples, int threshold, int reach, std::vector<std::size_t>& near,
               simd::Width width = simd::cpu_width());

/// Replaces `crossed` by the samples whose z went across any of the thresholds, ascending.
void find_crossed(const std::int16_t* before, const std::int16_t* after, std::size_t samples,
                  std::span<const int> thresholds, std::vector<std::size_t>& crossed,
                  simd::Width width = simd::cpu_width());

/// z_s += step x_s over `size` samples, a multiple of 128; x null: a constant input of 1.
void shift_all(std::int16_t* z, const std::int8_t* x, int step, std::size_t size,
               simd::Width width = simd::cpu_width());

/// How far above a threshold a sample counts: 0 or 1 for window 0; else a ramp from 0 to 2 window across +-window.
[[nodiscard]] constexpr int height(int above, int window) {
  return window == 0 ? (above >= 0 ? 1 : 0) : std::clamp(above + window, 0, 2 * window);
}

/// sums[i] += sum of jump height(steps[i] x[i] - distance, window) over the events, for first <= i < last; [length].
void sum_heights(std::span<const FlipEvent> events, const EventRows& rows, std::span<const std::int16_t> steps,
                 std::size_t first, std::size_t last, int window, std::span<std::int64_t> sums,
                 simd::Width width = simd::cpu_width());

/// sums[i] += sum of f(shortfall - target steps[i] x[i]) - f(shortfall), f(m) = max(m, 0) or its square, first <= i <
/// last.
void sum_losses(std::span<const FlipShortfall> samples, const EventRows& rows, std::span<const std::int16_t> steps,
                std::size_t first, std::size_t last, bool squared, std::span<std::int64_t> sums,
                simd::Width width = simd::cpu_width());

/// Sums for a constant input.
[[nodiscard]] std::int64_t sum_bias_losses(std::span<const FlipShortfall> samples, int step, bool squared);

/// sums[i] += sum of loss(shortfall - target steps[i] x[i]) - loss(shortfall), for a loss that is looked up, first <= i
/// < last. All samples count.
void sum_losses(std::span<const FlipShortfall> samples, const EventRows& rows, std::span<const std::int16_t> steps,
                std::size_t first, std::size_t last, const network::LossTable& loss, std::span<std::int64_t> sums,
                simd::Width width = simd::cpu_width());

/// Sums for a constant input.
[[nodiscard]] std::int64_t sum_bias_losses(std::span<const FlipShortfall> samples, int step,
                                           const network::LossTable& loss);

/// Loss of one sample: `z` and wanted signs [output].
[[nodiscard]] std::int64_t looked_up_loss(std::span<const int> z, std::span<const std::int8_t> signs, int margin,
                                          const network::LossTable& loss);

/// One sample's outputs, and the two moves of an input to compare, each by its weights.
struct OutputMove {
  std::span<const int> z;
  std::span<const std::int16_t> weights;
  int low = 0, high = 0;
};

/// Loss with the input moved by `high` less that with it moved by `low`.
[[nodiscard]] std::int64_t looked_up_jump(const OutputMove& move, std::span<const std::int8_t> signs, int margin,
                                          const network::LossTable& loss);

}  // namespace isinglass::train
