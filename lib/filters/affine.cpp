#include "filters/affine.hpp"

#include <algorithm>

namespace isinglass::filters {
namespace {

constexpr std::int64_t one = AffineMap::one;
constexpr int fraction_bits = 8;  // of a position

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

/// Calls visit(y, x) with the position that each pixel is sent to, row after row.
template <class Visit>
void for_each_position(std::int64_t rows, std::int64_t columns, const AffineMap& map, Visit&& visit) {
  for (std::int64_t y = 0; y < rows; ++y)
    for (std::int64_t x = 0; x < columns; ++x) {
      const std::int64_t twice_y = 2 * y - (rows - 1), twice_x = 2 * x - (columns - 1);  // from the centre
      visit(position(twice_y * map.yy + twice_x * map.yx + (rows - 1) * one + 2 * map.shift_y),
            position(twice_y * map.xy + twice_x * map.xx + (columns - 1) * one + 2 * map.shift_x));
    }
}

}  // namespace

void write_view(std::span<const std::uint8_t> image, std::size_t columns, const AffineMap& map,
                std::span<std::uint8_t> view) {
  const Source source(image, static_cast<std::int64_t>(columns));
  std::size_t at = 0;
  for_each_position(source.rows(), static_cast<std::int64_t>(columns), map,
                    [&](Position y, Position x) { view[at++] = source.between(y, x); });
}

View::View(const AffineMap& map, std::size_t rows, std::size_t columns)
    : rows_(rows), columns_(columns), padded_((rows + 2) * (columns + 2)) {
  const auto height = static_cast<std::int64_t>(rows), width = static_cast<std::int64_t>(columns);
  for_each_position(height, width, map, [&](Position y, Position x) {
    Source& source = sources_.emplace_back();
    if (y.pixel < -1 || y.pixel >= height || x.pixel < -1 || x.pixel >= width) return;  // a corner, which is 0
    source.place = static_cast<std::uint32_t>((y.pixel + 1) * (width + 2) + x.pixel + 1);
    source.down = static_cast<std::uint16_t>(y.fraction);
    source.right = static_cast<std::uint16_t>(x.fraction);
  });
}

void View::write(std::span<const std::uint8_t> image, std::span<std::uint8_t> view) {
  constexpr int whole = 1 << fraction_bits;
  const std::size_t stride = columns_ + 2;
  for (std::size_t y = 0; y < rows_; ++y)
    std::copy_n(image.data() + y * columns_, columns_, padded_.data() + (y + 1) * stride + 1);
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    const Source& source = sources_[i];
    const std::uint8_t *above = padded_.data() + source.place, *below = above + stride;
    const int left = whole - source.right, right = source.right;
    const int sum = (whole - source.down) * (left * above[0] + right * above[1]) +
                    source.down * (left * below[0] + right * below[1]);
    view[i] = static_cast<std::uint8_t>((sum + whole * whole / 2) / (whole * whole));
  }
}

}  // namespace isinglass::filters
