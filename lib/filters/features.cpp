#include "filters/features.hpp"

#include <algorithm>
#include <cassert>

namespace isinglass::filters {
namespace {

/// Features are written to the caller's memory for so many images at a time: whole pages suffer fewer visits.
constexpr std::size_t group_images = 4 * block_images;

const Bank& checked(const Bank& bank) {
  check(bank);
  return bank;
}

}  // namespace

FeatureMaker::FeatureMaker(const Bank& bank, simd::Width width)
    : shape_(checked(bank).shape),
      centers_(bank.centers),
      width_(width),
      viewed_(bank.shape, bank.filters, filters_in_use(bank), largest_offset(bank.units), width),
      features_(feature_count(bank)),
      padded_columns_(simd::padded(viewed_.maps().columns(), word_block)),
      parts_(level_parts(shape_.levels, largest_count(shape_))),
      conjunction_(viewed_.maps().rows() * padded_columns_),
      planes_(8 * padded_columns_),
      counts_(viewed_.maps().columns() * block_images),
      group_(features_ * group_images) {
  for (const Unit& unit : bank.units) {
    auto& words = units_.emplace_back();
    for (const Literal& literal : unit.literals) words.push_back(viewed_.maps().words_of(literal));
  }
}

void FeatureMaker::add_levels_of_units(std::size_t place) {
  const BlockMaps& maps = viewed_.maps();
  const Pooling pooling{maps.rows(), maps.columns(), shape_.row_windows, shape_.column_windows, parts_,
                        planes_,     counts_,        group_images};
  const std::size_t size = windows_per_unit(shape_) * group_images;
  for (std::size_t u = 0; u < units_.size(); ++u) {
    write_conjunction(units_[u], maps.stride(), maps.rows(), conjunction_, width_);
    add_levels(pooling, conjunction_, std::span(group_).subspan(u * size, size).subspan(place), width_);
  }
}

void FeatureMaker::make(const Images& images, std::span<std::int8_t> features, std::size_t stride) {
  viewed_.expect_size(images);
  assert(images.count() <= stride && (features_ - 1) * stride + images.count() <= features.size());
  for (std::size_t first = 0; first < images.count(); first += group_images) {
    const std::size_t count = std::min(group_images, images.count() - first);
    for (std::size_t f = 0; f < features_; ++f)
      std::fill_n(group_.data() + f * group_images, count,
                  static_cast<std::int8_t>(centers_.empty() ? 0 : -centers_[f]));
    for (std::size_t place = 0; place < count; place += block_images)
      viewed_.visit(images, first + place, [&] { add_levels_of_units(place); });
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
