#pragma once

#include "base/names.hpp"
#include "filters/affine.hpp"
#include "filters/unit.hpp"
#include "filters/wiring.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

/// A layer of small convolution filters with weights of one bit. Each filter, with its threshold, gives a map of bits
/// over the image; each unit is a conjunction of a few of these bits at small offsets; the true positions of a unit are
/// counted in overlapping windows, and a step function of each count is a feature, a small integer. All arithmetic is
/// on integers: features are the same for any vector width, number of ranks and compiler.
namespace isinglass::filters {

/// A filter looks at one of these images made of the pixels; channels.hpp defines their values.
enum class Channel { pixels, box, contrast, square_root };
constexpr std::array<std::string_view, 4> names_of(Channel) { return {"pixels", "box", "contrast", "square_root"}; }

/// The integers first .. last-1.
struct Range {
  int first = 0, last = 0;
  [[nodiscard]] constexpr int size() const { return last - first; }
  bool operator==(const Range&) const = default;
};

/// Weights +1 and -1 on side x side values of a channel that lie `dilation` pixels apart. At pixel (y, x) the weight
/// [i][j] meets the value at (y + i dilation - h, x + j dilation - h), h = floor((side - 1) dilation / 2); values
/// outside the image are zero. The bit of the map is 1 where the weighted sum exceeds the threshold.
struct Filter {
  Channel channel = Channel::pixels;
  int side = 4, dilation = 1;
  std::vector<std::uint8_t> is_plus;  ///< [i][j], 1 for +1 and 0 for -1
  int threshold = 0;                  ///< a value of the bank's codebook
  bool operator==(const Filter&) const = default;
};

/// Sizes, windows and codebooks that all filters and units of a bank share.
struct Shape {
  int rows = 0, columns = 0;                       ///< of an image
  Range map_rows, map_columns;                     ///< the pixels at which maps have a bit
  std::vector<Range> row_windows, column_windows;  ///< in positions of the map: pooling is over all pairs of them
  std::vector<std::uint8_t> levels;                ///< the step function: [count], rising from level 0 at count 0
  bool mirror = true;  ///< a feature is the level of the image plus that of the image mirrored left to right
  /// A feature sums over the image under each of these maps, and over the mirror images of these; empty: the image as
  /// it is.
  std::vector<AffineMap> views{};
  int threshold_bits = 8;  ///< thresholds are threshold_step times a signed integer of so many bits
  int threshold_step = 1;
  bool operator==(const Shape&) const = default;
};

/// One stage's layer.
struct Bank {
  Shape shape;
  std::vector<Filter> filters;
  std::vector<Unit> units;
  std::vector<std::int8_t> centers;               ///< [feature], subtracted from it; empty for none
  std::optional<WiringCode> code = std::nullopt;  ///< of the units, where they were drawn in one go
  bool operator==(const Bank&) const = default;
};

inline constexpr int largest_side = 32;     ///< of a filter
inline constexpr int largest_window = 255;  ///< positions of a window
inline constexpr int largest_image = 1024;  ///< rows or columns

/// `cells` ranges that divide 0 .. positions-1 evenly, each enlarged by `overlap` on both sides and clipped.
[[nodiscard]] std::vector<Range> overlapping_windows(int positions, int cells, int overlap);

/// round(2 sqrt(count)) for counts 0 .. largest.
[[nodiscard]] std::vector<std::uint8_t> square_root_levels(int largest);

/// round(highest sqrt(count / largest)) for counts 0 .. largest.
[[nodiscard]] std::vector<std::uint8_t> square_root_levels(int largest, int highest);

inline constexpr int most_usual_views = 7;

/// The first `count` of: the image itself, 6 % smaller and larger, turned by 0.05 either way, and narrower and wider
/// than it is high by 6 % each way; none where that is the image alone.
[[nodiscard]] std::vector<AffineMap> usual_views(int count);

/// The largest value of a feature before its center is subtracted.
[[nodiscard]] int largest_feature(const Shape& shape);

/// The number of positions of the largest window.
[[nodiscard]] int largest_count(const Shape& shape);

/// The shape that suits filters of side 4: maps with a bit wherever such a filter lies within the image, cells x cells
/// windows that overlap by 2 on every side, square-root levels, which are fewer with several of the usual views, so
/// that features stay below 64. InputError if the image is too small for the cells.
[[nodiscard]] Shape usual_shape(int rows, int columns, int cells = 5, int views = 1);

/// Windows of a unit, and features of the whole bank: [unit][row window][column window].
[[nodiscard]] std::size_t windows_per_unit(const Shape& shape);
[[nodiscard]] std::size_t feature_count(const Bank& bank);
/// Weights of all filters.
[[nodiscard]] std::size_t tap_count(const Bank& bank);

/// Smallest and largest value of the codebook of thresholds.
[[nodiscard]] Range threshold_range(const Shape& shape);

/// The largest |dy| or |dx| of a literal.
[[nodiscard]] int largest_offset(std::span<const Unit> units);

/// [filter] whether a unit looks at its map.
[[nodiscard]] std::vector<bool> filters_in_use(const Bank& bank);

/// The bank with some of its units alone, in the order of `units`, and the centers of their features.
[[nodiscard]] Bank with_units(const Bank& bank, std::span<const std::size_t> units);

/// Throws InputError, with the number of the filter or unit, unless the bank can be evaluated as it stands.
void check(const Shape& shape);
void check(const Bank& bank);

}  // namespace isinglass::filters
