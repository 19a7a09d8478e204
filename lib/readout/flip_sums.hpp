#pragma once

#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace isinglass::readout {

/// Blocks of images, each by its first image.
using BlockList = std::span<const std::uint32_t>;

/// For each of `columns` (features, [image]): the sum over the blocks of max(direction 2 x, gap - 128), plus 128 per
/// image. gap [image] is 128 + how far an image's loss is below the point from which it grows, limited to 0 .. 255. The
/// difference to the sum of a column of zeros is the exact change of the loss where all scores move by direction 2 x,
/// as long as |2 x| <= 127. Adds to `sums` [column]. direction: -1 or 1.
void add_flip_sums(const std::uint8_t* gap, BlockList blocks, std::span<const std::int8_t* const> columns,
                   int direction, std::span<std::int64_t> sums, simd::Width width);

}  // namespace isinglass::readout
