#include "data/pixels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <string>

#include "base/error.hpp"

namespace isinglass::data {
namespace {

constexpr int pixel_max = 255, largest_levels = 128;  // centred levels must fit std::int8_t

std::string windows_for(int rows, int columns) {
  std::string text;
  const int common = std::gcd(rows, columns);
  for (int window = 1; window <= common; ++window) {
    if (common % window == 0) text += (text.empty() ? "" : ", ") + std::to_string(window);
  }
  return text;
}

}  // namespace

PixelGrid::PixelGrid(int image_rows, int image_columns, int pool, int levels)
    : image_rows_(image_rows), image_columns_(image_columns), pool_(pool) {
  assert(pool >= 1 && levels >= 2 && levels <= largest_levels);
  if (image_rows % pool != 0 || image_columns % pool != 0) {
    throw InputError(fmt::format("data.pool: a window of {} does not divide images of {} x {} pixels; use one of {}",
                                 pool, image_rows, image_columns, windows_for(image_rows, image_columns)));
  }
  const std::int64_t full = std::int64_t{pixel_max} * pool * pool;
  level_of_sum_.reserve(static_cast<std::size_t>(full) + 1);
  for (std::int64_t sum = 0; sum <= full; ++sum) {
    level_of_sum_.push_back(static_cast<std::uint8_t>((2 * sum * (levels - 1) + full) / (2 * full)));
  }
}

void PixelGrid::quantize(std::span<const std::uint8_t> image, std::span<std::uint8_t> levels) const {
  const auto window = static_cast<std::size_t>(pool_), width = static_cast<std::size_t>(image_columns_);
  const auto pooled_rows = static_cast<std::size_t>(rows()), pooled_columns = static_cast<std::size_t>(columns());
  for (std::size_t r = 0; r < pooled_rows; ++r) {
    for (std::size_t c = 0; c < pooled_columns; ++c) {
      const std::uint8_t* corner = image.data() + r * window * width + c * window;
      std::uint32_t sum = 0;
      for (std::size_t i = 0; i < window; ++i) {
        for (std::size_t j = 0; j < window; ++j) sum += corner[i * width + j];
      }
      levels[r * pooled_columns + c] = level_of_sum_[sum];
    }
  }
}

InputStatistics input_statistics(const PixelGrid& grid, const IdxImages& images, std::span<const ChosenSample> picks) {
  const auto features = static_cast<std::size_t>(grid.features());
  std::vector<std::uint8_t> levels(features);
  std::vector<std::int64_t> sums(features, 0), squares(features, 0);
  for (const ChosenSample& pick : picks) {
    grid.quantize(images.image(pick.index), levels);
    for (std::size_t i = 0; i < features; ++i) {
      const std::int64_t level = levels[i];
      sums[i] += level;
      squares[i] += level * level;
    }
  }
  InputStatistics statistics;
  double variance = 0;
  const auto count = static_cast<std::int64_t>(picks.size());
  for (std::size_t i = 0; i < features; ++i) {
    statistics.center.push_back(static_cast<int>((2 * sums[i] + count) / (2 * count)));
    variance += static_cast<double>(count * squares[i] - sums[i] * sums[i]);
  }
  statistics.rms = std::sqrt(variance) / static_cast<double>(count);
  if (variance <= 0) {
    throw InputError(
        "data: all training samples have the same pixels after pooling; raise data.train_samples or data.levels");
  }
  return statistics;
}

}  // namespace isinglass::data
