#pragma once

#include "simd/simd.hpp"

#include <cstddef>

/// How a batch of reads lies in memory: [spin][lane], a lane a read, so that everything is done for all reads of the batch at
/// once and each lane's result is independent of the others and of the vector width.
namespace isinglass::dynamics {

/// Spins are padded with uncoupled ones to whole tiles of this many rows.
inline constexpr std::size_t row_tile = 12;
[[nodiscard]] constexpr std::size_t padded(std::size_t spins) { return simd::padded(spins, row_tile); }

/// Lanes of a batch: 16, 32 or 64.
inline constexpr std::size_t most_lanes = 64;
[[nodiscard]] constexpr std::size_t lanes_for(std::size_t reads) { return reads <= 16 ? 16 : reads <= 32 ? 32 : most_lanes; }

using Floats = simd::AlignedVector<float>;

}  // namespace isinglass::dynamics
