#pragma once

#include "filters/bank.hpp"
#include "filters/channels.hpp"
#include "filters/viewed_maps.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::filters {

/// Makes the features of images by a bank: 64 images at a time, whose maps, and then all units, are in the cache
/// meanwhile. Its own memory is a few MB and 256 bytes for each feature, and does not grow with the images.
class FeatureMaker {
public:
  /// InputError if the bank does not pass `check`.
  explicit FeatureMaker(const Bank& bank, simd::Width width = simd::cpu_width());
  FeatureMaker(const FeatureMaker&) = delete;  // units point into the maps
  FeatureMaker& operator=(const FeatureMaker&) = delete;

  [[nodiscard]] std::size_t count() const { return features_; }  ///< features of an image

  /// Writes feature f of image i to features[f * stride + i]; what lies between images and stride stays as it is.
  /// InputError if the images are not of the bank's size.
  void make(const Images& images, std::span<std::int8_t> features, std::size_t stride);

private:
  /// Adds the levels of all units on the present maps to the features of a block, which begins at image `place` of the
  /// group.
  void add_levels_of_units(std::size_t place);

  Shape shape_;
  std::vector<std::int8_t> centers_;
  simd::Width width_;
  ViewedMaps viewed_;
  std::size_t features_, padded_columns_;
  std::vector<std::vector<LiteralWords>> units_;
  std::vector<LevelPart> parts_;
  simd::AlignedVector<std::uint64_t> conjunction_, planes_;
  simd::AlignedVector<std::uint8_t> counts_;
  simd::AlignedVector<std::int8_t> group_;  // [feature][image of the group]
};

/// Sums over images, exact, to be added up over ranks.
struct FeatureSums {
  std::vector<std::int64_t> values, squares;  ///< [feature]
};

/// Sums over the first `images` images of `features`, which make() wrote.
[[nodiscard]] FeatureSums sum_features(std::span<const std::int8_t> features, std::size_t stride, std::size_t images);

/// The rounded mean of each feature, halves upward, from sums over all training images without centers.
[[nodiscard]] std::vector<std::int8_t> centers_of(const FeatureSums& sums, std::size_t images);

/// images^2 times the variance summed over the features: exact, and the same with centers as without.
[[nodiscard]] std::int64_t scaled_variance(const FeatureSums& sums, std::size_t images);

}  // namespace isinglass::filters
