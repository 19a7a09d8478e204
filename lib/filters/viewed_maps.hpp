#pragma once

#include "filters/affine.hpp"
#include "filters/bank.hpp"
#include "filters/channels.hpp"
#include "filters/maps.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace isinglass::filters {

/// The maps of filters for a block of images under each view of a shape, and of the mirror images of these.
class ViewedMaps {
public:
  /// The arguments are those of BlockMaps.
  ViewedMaps(const Shape& shape, std::span<const Filter> filters, const std::vector<bool>& wanted, int reach,
             simd::Width width);

  /// The maps that were made last.
  [[nodiscard]] const BlockMaps& maps() const { return maps_; }

  /// How many times an image is seen: under each view, and each time mirrored where the shape has that.
  [[nodiscard]] std::size_t sights() const { return (views_.empty() ? 1 : views_.size()) * (has_mirror_ ? 2 : 1); }

  /// InputError if the images are not of the shape's size.
  void expect_size(const Images& images) const;

  /// Makes the maps of images first .. first+63, or of as many as there are, as they are seen at one sight.
  void make(const Images& images, std::size_t first, std::size_t sight);

  /// Makes these maps for one sight after the other, and calls `at_maps` with each.
  void visit(const Images& images, std::size_t first, const std::function<void()>& at_maps);

private:
  void take(const Images& images, std::size_t first, std::size_t view);

  std::size_t rows_, columns_;
  bool has_mirror_;
  BlockMaps maps_;
  std::vector<View> views_;
  std::vector<std::uint8_t> viewed_;  // images of a block
};

}  // namespace isinglass::filters
