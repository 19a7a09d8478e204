#pragma once

#include <cstddef>
#include <cstdint>

/// Inner loops of the structured oracle over the samples of one unit, structure of arrays. All arithmetic is
/// exact integer arithmetic: the sums do not depend on the order of the samples, nor on the vector width.
/// Array lengths are multiples of `sample_block`; padding carries multiplier 0. AVX-512BW and AVX2 variants are
/// chosen at run time; the plain variants in `reference` are what the tests hold them against.
namespace isinglass {

inline constexpr std::size_t sample_block = 128;  ///< array lengths are multiples of this

[[nodiscard]] constexpr std::size_t padded(std::size_t samples) {
  return (samples + sample_block - 1) / sample_block * sample_block;
}

/// One unit's distance state: z relative to the interval [lo, hi] that each sample asks of it.
struct UnitView {
  const std::int16_t* above;       ///< z - hi
  const std::int16_t* below;       ///< lo - z
  const std::int16_t* multiplier;  ///< integer weight of the sample, >= 0
  std::size_t size = 0;
};

/// Largest |step * x|, multiplier and distance that a call may meet: decides between the 16-bit and the wide loop.
struct KernelRange {
  int largest_shift = 0, largest_multiplier = 0, largest_distance = 0;
};

/// True if the 16-bit loop cannot overflow: products shift * multiplier fit 16 bits, and eight of
/// shift * multiplier * (two distances) fit 32.
[[nodiscard]] bool fits_narrow(const KernelRange& range);

/// sum_s multiplier_s (dist(z_s + step x_s)^2 - dist(z_s)^2), dist = max(above, below, 0).
[[nodiscard]] std::int64_t squared_change(const UnitView& unit, const std::int8_t* x, int step, bool narrow);

/// sum_s multiplier_s (dist(z_s + step x_s) - dist(z_s)).
[[nodiscard]] std::int64_t linear_change(const UnitView& unit, const std::int8_t* x, int step);

/// z_s += step x_s: above += step x, below -= step x.
void shift_unit(std::int16_t* above, std::int16_t* below, const std::int8_t* x, int step, std::size_t size);

namespace reference {
[[nodiscard]] std::int64_t squared_change(const UnitView& unit, const std::int8_t* x, int step);
[[nodiscard]] std::int64_t linear_change(const UnitView& unit, const std::int8_t* x, int step);
}  // namespace reference

}  // namespace isinglass
