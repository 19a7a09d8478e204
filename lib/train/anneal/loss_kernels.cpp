#include "train/anneal/loss_kernels.hpp"

#include "base/vector_clones.hpp"

namespace isinglass {

namespace {

constexpr std::size_t vector_length = 32;  // rows are padded to this, and padding has steps of 0

/// Losses after each of the flips from .. to - 1; `loss` is that of the shortfall `origin` and follows. Those before the flip
/// are for the caller to subtract.
ISINGLASS_VECTOR void add_losses(std::span<const FlipShortfall> samples, const EventRows& rows, const std::int16_t* steps,
                                 std::size_t from, std::size_t to, const std::int32_t* loss, int origin, std::int64_t* sums) {
  for (const FlipShortfall& sample : samples) {
    const std::int8_t* x = rows.data + sample.sample * rows.length;
    const int shortfall = sample.shortfall - origin, target = sample.target;
    for (std::size_t i = from; i < to; ++i) sums[i] += loss[shortfall - target * (steps[i] * x[i])];
  }
}

}  // namespace

void sum_losses(std::span<const FlipShortfall> samples, const EventRows& rows, std::span<const std::int16_t> steps,
                std::size_t first, std::size_t last, const LossTable& loss, std::span<std::int64_t> sums) {
  const std::size_t from = first / vector_length * vector_length,
                    to = (last + vector_length - 1) / vector_length * vector_length;
  std::int64_t before = 0;
  for (const FlipShortfall& sample : samples) before += loss.at(sample.shortfall);
  add_losses(samples, rows, steps.data(), from, to, loss.data(), loss.first(), sums.data());
  for (std::size_t i = from; i < to; ++i) sums[i] -= before;
}

std::int64_t sum_bias_losses(std::span<const FlipShortfall> samples, int step, const LossTable& loss) {
  std::int64_t sum = 0;
  for (const FlipShortfall& sample : samples)
    sum += loss.at(sample.shortfall - sample.target * step) - loss.at(sample.shortfall);
  return sum;
}

std::int64_t looked_up_loss(std::span<const int> z, std::span<const std::int8_t> signs, int margin, const LossTable& loss) {
  std::int64_t sum = 0;
  for (std::size_t c = 0; c < z.size(); ++c) sum += loss.at(margin - signs[c] * z[c]);
  return sum;
}

std::int64_t looked_up_jump(const OutputMove& move, std::span<const std::int8_t> signs, int margin, const LossTable& loss) {
  std::int64_t sum = 0;
  for (std::size_t c = 0; c < move.z.size(); ++c) {
    const int shortfall = margin - signs[c] * move.z[c], weight = signs[c] * move.weights[c];
    sum += loss.at(shortfall - weight * move.high) - loss.at(shortfall - weight * move.low);
  }
  return sum;
}

}  // namespace isinglass
