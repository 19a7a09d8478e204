#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::filters {

/// An affine map of image positions, in units of 2^-16: the identity is {65536, 0, 0, 65536, 0, 0}. The position p is
/// sent to ((yy, yx), (xy, xx)) (p - centre) + centre + (shift_y, shift_x), rows first; shifts are in pixels.
struct AffineMap {
  static constexpr std::int64_t one = 65536;
  std::int64_t yy = one, yx = 0, xy = 0, xx = one, shift_y = 0, shift_x = 0;
  bool operator==(const AffineMap&) const = default;
};

/// Writes the image whose value at a pixel is that of `image` at the position that `map` sends the pixel to: bilinear
/// between the four pixels around, at positions rounded downward to 2^-8 pixels, 0 outside. All with integers: the same
/// on any machine. `view` has the size of `image`, whose rows have `columns` pixels.
void write_view(std::span<const std::uint8_t> image, std::size_t columns, const AffineMap& map,
                std::span<std::uint8_t> view);

/// Writes the views of many images of one size under one map, the same ones as write_view, but faster.
class View {
public:
  View(const AffineMap& map, std::size_t rows, std::size_t columns);

  void write(std::span<const std::uint8_t> image, std::span<std::uint8_t> view);

private:
  /// The upper left one of four pixels of the padded image, and how far to the others the position is, in 256ths.
  struct Source {
    std::uint32_t place = 0;
    std::uint16_t down = 0, right = 0;
  };

  std::size_t rows_, columns_;
  std::vector<Source> sources_;       // [row][column]
  std::vector<std::uint8_t> padded_;  // by a pixel of 0 on every side
};

}  // namespace isinglass::filters
