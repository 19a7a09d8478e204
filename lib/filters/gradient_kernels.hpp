#pragma once

#include "filters/bank.hpp"
#include "filters/kernels.hpp"
#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Inner loops of the gradient by the parameters of filters, over blocks of 64 images: a signal is 64 integers of 16
/// bits, one an image. Sums saturate at 16 bits, for each image by itself and in a fixed order, so that the results are
/// the same for every width and however images are put into blocks.
namespace isinglass::filters {

/// Maps of signals are [row][column][image].
struct SignalMap {
  std::size_t rows = 0, columns = 0;
  std::span<std::int16_t> values;
};

/// A signal of so much at a feature is 1 where it meets a filter, before the slope of the level.
inline constexpr std::int32_t signal_step = 4096;
/// Slopes are in units of 1 / slope_one.
inline constexpr std::int32_t slope_one = 256;

/// scaled[i] = signals[i] / signal_step times slopes[counts[i]] / slope_one, rounded, halves upward, and cut to 16
/// bits, for 64 images.
void scale_signals(std::span<const std::int32_t> signals, std::span<const std::int8_t> counts,
                   std::span<const std::int32_t> slopes, std::span<std::int16_t> scaled, simd::Width width);

/// [position] the numbers of the windows that hold it.
using WindowsAt = std::vector<std::vector<std::size_t>>;

[[nodiscard]] WindowsAt windows_at(std::span<const Range> windows, std::size_t positions);

/// A literal on its way back: the signals of the windows of its unit, where the unit's other literals are true, go to
/// the bits of the map that the literal looks at.
struct LiteralPath {
  const WindowsAt &rows, &columns;
  std::size_t column_windows;
  std::span<const std::int16_t> scaled;  ///< [row window][column window][image]
  const std::uint64_t* others;           ///< where all other literals of the unit are true
  std::size_t others_stride;
  int dy, dx;                 ///< from the unit's position to the bit, clamped to the map
  bool is_negated;            ///< the signals change their sign
  const std::uint64_t* bits;  ///< of the map, where the literal is widened, else null
  std::size_t bits_stride;
};

/// map += the signals that come along the path. A widened literal passes them to each of its 3x3 bits without which
/// none would be set.
void add_path(const LiteralPath& path, const SignalMap& map, simd::Width width);

/// The taps of a filter, and the positions and images at which signals meet them: those of `low` that are not of
/// `high`.
struct TapProducts {
  MapPlace place;
  std::span<const std::ptrdiff_t> taps;
  const std::uint64_t *low, *high;
  std::size_t stride;  ///< words from row to row
};

/// sums[t] += the sum over positions and images of signal times stored value at tap t; returns the sum of the signals.
[[nodiscard]] std::int64_t add_tap_products(const TapProducts& products, const SignalMap& map,
                                            std::span<std::int64_t> sums, simd::Width width);

}  // namespace isinglass::filters
