#include "filters/bank.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

namespace isinglass::filters {
namespace {

/// Throws InputError of a formatted text unless `holds`.
template <class... Args>
void demand(bool holds, fmt::format_string<Args...> text, Args&&... args) {
  if (!holds) throw InputError("filter bank: " + fmt::format(text, std::forward<Args>(args)...));
}

/// The largest feature of the usual shape with several views, so that features less any center fit lib/readout.
constexpr int most_of_feature = 63;

bool lies_within(Range inner, int size) { return 0 <= inner.first && inner.first < inner.last && inner.last <= size; }

int largest_size(std::span<const Range> ranges) {
  int largest = 0;
  for (const Range& range : ranges) largest = std::max(largest, range.size());
  return largest;
}

void check_filter(const Filter& filter, const Shape& shape, std::size_t number) {
  const int limit = std::min({shape.rows, shape.columns, largest_side});
  demand(1 <= filter.side && filter.side <= limit, "filter {} has side {}: 1 to {} fit", number, filter.side, limit);
  demand(1 <= filter.dilation && (filter.side - 1) * filter.dilation < std::min(shape.rows, shape.columns),
         "filter {} with side {} and dilation {} does not fit into the image", number, filter.side, filter.dilation);
  const auto side = static_cast<std::size_t>(filter.side);
  demand(filter.is_plus.size() == side * side, "filter {} has {} weights, not {}", number, filter.is_plus.size(),
         side * side);
  demand(std::ranges::all_of(filter.is_plus, [](int bit) { return bit <= 1; }), "filter {} has a weight beside 0 and 1",
         number);
  const Range range = threshold_range(shape);
  demand(
      range.first <= filter.threshold && filter.threshold <= range.last && filter.threshold % shape.threshold_step == 0,
      "filter {} has threshold {}: the codebook has the multiples of {} from {} to {}", number, filter.threshold,
      shape.threshold_step, range.first, range.last);
}

void check_unit(const Unit& unit, const Bank& bank, std::size_t number) {
  demand(!unit.literals.empty() && unit.literals.size() <= largest_literals, "unit {} has {} literals: 1 to {} can be",
         number, unit.literals.size(), largest_literals);
  for (const Literal& literal : unit.literals) {
    demand(0 <= literal.filter && std::cmp_less(literal.filter, bank.filters.size()), "unit {} names filter {} of {}",
           number, literal.filter, bank.filters.size());
    demand(std::abs(literal.dy) < bank.shape.map_rows.size() && std::abs(literal.dx) < bank.shape.map_columns.size(),
           "unit {} has an offset of ({}, {}), which leaves the map", number, literal.dy, literal.dx);
  }
}

/// Within bounds in which positions are computed without overflow.
void check_view(const AffineMap& map) {
  constexpr std::int64_t most = 16 * AffineMap::one, furthest = largest_image * AffineMap::one;
  const auto is_within = [](std::int64_t value, std::int64_t limit) { return -limit <= value && value <= limit; };
  demand(is_within(map.yy, most) && is_within(map.yx, most) && is_within(map.xy, most) && is_within(map.xx, most) &&
             is_within(map.shift_y, furthest) && is_within(map.shift_x, furthest),
         "a view scales by more than 16 or shifts by more than {} pixels", largest_image);
}

void check_centers(const Bank& bank) {
  const std::size_t features = feature_count(bank);
  demand(bank.centers.empty() || bank.centers.size() == features, "{} centers for {} features", bank.centers.size(),
         features);
  const int largest = largest_feature(bank.shape);
  for (const int center : bank.centers)
    demand(0 <= center && center <= largest, "a center is {}: features are 0 to {}", center, largest);
}

}  // namespace

std::vector<Range> overlapping_windows(int positions, int cells, int overlap) {
  std::vector<Range> windows;
  for (int i = 0; i < cells; ++i)
    windows.push_back(
        {std::max(positions * i / cells - overlap, 0), std::min(positions * (i + 1) / cells + overlap, positions)});
  return windows;
}

std::vector<std::uint8_t> square_root_levels(int largest) {
  std::vector<std::uint8_t> levels;
  // 2 sqrt(count) rounds to k from (k - 1/2)^2 on, which lies between two integers: k^2 - k + 1 <= 4 count.
  for (int count = 0, k = 0; count <= largest; ++count) {
    while ((k + 1) * (k + 1) - (k + 1) + 1 <= 4 * count) ++k;
    levels.push_back(static_cast<std::uint8_t>(k));
  }
  return levels;
}

std::vector<std::uint8_t> square_root_levels(int largest, int highest) {
  std::vector<std::uint8_t> levels;
  // It rounds to k from (k - 1/2)^2 <= highest^2 count / largest on.
  for (int count = 0, k = 0; count <= largest; ++count) {
    while ((2 * k + 1) * (2 * k + 1) * largest <= 4 * highest * highest * count) ++k;
    levels.push_back(static_cast<std::uint8_t>(k));
  }
  return levels;
}

std::vector<AffineMap> usual_views(int count) {
  constexpr std::int64_t one = AffineMap::one, part = one * 6 / 100, turn = one / 20;
  demand(1 <= count && count <= most_usual_views, "{} views: 1 to {} can be", count, most_usual_views);
  if (count == 1) return {};
  const std::vector<AffineMap> all{{},
                                   {one + part, 0, 0, one + part},
                                   {one - part, 0, 0, one - part},
                                   {one, turn, -turn, one},
                                   {one, -turn, turn, one},
                                   {one + part, 0, 0, one - part},
                                   {one - part, 0, 0, one + part}};
  return {all.begin(), all.begin() + count};
}

int largest_feature(const Shape& shape) {
  const std::size_t views = std::max(std::size_t{1}, shape.views.size());
  return shape.levels.back() * (shape.mirror ? 2 : 1) * static_cast<int>(views);
}

int largest_count(const Shape& shape) { return largest_size(shape.row_windows) * largest_size(shape.column_windows); }

Shape usual_shape(int rows, int columns, int cells, int views) {
  const int smallest = cells + 3;
  demand(cells >= 1 && rows >= smallest && columns >= smallest,
         "{}x{} pixels are too few for {}x{} cells: filters of side 4 need {} pixels each way", rows, columns, cells,
         cells, smallest);
  Shape shape;
  shape.rows = rows;
  shape.columns = columns;
  shape.map_rows = {1, rows - 2};
  shape.map_columns = {1, columns - 2};
  shape.row_windows = overlapping_windows(shape.map_rows.size(), cells, 2);
  shape.column_windows = overlapping_windows(shape.map_columns.size(), cells, 2);
  shape.views = usual_views(views);
  const int passes = 2 * views;  // with mirror images
  shape.levels = views == 1 ? square_root_levels(largest_count(shape))
                            : square_root_levels(largest_count(shape), most_of_feature / passes);
  check(shape);
  return shape;
}

std::size_t windows_per_unit(const Shape& shape) { return shape.row_windows.size() * shape.column_windows.size(); }

std::size_t feature_count(const Bank& bank) { return bank.units.size() * windows_per_unit(bank.shape); }

std::size_t tap_count(const Bank& bank) {
  std::size_t count = 0;
  for (const Filter& filter : bank.filters) count += filter.is_plus.size();
  return count;
}

Range threshold_range(const Shape& shape) {
  const int half = 1 << (shape.threshold_bits - 1);
  return {-half * shape.threshold_step, (half - 1) * shape.threshold_step};
}

std::vector<bool> filters_in_use(const Bank& bank) {
  std::vector<bool> is_used(bank.filters.size());
  for (const Unit& unit : bank.units)
    for (const Literal& literal : unit.literals) is_used[static_cast<std::size_t>(literal.filter)] = true;
  return is_used;
}

int largest_offset(std::span<const Unit> units) {
  int largest = 0;
  for (const Unit& unit : units)
    for (const Literal& literal : unit.literals)
      largest = std::max({largest, std::abs(literal.dy), std::abs(literal.dx)});
  return largest;
}

Bank with_units(const Bank& bank, std::span<const std::size_t> units) {
  Bank part{bank.shape, bank.filters, {}, {}};
  const std::size_t windows = windows_per_unit(bank.shape);
  for (const std::size_t unit : units) {
    part.units.push_back(bank.units[unit]);
    for (std::size_t f = unit * windows; f < (unit + 1) * windows && !bank.centers.empty(); ++f)
      part.centers.push_back(bank.centers[f]);
  }
  return part;
}

void check(const Shape& shape) {
  demand(1 <= shape.rows && shape.rows <= largest_image && 1 <= shape.columns && shape.columns <= largest_image,
         "images of {}x{} pixels: 1 to {} each way can be", shape.rows, shape.columns, largest_image);
  demand(lies_within(shape.map_rows, shape.rows) && lies_within(shape.map_columns, shape.columns),
         "the maps' rows {} to {} and columns {} to {} are not within {}x{} pixels", shape.map_rows.first,
         shape.map_rows.last, shape.map_columns.first, shape.map_columns.last, shape.rows, shape.columns);
  demand(windows_per_unit(shape) > 0, "there are no windows to pool over");
  for (const auto& [windows, size] : {std::pair(&shape.row_windows, shape.map_rows.size()),
                                      std::pair(&shape.column_windows, shape.map_columns.size())})
    for (const Range& window : *windows)
      demand(lies_within(window, size), "window {} to {} is not within the {} positions of the map", window.first,
             window.last, size);
  const int largest = largest_count(shape);
  demand(largest <= largest_window, "a window has {} positions: {} can be; take more cells", largest, largest_window);
  demand(std::cmp_greater(shape.levels.size(), largest), "the step function ends before a count of {}", largest);
  demand(shape.levels.front() == 0 && std::ranges::is_sorted(shape.levels),
         "the step function does not rise from level 0 at count 0");
  demand(largest_feature(shape) <= 127, "features of up to {}: 127 is the largest", largest_feature(shape));
  for (const AffineMap& map : shape.views) check_view(map);
  demand(1 <= shape.threshold_bits && shape.threshold_bits <= 16 && 1 <= shape.threshold_step &&
             shape.threshold_step <= 1024,
         "thresholds of {} bits in steps of {}: 1 to 16 and 1 to 1024 can be", shape.threshold_bits,
         shape.threshold_step);
}

void check(const Bank& bank) {
  check(bank.shape);
  for (std::size_t i = 0; i < bank.filters.size(); ++i) check_filter(bank.filters[i], bank.shape, i);
  for (std::size_t i = 0; i < bank.units.size(); ++i) check_unit(bank.units[i], bank, i);
  check_centers(bank);
  demand(!bank.code || units_of(*bank.code, static_cast<int>(bank.filters.size())) == bank.units,
         "the units are not those that their code draws");
}

}  // namespace isinglass::filters
