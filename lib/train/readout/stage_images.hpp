#pragma once

#include "filters/bank.hpp"
#include "filters/channels.hpp"
#include "readout/problem.hpp"
#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::train {

/// Images with their labels, as one rank holds them.
struct LabelledPixels {
  std::vector<std::uint8_t> pixels;  ///< [image][pixel]
  std::vector<std::uint8_t> labels;  ///< [image]
  std::size_t size = 0;              ///< pixels of an image
  std::size_t classes = 2;

  [[nodiscard]] std::size_t count() const { return labels.size(); }
};

/// The numbers of all images, class after class.
[[nodiscard]] std::vector<std::uint32_t> by_class(const LabelledPixels& images);

/// Images by class, each class in an order and padded to whole blocks: their places.
class PlacedImages {
public:
  /// `order`: numbers of all images, class after class.
  PlacedImages(const LabelledPixels& images, std::span<const std::uint32_t> order);

  [[nodiscard]] const readout::ClassLayout& layout() const { return layout_; }
  /// The number of the image at a place that is no padding.
  [[nodiscard]] std::uint32_t image_at(std::size_t place) const { return images_[place]; }
  /// The images of a class in their places.
  [[nodiscard]] std::span<const std::uint32_t> of_class(std::size_t y) const {
    return std::span(images_).subspan(layout_.begin(y), layout_.count(y));
  }

  /// Scores [class][image] in their places, [class][stride], and the way back.
  [[nodiscard]] std::vector<std::int32_t> to_places(std::span<const std::int32_t> scores) const;
  [[nodiscard]] std::vector<std::int32_t> to_images(std::span<const std::int32_t> scores) const;

  /// How many of the images with a number below `limit` have their largest score where they belong.
  [[nodiscard]] std::int64_t count_correct(std::span<const std::int32_t> scores, std::size_t limit) const;

private:
  template <class Visit>
  void for_each_place(Visit&& visit) const;

  readout::ClassLayout layout_;
  std::vector<std::uint32_t> images_;  // [place], of padding any
};

/// Placed images with their features by one bank: what a readout is annealed on. 1 byte per feature and place.
struct StageImages {
  StageImages(const LabelledPixels& images, std::span<const std::uint32_t> order, const filters::Bank& bank);

  [[nodiscard]] readout::FeatureView view() const { return {features.data(), count, places.layout().stride()}; }

  PlacedImages places;
  std::size_t count = 0;  ///< of features
  simd::AlignedVector<std::int8_t> features;
};

}  // namespace isinglass::train
