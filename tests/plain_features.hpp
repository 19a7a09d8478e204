#pragma once

#include "filters/bank.hpp"
#include "namespaces.hpp"
#include "random_words.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

/// Filter layers as their definitions read, one image at a time, and random small ones.
namespace isinglass::testing {

/// An image as a function of row and column; 0 outside.
class PlainImage {
public:
  PlainImage(std::span<const std::uint8_t> pixels, int rows, int columns)
      : pixels_(pixels), rows_(rows), columns_(columns) {}

  int pixel(int y, int x) const {
    if (y < 0 || y >= rows_ || x < 0 || x >= columns_) return 0;
    return pixels_[static_cast<std::size_t>(y * columns_ + x)];
  }

  int value(Channel channel, int y, int x) const {
    if (y < 0 || y >= rows_ || x < 0 || x >= columns_) return 0;
    switch (channel) {
      case Channel::pixels:
        return pixel(y, x) * 31 / 255;
      case Channel::box:
        return (pixel(y, x) + pixel(y, x + 1) + pixel(y + 1, x) + pixel(y + 1, x + 1)) * 31 / (4 * 255);
      case Channel::contrast:
        return contrast(y, x);
      case Channel::square_root:
        return static_cast<int>(std::floor(31 * std::sqrt(pixel(y, x) / 255.0L) + 0.5L));
    }
    return 0;
  }

private:
  int contrast(int y, int x) const {
    long double mean = 0, variance = 0;
    for (int i = -3; i <= 3; ++i)
      for (int j = -3; j <= 3; ++j) mean += pixel(y + i, x + j) / 49.0L;
    for (int i = -3; i <= 3; ++i)
      for (int j = -3; j <= 3; ++j) variance += std::pow(pixel(y + i, x + j) - mean, 2.0L) / 49.0L;
    const long double value = 7 * (pixel(y, x) - mean) / (std::sqrt(variance) + 16);
    return std::clamp(static_cast<int>(std::floor(value + 0.5L + 1e-15L)), -15, 15);
  }

  std::span<const std::uint8_t> pixels_;
  int rows_, columns_;
};

/// The layer on one image.
class PlainLayer {
public:
  PlainLayer(const Bank& bank, std::span<const std::uint8_t> pixels)
      : bank_(bank), image_(pixels, bank.shape.rows, bank.shape.columns) {
    for (const Filter& filter : bank.filters) {
      auto& map = maps_.emplace_back();
      for (int y = 0; y < bank.shape.map_rows.size(); ++y)
        for (int x = 0; x < bank.shape.map_columns.size(); ++x) map.push_back(bit(filter, y, x));
    }
  }

  std::vector<int> levels() const {
    std::vector<int> result;
    for (const Unit& unit : bank_.units)
      for (const Range& rows : bank_.shape.row_windows)
        for (const Range& columns : bank_.shape.column_windows) {
          std::size_t count = 0;
          for (int y = rows.first; y < rows.last; ++y)
            for (int x = columns.first; x < columns.last; ++x) count += is_true(unit, y, x) ? 1 : 0;
          result.push_back(bank_.shape.levels[count]);
        }
    return result;
  }

  bool is_true(const Unit& unit, int y, int x) const {
    return std::ranges::all_of(unit.literals, [&](const Literal& literal) {
      const Shape& shape = bank_.shape;
      const int at_y = std::clamp(y + literal.dy, 0, shape.map_rows.size() - 1);
      const int at_x = std::clamp(x + literal.dx, 0, shape.map_columns.size() - 1);
      bool value = false;
      const int around = literal.widened ? 1 : 0;
      for (int i = -around; i <= around; ++i)
        for (int j = -around; j <= around; ++j) value = value || map(literal.filter, at_y + i, at_x + j);
      return value != literal.negated;
    });
  }

private:
  bool bit(const Filter& filter, int y, int x) const {
    const int half = (filter.side - 1) * filter.dilation / 2;
    int sum = 0;
    for (int i = 0; i < filter.side; ++i)
      for (int j = 0; j < filter.side; ++j) {
        const int value = image_.value(filter.channel, bank_.shape.map_rows.first + y + i * filter.dilation - half,
                                       bank_.shape.map_columns.first + x + j * filter.dilation - half);
        sum += filter.is_plus[static_cast<std::size_t>(i * filter.side + j)] != 0 ? value : -value;
      }
    return sum > filter.threshold;
  }

  bool map(int filter, int y, int x) const {
    const int rows = bank_.shape.map_rows.size(), columns = bank_.shape.map_columns.size();
    if (y < 0 || y >= rows || x < 0 || x >= columns) return false;
    return maps_[static_cast<std::size_t>(filter)][static_cast<std::size_t>(y * columns + x)];
  }

  const Bank& bank_;
  PlainImage image_;
  std::vector<std::vector<bool>> maps_;
};

/// The image under an affine map, in real numbers where the library has integers.
inline std::vector<std::uint8_t> plain_view(std::span<const std::uint8_t> pixels, int rows, int columns,
                                            const AffineMap& map) {
  const PlainImage image(pixels, rows, columns);
  std::vector<std::uint8_t> view;
  constexpr double one = AffineMap::one;
  const double centre_y = (rows - 1) / 2.0, centre_x = (columns - 1) / 2.0;
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < columns; ++column) {
      const double dy = row - centre_y, dx = column - centre_x;
      const auto floor256 = [](double value) { return std::floor(value * 256) / 256; };
      const auto moved = [&](std::int64_t by_y, std::int64_t by_x, std::int64_t shift) {
        return (static_cast<double>(by_y) * dy + static_cast<double>(by_x) * dx + static_cast<double>(shift)) / one;
      };
      const double y = floor256(moved(map.yy, map.yx, map.shift_y) + centre_y);
      const double x = floor256(moved(map.xy, map.xx, map.shift_x) + centre_x);
      const int top = static_cast<int>(std::floor(y)), left = static_cast<int>(std::floor(x));
      const double down = y - top, right = x - left;
      const double value = (1 - down) * ((1 - right) * image.pixel(top, left) + right * image.pixel(top, left + 1)) +
                           down * ((1 - right) * image.pixel(top + 1, left) + right * image.pixel(top + 1, left + 1));
      view.push_back(static_cast<std::uint8_t>(std::floor(value + 0.5)));
    }
  return view;
}

inline std::vector<std::uint8_t> plain_mirror(std::span<const std::uint8_t> pixels, int columns) {
  std::vector<std::uint8_t> mirror;
  const auto width = static_cast<std::size_t>(columns);
  for (std::size_t i = 0; i < pixels.size(); ++i) mirror.push_back(pixels[i / width * width + width - 1 - i % width]);
  return mirror;
}

inline std::vector<int> plain_features(const Bank& bank, std::span<const std::uint8_t> pixels) {
  const Shape& shape = bank.shape;
  std::vector<std::vector<std::uint8_t>> images;
  for (const AffineMap& map : shape.views) images.push_back(plain_view(pixels, shape.rows, shape.columns, map));
  if (images.empty()) images.emplace_back(pixels.begin(), pixels.end());
  if (shape.mirror)
    for (std::size_t v = images.size(); v > 0; --v) images.push_back(plain_mirror(images[v - 1], shape.columns));
  std::vector<int> features(feature_count(bank));
  for (const auto& image : images) {
    const std::vector<int> levels = PlainLayer(bank, image).levels();
    for (std::size_t f = 0; f < features.size(); ++f) features[f] += levels[f];
  }
  for (std::size_t f = 0; f < bank.centers.size(); ++f) features[f] -= bank.centers[f];
  return features;
}

/// From mild to far: a view may leave the image altogether.
inline AffineMap random_map(Words& words) {
  const int one = AffineMap::one, most = words.flip() ? one / 10 : 3 * one;
  return {one + words.between(-most, most), words.between(-most, most),         words.between(-most, most),
          one + words.between(-most, most), words.between(-8 * most, 8 * most), words.between(-8 * most, 8 * most)};
}

inline Range random_range(Words& words, int size) {
  const int first = words.between(0, size - 1);
  return {first, words.between(first + 1, std::min(size, first + 15))};
}

/// A bank with all that a bank can have, over images of 6 to 20 pixels each way.
inline Bank random_bank(Words& words) {
  Bank bank;
  Shape& shape = bank.shape;
  shape.rows = words.between(6, 20);
  shape.columns = words.between(6, 20);
  shape.map_rows = random_range(words, shape.rows);
  shape.map_columns = random_range(words, shape.columns);
  for (int i = words.between(1, 4); i > 0; --i) shape.row_windows.push_back(random_range(words, shape.map_rows.size()));
  for (int i = words.between(1, 4); i > 0; --i)
    shape.column_windows.push_back(random_range(words, shape.map_columns.size()));
  shape.mirror = words.flip();
  shape.threshold_step = words.between(1, 3);
  for (int i = words.flip() ? 0 : words.between(1, 3); i > 0; --i) shape.views.push_back(random_map(words));
  shape.levels = {0};
  const int highest = 63 / std::max(1, static_cast<int>(shape.views.size()));
  while (shape.levels.size() <= 225)
    shape.levels.push_back(static_cast<std::uint8_t>(std::min(shape.levels.back() + words.between(0, 2), highest)));
  for (int i = words.between(1, 6); i > 0; --i) {
    Filter filter{static_cast<Channel>(words.between(0, 3)), words.between(1, 6), 1, {}, 0};
    if (filter.side <= 3) filter.dilation = words.between(1, 2);
    for (int t = 0; t < filter.side * filter.side; ++t) filter.is_plus.push_back(words.flip() ? 1 : 0);
    filter.threshold = shape.threshold_step * words.between(-20, 20);
    bank.filters.push_back(filter);
  }
  for (int i = words.between(1, 5); i > 0; --i) {
    Unit unit;
    for (int l = words.between(1, 4); l > 0; --l) {
      const int dy = std::min(3, shape.map_rows.size() - 1), dx = std::min(3, shape.map_columns.size() - 1);
      unit.literals.push_back({words.between(0, static_cast<int>(bank.filters.size()) - 1), words.between(-dy, dy),
                               words.between(-dx, dx), words.flip(), words.flip()});
    }
    bank.units.push_back(unit);
  }
  if (words.flip())
    for (std::size_t f = 0; f < feature_count(bank); ++f)
      bank.centers.push_back(static_cast<std::int8_t>(words.between(0, shape.levels.back())));
  return bank;
}

/// Images of smooth and rough parts, with black and white.
inline std::vector<std::uint8_t> random_images(Words& words, std::size_t count, int rows, int columns) {
  std::vector<std::uint8_t> pixels;
  for (std::size_t i = 0; i < count; ++i) {
    const int base = words.between(0, 255), slope_y = words.between(-30, 30), slope_x = words.between(-30, 30);
    const int noise = words.between(0, 3) == 0 ? 255 : words.between(0, 40);
    for (int y = 0; y < rows; ++y)
      for (int x = 0; x < columns; ++x)
        pixels.push_back(static_cast<std::uint8_t>(
            std::clamp(base + slope_y * y + slope_x * x + words.between(-noise, noise), 0, 255)));
  }
  return pixels;
}

}  // namespace isinglass::testing
