#pragma once

#include "filters/bank.hpp"
#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// The channels of an image with pixels p of 0 .. 255, each an image of the same size with 32 levels or fewer.
///   pixels       floor(31 p / 255)                              0 .. 31
///   box          floor(31 m / 255), m the mean of the pixel, its right and its lower neighbour and the one between
///                them, those outside the image being 0           0 .. 31
///   contrast     round(7 (p - m) / (s + 16)), halves upward, cut to -15 .. 15; m and s are mean and standard deviation
///                of the 49 pixels of the 7x7 surround, those outside the image being 0
///   square_root  round(31 sqrt(p / 255))                        0 .. 31
/// The contrast is 7 N / (sqrt(V) + 784) with N = 49 p - sum and V = 49 sum of squares - sum^2. A quotient of this form
/// that is no half integer is farther from one than doubles err, so that rounding it is exact.
namespace isinglass::filters {

inline constexpr int largest_stored = 31;

/// Values are stored plus this, as 0 .. 31.
[[nodiscard]] constexpr int stored_zero(Channel channel) { return channel == Channel::contrast ? 15 : 0; }

/// Images of one size in memory of another, as they are or in an order.
struct Images {
  std::span<const std::uint8_t> pixels;    ///< [image][row][column]
  std::size_t size = 0;                    ///< pixels of an image
  std::span<const std::uint32_t> order{};  ///< numbers of images in `pixels`; empty for all as they lie

  [[nodiscard]] std::size_t count() const { return order.empty() ? pixels.size() / size : order.size(); }
  [[nodiscard]] std::span<const std::uint8_t> operator[](std::size_t i) const {
    return pixels.subspan((order.empty() ? i : order[i]) * size, size);
  }
};

/// A channel of an image of `columns` columns, stored, [row][column].
[[nodiscard]] std::vector<std::uint8_t> stored_channel(Channel channel, std::span<const std::uint8_t> image,
                                                       std::size_t columns, simd::Width width = simd::cpu_width());

/// The image mirrored left to right.
[[nodiscard]] std::vector<std::uint8_t> mirrored(std::span<const std::uint8_t> image, std::size_t columns);

}  // namespace isinglass::filters
