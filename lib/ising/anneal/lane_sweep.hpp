#pragma once

#include "ising/anneal/thresholds.hpp"
#include "simd/simd.hpp"

#include <cstddef>
#include <cstdint>

namespace isinglass {

/// Replicas that are annealed together, one a lane of a 64-byte vector of Int.
template <class Int>
inline constexpr std::size_t lanes_of = 64 / sizeof(Int);

/// What one call sweeps: spins first .. last - 1 of all lanes, in order.
template <class Int>
struct LaneSweep {
  Int* fields;                 ///< f_i of the lanes, [spins][lanes], 64-byte aligned
  std::uint64_t* up;           ///< [spins]: bit l: s_i of lane l is +1
  const std::uint32_t* start;  ///< [spins + 1]: places of rows in code
  const std::int32_t* code;    ///< a row: runs of equal couplings, each: value, number of spins, their places in fields
  const Int* pool;             ///< scaled thresholds, [ThresholdPool::padded]
  std::int64_t* cost;          ///< [lanes]: sum of the costs c of accepted flips is added
  std::size_t first, last;
};

/// Proposes every spin of the range once in every lane; moves on `places`. Returns whether any flip was accepted.
template <class Int>
using LaneSweeper = bool (*)(const LaneSweep<Int>&, Places&);

/// The kernel for a width. One call takes at most 2^15 spins, so that costs add up in 32 bits.
template <class Int>
[[nodiscard]] LaneSweeper<Int> lane_sweeper(simd::Width width);

/// Only to be called where the machine has these instructions.
[[nodiscard]] bool sweep_avx512(const LaneSweep<std::int8_t>& sweep, Places& places);
[[nodiscard]] bool sweep_avx512(const LaneSweep<std::int16_t>& sweep, Places& places);
[[nodiscard]] bool sweep_avx512(const LaneSweep<std::int32_t>& sweep, Places& places);

}  // namespace isinglass
