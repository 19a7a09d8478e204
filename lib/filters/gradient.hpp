#pragma once

#include "filters/bank.hpp"
#include "filters/channels.hpp"
#include "filters/gradient_kernels.hpp"
#include "filters/kernels.hpp"
#include "filters/viewed_maps.hpp"
#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace isinglass::filters {

/// The largest magnitude of a signal at a feature.
inline constexpr std::int32_t largest_signal = (1 << 22) - 1;

/// [filter] `window` times the standard deviation of the filter's weighted sums over positions of the images at which
/// its taps are not all zero, rounded, at least 1. A function of the arguments; takes every third row and column.
[[nodiscard]] std::vector<int> usual_half_widths(const Bank& bank, const Images& images, double window);

/// The straight-through gradient by the weights and thresholds of a bank's filters (Bengio, Leonard and Courville,
/// arXiv 1308.3432): steps have the derivatives of something less steep.
///   level of a count c           (level(c + 2) - level(c - 2)) / 4, at the ends over what there is
///   unit by one of its literals  1 where the other literals are true
///   widened bit by a bit         1 where none of the other eight is set
///   bit by z - threshold         1 where z is among the 2 h integers around the step, h the half-width of the filter
/// Signals are integers, and their sums saturate at 2^15 - 1 at a bit of an image; for the rest all sums are exact. The
/// result is the same for every width and any order of the images.
class FilterGradient {
public:
  /// `half_widths` [filter], at least 1. InputError if the bank does not pass `check`.
  FilterGradient(const Bank& bank, std::span<const int> half_widths, simd::Width width = simd::cpu_width());

  /// Signals of an image that all are smaller in magnitude add nothing.
  [[nodiscard]] std::int32_t least_signal() const;

  /// How many times an image is seen, under views and mirrored: the features are sums over these sights.
  [[nodiscard]] std::size_t sights() const { return viewed_.sights(); }

  /// Adds what one sight of the images contributes to the gradient. For signals at the features [feature][stride], of
  /// magnitudes up to largest_signal, the sums over the images go to `weights` [filter][row][column], all filters one
  /// after another, and to `thresholds` [filter]. InputError if the images are not of the bank's size.
  void add(const Images& images, std::size_t sight, std::span<const std::int32_t> signals, std::size_t stride,
           std::span<std::int64_t> weights, std::span<std::int64_t> thresholds);

private:
  /// A literal of a unit, as a filter sees it.
  struct Use {
    std::size_t unit, literal;
  };

  void scale_units(std::size_t first, std::size_t count, std::span<const std::int32_t> signals, std::size_t stride);
  void add_uses(std::size_t filter);
  void add_filters(std::span<std::int64_t> weights, std::span<std::int64_t> thresholds);
  [[nodiscard]] const std::uint64_t* map_of(std::size_t filter) const;

  Bank bank_;
  simd::Width width_;
  ViewedMaps viewed_;  // of all filters, then as many at the lower ends of their steps, then at the upper ones
  std::size_t windows_, padded_columns_;
  std::vector<std::vector<LiteralWords>> units_;
  std::vector<std::vector<Use>> uses_;  // [filter]
  WindowsAt rows_, columns_;
  std::vector<LevelPart> counting_;   // a step function that is the count itself
  std::vector<std::int32_t> slopes_;  // [count], units of 1 / slope_one
  simd::AlignedVector<std::uint64_t> conjunction_, planes_;
  simd::AlignedVector<std::uint8_t> column_counts_;
  simd::AlignedVector<std::int8_t> counts_;   // [window][image]
  simd::AlignedVector<std::int32_t> block_;   // signals of a feature, [image]
  simd::AlignedVector<std::int16_t> scaled_;  // [unit][window][image]
  simd::AlignedVector<std::int16_t> map_;     // signals at the bits of a filter, [row][column][image]
};

}  // namespace isinglass::filters
