#pragma once

#include "readout/problem.hpp"
#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

/// Loops over blocks of 64 images. Exact integers, the same for every vector width.
namespace isinglass::readout {

/// Scores [class][stride] of this rank with what they are compared by.
struct ScoreView {
  const std::int32_t* data = nullptr;
  std::size_t classes = 0, stride = 0;
  std::int32_t twice_margin = 0;

  [[nodiscard]] const std::int32_t* row(std::size_t c) const { return data + c * stride; }
};

/// Sum over the images from `begin` to `end` of max(0, excess + step) - max(0, excess); `highest` [block] excess. A
/// step within 16 bits.
[[nodiscard]] std::int64_t step_change(const std::int16_t* excess, const std::int16_t* highest, std::size_t begin,
                                       std::size_t end, int step, simd::Width width);

/// scores [image] += sign (after [image] - before [image]), for images from `begin` to `end`.
void add_difference(std::int32_t* scores, const std::int16_t* after, const std::int16_t* before, std::size_t begin,
                    std::size_t end, int sign, simd::Width width);

/// Loss of this rank's images.
[[nodiscard]] std::int64_t total_loss(const ScoreView& scores, const ClassLayout& layout, simd::Width width);

/// scores [output][stride] += sum of w_cf x_f. The features may be of any images.
void add_products(const FeatureView& features, const Readout& readout, std::int32_t* scores, simd::Width width);

/// Sum, sum of squares and largest magnitude of a feature.
struct FeatureSums {
  std::int64_t sum = 0, squares = 0;
  int largest = 0;
};
/// Sums over the images from `begin` to `end`, a multiple of 64 of them.
[[nodiscard]] FeatureSums feature_sums(const std::int8_t* x, std::size_t begin, std::size_t end, simd::Width width);

}  // namespace isinglass::readout
