#pragma once

#include "filters/channels.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace isinglass::filters {

/// How far an affine map may be from the identity; each number is drawn uniformly within plus or minus its range.
struct AffineRanges {
  double scale = 0.06;   ///< each way on its own; 0 .. 0.5
  double shear = 0.035;  ///< shear and rotation: pixels across per pixel along; 0 .. 0.5
  double shift = 0.6;    ///< pixels, each way; 0 .. 64
  bool operator==(const AffineRanges&) const = default;
};

/// A copy of each image under an affine map of its own, to train on: [image][row][column], in the order of `images`.
/// The value at a pixel is that of the image at (I + E) (pixel - centre) + centre + t, bilinear between the four pixels
/// around, 0 outside. Positions are in units of 2^-8 pixels, and all is computed with integers: the same on any
/// machine. The map is a function of seed, `copy` and the image's number, that in `images.pixels` plus `first`, so that
/// ranks which hold parts of the images make the same copies. InputError if a range is out of bounds.
[[nodiscard]] std::vector<std::uint8_t> affine_copies(const Images& images, std::size_t columns,
                                                      const AffineRanges& ranges, std::uint64_t seed,
                                                      std::uint32_t copy, std::uint32_t first = 0);

}  // namespace isinglass::filters
