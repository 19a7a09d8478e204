#include "readout/loops.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>

namespace isinglass::readout {

namespace {

using Row = std::array<std::int32_t, block_images>;

/// Largest score of a block over the classes other than a and b.
inline void other_scores(const ScoreView& scores, std::size_t block, std::size_t a, std::size_t b, Row& top) {
  top.fill(std::numeric_limits<std::int32_t>::min() / 2);
  for (std::size_t k = 0; k < scores.classes; ++k) {
    if (k == a || k == b) continue;
    const std::int32_t* row = scores.row(k) + block;
    for (std::size_t i = 0; i < block_images; ++i) top[i] = std::max(top[i], row[i]);
  }
}

std::int64_t step_change_loop(const std::int16_t* excess, const std::int16_t* highest, std::size_t begin,
                              std::size_t end, int step) {
  std::int64_t sum = 0;
  for (std::size_t block = begin; block < end; block += block_images) {
    if (highest[block / block_images] <= -std::abs(step)) continue;
    std::int32_t part = 0;
    for (std::size_t i = block; i < block + block_images; ++i)
      part += std::max(0, excess[i] + step) - std::max(0, int{excess[i]});
    sum += part;
  }
  return sum;
}

void add_difference_loop(std::int32_t* __restrict scores, const std::int16_t* __restrict after,
                         const std::int16_t* __restrict before, std::size_t begin, std::size_t end, int sign) {
  for (std::size_t block = begin; block < end; block += block_images)
    for (std::size_t i = block; i < block + block_images; ++i) scores[i] += sign * (after[i] - before[i]);
}

std::int64_t total_loss_loop(ScoreView scores, std::size_t begin, std::size_t count, std::size_t y) {
  Row top;
  std::int64_t sum = 0;
  for (std::size_t at = 0; at < count; at += block_images) {
    other_scores(scores, begin + at, y, y, top);
    const std::int32_t* own = scores.row(y) + begin + at;
    for (std::size_t i = 0; i < std::min(block_images, count - at); ++i)
      sum += std::max(0, scores.twice_margin - own[i] + top[i]);
  }
  return sum;
}

FeatureSums feature_sums_loop(const std::int8_t* x, std::size_t begin, std::size_t end) {
  FeatureSums result;
  for (std::size_t block = begin; block < end; block += block_images) {
    std::int32_t sum = 0, squares = 0, largest = 0;
    for (std::size_t i = block; i < block + block_images; ++i) {
      const std::int32_t value = x[i];
      sum += value;
      squares += value * value;
      largest = std::max(largest, std::max(value, -value));
    }
    result.sum += sum;
    result.squares += squares;
    result.largest = std::max(result.largest, largest);
  }
  return result;
}

}  // namespace

std::int64_t step_change(const std::int16_t* excess, const std::int16_t* highest, std::size_t begin, std::size_t end,
                         int step, simd::Width width) {
  return simd::run<step_change_loop>(width, excess, highest, begin, end, step);
}

void add_difference(std::int32_t* scores, const std::int16_t* after, const std::int16_t* before, std::size_t begin,
                    std::size_t end, int sign, simd::Width width) {
  simd::run<add_difference_loop>(width, scores, after, before, begin, end, sign);
}

std::int64_t total_loss(const ScoreView& scores, const ClassLayout& layout, simd::Width width) {
  std::int64_t sum = 0;
  for (std::size_t y = 0; y < layout.classes(); ++y)
    sum += simd::run<total_loss_loop>(width, scores, layout.begin(y), layout.count(y), y);
  return sum;
}

FeatureSums feature_sums(const std::int8_t* x, std::size_t begin, std::size_t end, simd::Width width) {
  return simd::run<feature_sums_loop>(width, x, begin, end);
}

}  // namespace isinglass::readout
