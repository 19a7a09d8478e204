#pragma once

#include "network/loss.hpp"
#include "train/anneal/flip_kernels.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

/// What flip_kernels.hpp and NetworkState compute for the hinges, for losses that are looked up. Exact integers.
namespace isinglass {

/// sums[i] += sum of loss(shortfall - target steps[i] x[i]) - loss(shortfall), first <= i < last. All samples count.
void sum_losses(std::span<const FlipShortfall> samples, const EventRows& rows, std::span<const std::int16_t> steps,
                std::size_t first, std::size_t last, const LossTable& loss, std::span<std::int64_t> sums);

/// The same for a constant input.
[[nodiscard]] std::int64_t sum_bias_losses(std::span<const FlipShortfall> samples, int step, const LossTable& loss);

/// Loss of one sample: `z` and wanted signs [output].
[[nodiscard]] std::int64_t looked_up_loss(std::span<const int> z, std::span<const std::int8_t> signs, int margin,
                                          const LossTable& loss);

/// One sample's outputs, and the two moves of an input to compare, each by its weights.
struct OutputMove {
  std::span<const int> z;
  std::span<const std::int16_t> weights;
  int low = 0, high = 0;
};

/// Loss with the input moved by `high` less that with it moved by `low`.
[[nodiscard]] std::int64_t looked_up_jump(const OutputMove& move, std::span<const std::int8_t> signs, int margin,
                                          const LossTable& loss);

}  // namespace isinglass
