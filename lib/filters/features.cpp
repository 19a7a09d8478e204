#include "filters/features.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

namespace isinglass::filters {
namespace {

/// Features are written to the caller's memory for so many images at a time: whole pages suffer fewer visits.
constexpr std::size_t group_images = 4 * block_images;

const Bank& checked(const Bank& bank) {
  check(bank);
  return bank;
}

std::vector<LevelPart> parts_of(const Shape& shape) {
  std::vector<LevelPart> parts;
  const auto level = [&](int count) {
    return shape.levels[static_cast<std::size_t>(std::min(count, largest_count(shape)))];
  };
  for (int first = 0; first < largest_count(shape); first += part_counts) {
    LevelPart& part = parts.emplace_back();
    for (int k = 0; k <= part_counts; ++k)
      part[static_cast<std::size_t>(k)] = static_cast<std::uint8_t>(level(first + k) - level(first));
  }
  return parts;
}

}  // namespace

FeatureMaker::FeatureMaker(const Bank& bank, simd::Width width)
    : shape_(checked(bank).shape),
      centers_(bank.centers),
      width_(width),
      maps_(bank.shape, bank.filters, largest_offset(bank.units), width),
      features_(feature_count(bank)),
      padded_columns_(simd::padded(maps_.columns(), word_block)),
      parts_(parts_of(bank.shape)),
      conjunction_(maps_.rows() * padded_columns_),
      planes_(8 * padded_columns_),
      counts_(maps_.columns() * block_images),
      group_(features_ * group_images) {
  for (const Unit& unit : bank.units) {
    auto& words = units_.emplace_back();
    for (const Literal& literal : unit.literals) words.push_back(maps_.words_of(literal));
  }
  for (const AffineMap& map : shape_.views)
    views_.emplace_back(map, static_cast<std::size_t>(shape_.rows), static_cast<std::size_t>(shape_.columns));
}

void FeatureMaker::add_levels_of_units(std::size_t place) {
  const Pooling pooling{maps_.rows(), maps_.columns(), shape_.row_windows, shape_.column_windows, parts_,
                        planes_,      counts_,         group_images};
  const std::size_t size = windows_per_unit(shape_) * group_images;
  for (std::size_t u = 0; u < units_.size(); ++u) {
    write_conjunction(units_[u], maps_.stride(), maps_.rows(), conjunction_, width_);
    add_levels(pooling, conjunction_, std::span(group_).subspan(u * size, size).subspan(place), width_);
  }
}

void FeatureMaker::add_levels_of_maps(std::size_t place) {
  for (const bool is_mirrored : {false, true}) {
    if (is_mirrored && !shape_.mirror) continue;
    maps_.make(is_mirrored);
    add_levels_of_units(place);
  }
}

void FeatureMaker::make(const Images& images, std::span<std::int8_t> features, std::size_t stride) {
  const auto pixels = static_cast<std::size_t>(shape_.rows) * static_cast<std::size_t>(shape_.columns);
  if (images.size != pixels || images.pixels.size() % pixels != 0)
    throw InputError(
        fmt::format("images of {} pixels for a filter bank of {}x{} pixels", images.size, shape_.rows, shape_.columns));
  assert(images.count() <= stride && (features_ - 1) * stride + images.count() <= features.size());
  for (std::size_t first = 0; first < images.count(); first += group_images) {
    const std::size_t count = std::min(group_images, images.count() - first);
    for (std::size_t f = 0; f < features_; ++f)
      std::fill_n(group_.data() + f * group_images, count,
                  static_cast<std::int8_t>(centers_.empty() ? 0 : -centers_[f]));
    for (std::size_t place = 0; place < count; place += block_images) {
      if (views_.empty()) {
        maps_.take(images, first + place);
        add_levels_of_maps(place);
      }
      for (View& view : views_) {
        const std::size_t size = std::min(block_images, count - place);
        viewed_.resize(size * pixels);
        for (std::size_t i = 0; i < size; ++i)
          view.write(images[first + place + i], std::span(viewed_).subspan(i * pixels, pixels));
        maps_.take({viewed_, pixels}, 0);
        add_levels_of_maps(place);
      }
    }
    for (std::size_t f = 0; f < features_; ++f)
      std::copy_n(group_.data() + f * group_images, count, features.data() + f * stride + first);
  }
}

FeatureSums sum_features(std::span<const std::int8_t> features, std::size_t stride, std::size_t images) {
  FeatureSums sums;
  for (std::size_t begin = 0; begin < features.size(); begin += stride) {
    std::int64_t sum = 0, squares = 0;
    for (const std::int8_t value : features.subspan(begin, images)) {
      sum += value;
      squares += std::int64_t{value} * value;
    }
    sums.values.push_back(sum);
    sums.squares.push_back(squares);
  }
  return sums;
}

std::vector<std::int8_t> centers_of(const FeatureSums& sums, std::size_t images) {
  const auto n = static_cast<std::int64_t>(images);
  std::vector<std::int8_t> centers;
  for (const std::int64_t sum : sums.values) centers.push_back(static_cast<std::int8_t>((2 * sum + n) / (2 * n)));
  return centers;
}

std::int64_t scaled_variance(const FeatureSums& sums, std::size_t images) {
  std::int64_t total = 0;
  for (std::size_t f = 0; f < sums.values.size(); ++f)
    total += static_cast<std::int64_t>(images) * sums.squares[f] - sums.values[f] * sums.values[f];
  return total;
}

}  // namespace isinglass::filters
