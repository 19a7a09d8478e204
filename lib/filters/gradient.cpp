#include "filters/gradient.hpp"

#include "filters/taps.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace isinglass::filters {
namespace {

/// The filters, then the same with thresholds at the lower ends of their steps, then at the upper ones.
std::vector<Filter> with_ends(const Bank& bank, std::span<const int> half_widths) {
  check(bank);
  std::vector<Filter> all = bank.filters;
  for (const int side : {-1, 1})
    for (std::size_t f = 0; f < bank.filters.size(); ++f) {
      all.push_back(bank.filters[f]);
      all.back().threshold += side * half_widths[f];
    }
  return all;
}

std::vector<bool> three_times(const std::vector<bool>& values) {
  std::vector<bool> all;
  for (int i = 0; i < 3; ++i) all.insert(all.end(), values.begin(), values.end());
  return all;
}

std::vector<std::int32_t> slopes_of(const Shape& shape) {
  constexpr int reach = 2;
  const int largest = largest_count(shape);
  std::vector<std::int32_t> slopes;
  for (int count = 0; count <= largest; ++count) {
    const int low = std::max(count - reach, 0), high = std::min(count + reach, largest);
    const double rise = shape.levels[static_cast<std::size_t>(high)] - shape.levels[static_cast<std::size_t>(low)];
    slopes.push_back(static_cast<std::int32_t>(std::lround(rise / std::max(high - low, 1) * slope_one)));
  }
  return slopes;
}

std::vector<LevelPart> counting_parts(int largest) {
  std::vector<std::uint8_t> levels(static_cast<std::size_t>(largest) + 1);
  std::iota(levels.begin(), levels.end(), std::uint8_t{0});
  return level_parts(levels, largest);
}

/// Mean of squares and of values of a filter's sums, as they come.
class SumSpread {
public:
  void add(const Shape& shape, const Filter& filter, std::span<const std::uint8_t> stored) {
    constexpr int step = 3;
    for (int y = shape.map_rows.first; y < shape.map_rows.last; y += step)
      for (int x = shape.map_columns.first; x < shape.map_columns.last; x += step)
        add_position(shape, filter, stored, y, x);
  }

  [[nodiscard]] double deviation() const {
    if (count_ == 0) return 0;
    const double n = static_cast<double>(count_), mean = static_cast<double>(sum_) / n;
    return std::sqrt(std::max(0.0, static_cast<double>(squares_) / n - mean * mean));
  }

private:
  void add_position(const Shape& shape, const Filter& filter, std::span<const std::uint8_t> stored, int y, int x) {
    const std::vector<int> values = values_at_taps(shape, filter, stored, y, x);
    if (std::ranges::all_of(values, [](int value) { return value == 0; })) return;
    const std::int64_t sum = weighted_sum(filter, values);
    ++count_;
    sum_ += sum;
    squares_ += sum * sum;
  }

  std::int64_t count_ = 0, sum_ = 0, squares_ = 0;
};

}  // namespace

std::vector<int> usual_half_widths(const Bank& bank, const Images& images, double window) {
  std::vector<SumSpread> spreads(bank.filters.size());
  for (std::size_t i = 0; i < images.count(); ++i)
    for (const Channel channel : all_values<Channel>()) {
      const auto stored = stored_channel(channel, images[i], static_cast<std::size_t>(bank.shape.columns));
      for (std::size_t f = 0; f < spreads.size(); ++f)
        if (bank.filters[f].channel == channel) spreads[f].add(bank.shape, bank.filters[f], stored);
    }
  std::vector<int> half_widths;
  for (const SumSpread& spread : spreads)
    half_widths.push_back(std::max(1, static_cast<int>(std::lround(window * spread.deviation()))));
  return half_widths;
}

FilterGradient::FilterGradient(const Bank& bank, std::span<const int> half_widths, simd::Width width)
    : bank_(bank),
      width_(width),
      viewed_(bank.shape, with_ends(bank, half_widths), three_times(filters_in_use(bank)), largest_offset(bank.units),
              width),
      windows_(windows_per_unit(bank.shape)),
      padded_columns_(simd::padded(viewed_.maps().columns(), word_block)),
      uses_(bank.filters.size()),
      rows_(windows_at(bank.shape.row_windows, viewed_.maps().rows())),
      columns_(windows_at(bank.shape.column_windows, viewed_.maps().columns())),
      counting_(counting_parts(largest_count(bank.shape))),
      slopes_(slopes_of(bank.shape)),
      conjunction_(viewed_.maps().rows() * padded_columns_),
      planes_(8 * padded_columns_),
      column_counts_(viewed_.maps().columns() * block_images),
      counts_(windows_ * block_images),
      block_(block_images),
      scaled_(bank.units.size() * windows_ * block_images),
      map_(viewed_.maps().rows() * viewed_.maps().columns() * block_images) {
  for (std::size_t u = 0; u < bank.units.size(); ++u) {
    auto& words = units_.emplace_back();
    const std::vector<Literal>& literals = bank.units[u].literals;
    for (std::size_t l = 0; l < literals.size(); ++l) {
      words.push_back(viewed_.maps().words_of(literals[l]));
      uses_[static_cast<std::size_t>(literals[l].filter)].push_back({u, l});
    }
  }
}

std::int32_t FilterGradient::least_signal() const {
  const std::int32_t steepest = std::max(1, *std::ranges::max_element(slopes_));
  return signal_step * slope_one / 2 / steepest;  // any less is less than half a unit
}

const std::uint64_t* FilterGradient::map_of(std::size_t filter) const {
  return viewed_.maps().words_of({static_cast<int>(filter), 0, 0, false, false}).words;
}

/// Signals at the counts of all windows of all units.
void FilterGradient::scale_units(std::size_t first, std::size_t count, std::span<const std::int32_t> signals,
                                 std::size_t stride) {
  const BlockMaps& maps = viewed_.maps();
  const Pooling pooling{maps.rows(), maps.columns(), bank_.shape.row_windows, bank_.shape.column_windows,
                        counting_,   planes_,        column_counts_,          block_images};
  for (std::size_t u = 0; u < units_.size(); ++u) {
    write_conjunction(units_[u], maps.stride(), maps.rows(), conjunction_, width_);
    std::ranges::fill(counts_, std::int8_t{0});
    add_levels(pooling, conjunction_, counts_, width_);
    for (std::size_t w = 0; w < windows_; ++w) {
      const std::size_t feature = u * windows_ + w;
      std::ranges::copy(signals.subspan(feature * stride + first, count), block_.begin());
      scale_signals(block_, std::span(counts_).subspan(w * block_images, block_images), slopes_,
                    std::span(scaled_).subspan(feature * block_images, block_images), width_);
    }
  }
}

/// Signals at the bits of a filter, from all literals that look at it.
void FilterGradient::add_uses(std::size_t filter) {
  const BlockMaps& maps = viewed_.maps();
  const SignalMap map{maps.rows(), maps.columns(), map_};
  std::ranges::fill(map_, std::int16_t{0});
  for (const Use& use : uses_[filter]) {
    const Literal& literal = bank_.units[use.unit].literals[use.literal];
    std::vector<LiteralWords> others = units_[use.unit];
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(use.literal));
    if (others.empty())
      std::ranges::fill(conjunction_, ~std::uint64_t{0});
    else
      write_conjunction(others, maps.stride(), maps.rows(), conjunction_, width_);
    const std::size_t size = windows_ * block_images;
    add_path({rows_, columns_, bank_.shape.column_windows.size(), std::span(scaled_).subspan(use.unit * size, size),
              conjunction_.data(), padded_columns_, literal.dy, literal.dx, literal.negated,
              literal.widened ? map_of(filter) : nullptr, maps.stride()},
             map, width_);
  }
}

void FilterGradient::add_filters(std::span<std::int64_t> weights, std::span<std::int64_t> thresholds) {
  const BlockMaps& maps = viewed_.maps();
  const std::size_t filters = bank_.filters.size();
  std::size_t begin = 0;
  std::vector<std::int64_t> sums;
  for (std::size_t f = 0; f < filters; ++f) {
    const Filter& filter = bank_.filters[f];
    sums.assign(filter.is_plus.size(), 0);
    if (!uses_[f].empty()) {
      add_uses(f);
      const BlockMaps::TapPlaces at = maps.taps_of(filter);
      const std::int64_t total =
          add_tap_products({at.place, at.taps, map_of(filters + f), map_of(2 * filters + f), maps.stride()},
                           {maps.rows(), maps.columns(), map_}, sums, width_);
      for (std::size_t t = 0; t < sums.size(); ++t) weights[begin + t] += sums[t] - stored_zero(filter.channel) * total;
      thresholds[f] -= total;
    }
    begin += sums.size();
  }
}

void FilterGradient::add(const Images& images, std::size_t sight, std::span<const std::int32_t> signals,
                         std::size_t stride, std::span<std::int64_t> weights, std::span<std::int64_t> thresholds) {
  viewed_.expect_size(images);
  for (std::size_t first = 0; first < images.count(); first += block_images) {
    const std::size_t count = std::min(block_images, images.count() - first);
    std::ranges::fill(block_, 0);  // of places without an image
    viewed_.make(images, first, sight);
    scale_units(first, count, signals, stride);
    add_filters(weights, thresholds);
  }
}

}  // namespace isinglass::filters
