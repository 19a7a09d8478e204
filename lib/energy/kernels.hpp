#pragma once

#include "network/loss.hpp"
#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>

/// Inner loops of the structured energy over the samples of one unit, structure of arrays. All arithmetic is exact
/// integer arithmetic or element by element: results depend neither on the order of the samples, nor on the vector
/// width. Array lengths are multiples of `sample_block`; padding carries multiplier 0. The functions in `reference` are
/// what the tests hold every width against.
namespace isinglass::energy {

inline constexpr std::size_t sample_block = 128;  ///< array lengths are multiples of this

/// Samples rounded up to whole blocks.
[[nodiscard]] constexpr std::size_t padded(std::size_t samples) { return simd::padded(samples, sample_block); }

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
[[nodiscard]] std::int64_t squared_change(const UnitView& unit, const std::int8_t* x, int step, bool narrow,
                                          simd::Width width = simd::cpu_width());

/// sum_s multiplier_s (dist(z_s + step x_s) - dist(z_s)).
[[nodiscard]] std::int64_t linear_change(const UnitView& unit, const std::int8_t* x, int step, bool narrow,
                                         simd::Width width = simd::cpu_width());

/// The sums of squared_change and linear_change in 16-bit lanes, where `fits_narrow` holds.
[[nodiscard]] std::int64_t narrow_change(const UnitView& unit, const std::int8_t* x, int step, bool squared,
                                         simd::Width width);

/// z_s += step x_s: above += step x, below -= step x.
void shift_unit(std::int16_t* above, std::int16_t* below, const std::int8_t* x, int step, std::size_t size,
                simd::Width width = simd::cpu_width());

/// Cost of the next layer when an input of it shifts: pointers to one block of one unit. Each of the functions below
/// takes `sample_block` samples, each with its own shift of an activation.
struct DownstreamUnit {
  const std::int16_t* above;
  const std::int16_t* below;
  const std::int16_t* multiplier;
  int weight = 0;  ///< of the shifted input
};

/// cost[s] += dist(z_s + weight shift_s) - dist(z_s); multipliers are not read.
void add_linear_costs(std::int32_t* cost, const DownstreamUnit& unit, const std::int16_t* shift,
                      simd::Width width = simd::cpu_width());
/// cost[s] += scale multiplier_s (dist(z_s + weight shift_s)^2 - dist(z_s)^2).
void add_squared_costs(float* cost, const DownstreamUnit& unit, const std::int16_t* shift, float scale,
                       simd::Width width = simd::cpu_width());
/// z_s += weight shift_s.
void apply_shift(std::int16_t* above, std::int16_t* below, const std::int16_t* shift, int weight,
                 simd::Width width = simd::cpu_width());

/// The distances of one output whose loss is looked up: to its margin they are z - hi where the label asks for -1 and
/// lo - z where it asks for +1.
struct LossView {
  const std::int16_t* above;
  const std::int16_t* below;
  const std::int16_t* multiplier;  ///< 1, and 0 in the padding
  const std::uint8_t* segment;     ///< 1 where +1 is asked for
  std::size_t size = 0;
};

/// sum_s multiplier_s (loss(z_s + step x_s) - loss(z_s)).
[[nodiscard]] std::int64_t table_change(const LossView& output, const std::int8_t* x, int step,
                                        const network::LossTable& loss, simd::Width width = simd::cpu_width());

/// cost[s] += loss(z_s + weight shift_s) - loss(z_s) for one block of `sample_block` samples; multipliers are not read.
void add_table_costs(std::int64_t* cost, const LossView& output, const std::int16_t* shift, int weight,
                     const network::LossTable& loss, simd::Width width = simd::cpu_width());

namespace reference {
[[nodiscard]] std::int64_t squared_change(const UnitView& unit, const std::int8_t* x, int step);
[[nodiscard]] std::int64_t linear_change(const UnitView& unit, const std::int8_t* x, int step);
}  // namespace reference

}  // namespace isinglass::energy
