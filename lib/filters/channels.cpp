#include "filters/channels.hpp"

#include "filters/kernels.hpp"

#include <algorithm>
#include <array>

namespace isinglass::filters {
namespace {

using Table = std::array<std::uint8_t, 256>;

const Table& linear_levels() {
  static const Table table = [] {
    Table levels{};
    for (std::size_t p = 0; p < levels.size(); ++p) levels[p] = static_cast<std::uint8_t>(p * largest_stored / 255);
    return levels;
  }();
  return table;
}

/// 31 sqrt(p / 255) rounds to k from (k - 1/2)^2 <= 961 p / 255 on: 255 (2k - 1)^2 <= 3844 p.
const Table& square_root_table() {
  static const Table table = [] {
    Table levels{};
    std::size_t k = 0;
    for (std::size_t p = 0; p < levels.size(); ++p) {
      while (255 * (2 * k + 1) * (2 * k + 1) <= 3844 * p) ++k;
      levels[p] = static_cast<std::uint8_t>(k);
    }
    return levels;
  }();
  return table;
}

std::vector<std::uint8_t> looked_up(std::span<const std::uint8_t> image, const Table& table) {
  std::vector<std::uint8_t> levels(image.size());
  std::ranges::transform(image, levels.begin(), [&](std::uint8_t p) { return table[p]; });
  return levels;
}

std::vector<std::uint8_t> boxes(std::span<const std::uint8_t> image, std::size_t columns) {
  std::vector<std::uint8_t> levels(image.size());
  std::vector<unsigned> pairs(columns + 1);  // of a row and the next, and nothing beyond the last column
  for (std::size_t i = 0; i < image.size(); i += columns) {
    const bool is_last_row = i + columns == image.size();
    for (std::size_t x = 0; x < columns; ++x) pairs[x] = image[i + x] + (is_last_row ? 0U : image[i + columns + x]);
    for (std::size_t x = 0; x < columns; ++x)
      levels[i + x] = static_cast<std::uint8_t>((pairs[x] + pairs[x + 1]) * largest_stored / (4 * 255));
  }
  return levels;
}

/// Sums over the 7x7 surrounds of the pixels of a row.
class Surround {
public:
  Surround(std::span<const std::uint8_t> image, std::size_t columns)
      : image_(image), columns_(columns), rows_(image.size() / columns), sums_(columns), squares_(columns) {
    for (std::size_t row = 0; row < std::min<std::size_t>(reach, rows_); ++row) add(row, 1);
  }

  /// Moves on to a row, from the one before; 49 p - sum and 49 sum of squares - sum^2 of its pixels.
  void move_to(std::size_t row, std::int32_t* above_mean, std::int32_t* variance) {
    if (row + reach < rows_) add(row + reach, 1);
    if (row > reach) add(row - reach - 1, -1);
    std::int32_t sum = 0, squares = 0;
    for (std::size_t x = 0; x < columns_ + reach; ++x) {
      if (x < columns_) sum += sums_[x], squares += squares_[x];
      if (x > 2 * reach) sum -= sums_[x - 2 * reach - 1], squares -= squares_[x - 2 * reach - 1];
      if (x < reach) continue;
      above_mean[x - reach] = 49 * image_[row * columns_ + x - reach] - sum;
      variance[x - reach] = 49 * squares - sum * sum;
    }
  }

private:
  static constexpr std::size_t reach = 3;

  void add(std::size_t row, std::int32_t sign) {
    for (std::size_t x = 0; x < columns_; ++x) {
      const std::int32_t p = image_[row * columns_ + x];
      sums_[x] += sign * p;
      squares_[x] += sign * p * p;
    }
  }

  std::span<const std::uint8_t> image_;
  std::size_t columns_, rows_;
  std::vector<std::int32_t> sums_, squares_;  // of seven rows, by column
};

std::vector<std::uint8_t> contrasts(std::span<const std::uint8_t> image, std::size_t columns, simd::Width width) {
  const std::size_t padded = simd::padded(image.size(), contrast_block);
  std::vector<std::int32_t> above_mean(padded), variance(padded);
  Surround surround(image, columns);
  for (std::size_t i = 0; i < image.size(); i += columns)
    surround.move_to(i / columns, above_mean.data() + i, variance.data() + i);
  std::vector<std::uint8_t> stored(padded);
  store_contrasts(above_mean, variance, stored, width);
  stored.resize(image.size());
  return stored;
}

}  // namespace

std::vector<std::uint8_t> stored_channel(Channel channel, std::span<const std::uint8_t> image, std::size_t columns,
                                         simd::Width width) {
  switch (channel) {
    case Channel::pixels:
      return looked_up(image, linear_levels());
    case Channel::box:
      return boxes(image, columns);
    case Channel::contrast:
      return contrasts(image, columns, width);
    case Channel::square_root:
      return looked_up(image, square_root_table());
  }
  return {};
}

std::vector<std::uint8_t> mirrored(std::span<const std::uint8_t> image, std::size_t columns) {
  std::vector<std::uint8_t> result(image.begin(), image.end());
  for (std::size_t i = 0; i < result.size(); i += columns)
    std::reverse(result.begin() + static_cast<std::ptrdiff_t>(i),
                 result.begin() + static_cast<std::ptrdiff_t>(i + columns));
  return result;
}

}  // namespace isinglass::filters
