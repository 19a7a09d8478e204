#pragma once

#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace isinglass::readout {

/// Blocks of images, each by its first image.
using BlockList = std::span<const std::uint32_t>;

/// A flip: the score moves by 2 direction x.
struct Flip {
  const std::int8_t* x = nullptr;  ///< its feature, [image]
  int direction = 1;               ///< -1, +1
};

/// sums [flip] += sum over the images of the blocks of max(sign direction 2 x, g) - max(0, g), where g = gap [image] -
/// 128 is how far an image's loss is below the point from which it grows with the score, limited to -128 .. 127: the
/// exact change of the loss, as long as |2 x| <= 127.
void add_flip_sums(const std::uint8_t* gap, BlockList blocks, std::span<const Flip> flips, int sign,
                   std::span<std::int64_t> sums, simd::Width width);

}  // namespace isinglass::readout
