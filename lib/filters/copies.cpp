#include "filters/copies.hpp"

#include "base/error.hpp"
#include "base/random.hpp"

#include <cmath>
#include <span>

namespace isinglass::filters {
namespace {

constexpr std::int64_t one = 65536;  // units of coefficients: 2^-16
constexpr int fraction_bits = 8;     // of a position

/// Entries of a map, in units of 2^-16.
struct Affine {
  std::int64_t yy, yx, xy, xx, shift_y, shift_x;
};

Affine drawn_map(const AffineRanges& ranges, std::uint64_t seed, std::uint32_t copy, std::uint32_t image) {
  const auto part = [](double range, std::uint32_t word) {
    return static_cast<std::int64_t>(std::floor(range * (2 * uniform(word) - 1) * static_cast<double>(one) + 0.5));
  };
  const auto four = draw(seed, Stream::copy, copy, image, 0), two = draw(seed, Stream::copy, copy, image, 1);
  return {one + part(ranges.scale, four[0]), part(ranges.shear, four[1]), part(ranges.shear, four[2]),
          one + part(ranges.scale, four[3]), part(ranges.shift, two[0]),  part(ranges.shift, two[1])};
}

/// A coordinate in the source as whole pixels and 256ths.
struct Position {
  std::int64_t pixel;
  int fraction;
};

/// From twice the coordinate in units of 2^-16, rounded downward.
Position position(std::int64_t twice) {
  constexpr int bits = 17;
  return {twice >> bits, static_cast<int>((twice & ((std::int64_t{1} << bits) - 1)) >> (bits - fraction_bits))};
}

class Source {
public:
  Source(std::span<const std::uint8_t> pixels, std::int64_t columns)
      : pixels_(pixels), rows_(static_cast<std::int64_t>(pixels.size()) / columns), columns_(columns) {}

  [[nodiscard]] std::int64_t rows() const { return rows_; }

  [[nodiscard]] std::uint8_t between(Position y, Position x) const {
    constexpr int whole = 1 << fraction_bits;
    const auto row = [&](std::int64_t at) {
      return (whole - x.fraction) * value(at, x.pixel) + x.fraction * value(at, x.pixel + 1);
    };
    const int sum = (whole - y.fraction) * row(y.pixel) + y.fraction * row(y.pixel + 1);
    return static_cast<std::uint8_t>((sum + whole * whole / 2) / (whole * whole));
  }

private:
  [[nodiscard]] int value(std::int64_t y, std::int64_t x) const {
    return 0 <= y && y < rows_ && 0 <= x && x < columns_ ? pixels_[static_cast<std::size_t>(y * columns_ + x)] : 0;
  }

  std::span<const std::uint8_t> pixels_;
  std::int64_t rows_, columns_;
};

void write_copy(const Source& source, std::int64_t columns, const Affine& map, std::span<std::uint8_t> copy) {
  const std::int64_t last_row = source.rows() - 1, last_column = columns - 1;
  std::size_t at = 0;
  for (std::int64_t y = 0; y <= last_row; ++y)
    for (std::int64_t x = 0; x <= last_column; ++x) {
      const std::int64_t twice_y = 2 * y - last_row, twice_x = 2 * x - last_column;  // from the centre
      copy[at++] = source.between(position(twice_y * map.yy + twice_x * map.yx + last_row * one + 2 * map.shift_y),
                                  position(twice_y * map.xy + twice_x * map.xx + last_column * one + 2 * map.shift_x));
    }
}

}  // namespace

std::vector<std::uint8_t> affine_copies(const Images& images, std::size_t columns, const AffineRanges& ranges,
                                        std::uint64_t seed, std::uint32_t copy, std::uint32_t first) {
  const auto is_within = [](double range, double limit) { return 0 <= range && range <= limit; };
  if (!is_within(ranges.scale, 0.5) || !is_within(ranges.shear, 0.5) || !is_within(ranges.shift, 64))
    throw InputError("copies of images: scale and shear must be 0 to 0.5, shift 0 to 64 pixels");
  std::vector<std::uint8_t> copies(images.count() * images.size);
  for (std::size_t i = 0; i < images.count(); ++i) {
    const std::uint32_t number = first + (images.order.empty() ? static_cast<std::uint32_t>(i) : images.order[i]);
    write_copy(Source(images[i], static_cast<std::int64_t>(columns)), static_cast<std::int64_t>(columns),
               drawn_map(ranges, seed, copy, number), std::span(copies).subspan(i * images.size, images.size));
  }
  return copies;
}

}  // namespace isinglass::filters
