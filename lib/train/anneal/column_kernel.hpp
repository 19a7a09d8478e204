#pragma once

#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>

namespace isinglass::train {

/// A unit's samples: z and what one unit of height costs each of them, both of `size` numbers, a multiple of 128.
struct ColumnView {
  const std::int16_t *z, *jumps;
  std::size_t size;
  int shift, top;         ///< a sample's height is clamp(z + shift, 0, top)
  std::size_t per_flush;  ///< so many times two products of a height and a jump, added up, fit 32 bits
};

/// The sum of jump times height with z moved by step (x - minus); `minus` null: by step x; `x` null: by step. Exact,
/// the same for every width.
[[nodiscard]] std::int64_t sum_moved_heights(const ColumnView& view, const std::int8_t* x, const std::int8_t* minus,
                                             int step, simd::Width width = simd::cpu_width());

}  // namespace isinglass::train
